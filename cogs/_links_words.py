"""What is said about links: deeds, refusals, and the questions of the queue."""

from collections.abc import Iterable

from bot.clan.linking import MOST_OPEN_CLAIMS, LinkDeed, Pair, Refusal
from bot.clan.names import escaped
from bot.clan.wording import plural
from bot.services.deeds import PastDeed
from bot.services.link_queue import Entry, Partner
from bot.services.links import Answer
from cogs._links_state import Tab
from cogs._replies import small, when

_DOT = " \N{MIDDLE DOT} "

TITLES = {
    Tab.CLAIMS: "Claims",
    Tab.CONFLICTS: "Conflicts",
    Tab.PEOPLE: "People",
    Tab.PLAYERS: "Players",
    Tab.SPEAKERS: "Speakers",
    Tab.SURE: "Sure pairs",
    Tab.USER: "Accounts",
}
ABOUT = {
    Tab.CLAIMS: "People say that these accounts are theirs. A claim changes nothing until you "
    "confirm it.",
    Tab.CONFLICTS: "Several people claim one account or bear its name. Confirm whose it is: that "
    "ends the other claims.",
    Tab.PEOPLE: "People on this server whose account nobody has named.",
    Tab.PLAYERS: "Members of the clan whose person nobody has named.",
    Tab.SPEAKERS: "Names heard in the clan chat that no member bears or bore.",
    Tab.SURE: "The name is the player's own, and on both sides nobody else's.",
    Tab.USER: "",
}
NOTHING = {
    Tab.CLAIMS: "No claim is waiting.",
    Tab.CONFLICTS: "No account is claimed by two people, and no two bear the name of one.",
    Tab.PEOPLE: "Everybody on this server is linked.",
    Tab.PLAYERS: "Every member is linked.",
    Tab.SPEAKERS: "Everybody who was heard in the clan chat is known.",
    Tab.SURE: "There is no sure pair any more.",
    Tab.USER: "No account is known, and none is likely.",
}
_DONE = {
    LinkDeed.CONFIRM: "{player} is confirmed for {user}.",
    LinkDeed.REJECT: "{player} is not {user}: it will not be suggested again.",
    LinkDeed.MARK_ALT: "{player} is confirmed for {user} as an alt.",
    LinkDeed.MAKE_MAIN: "{player} is the main account of {user}.",
    LinkDeed.END: "{player} is no longer linked to {user}.",
    LinkDeed.NO_DISCORD: "{player} is marked as having no Discord.",
    LinkDeed.HAS_DISCORD: "{player} is no longer marked as having no Discord.",
}
_REFUSED = {
    Refusal.UNKNOWN: "Nobody in the clan is called {player} any more: nothing was changed.",
    Refusal.TAKEN: "{player} is confirmed for somebody else already: nothing was changed.",
    Refusal.ABOVE: "The rank of {player} gives more rights than yours: ask the leadership.",
    Refusal.OWN: "Nobody decides about their own account: ask another officer. {player} was not "
    "changed.",
    Refusal.ALREADY: "That was done already: nothing was changed.",
    Refusal.CHANGED: "Somebody has changed that meanwhile: nothing was changed. Look again.",
    Refusal.NOT_LINKED: "{player} is not linked to {user} any more: nothing was changed.",
    Refusal.NO_MAIN: "{user} has no other account that could be the main one: confirm it instead.",
}
_CLAIM_REFUSED = {
    Refusal.UNKNOWN: "Nobody in the clan is or was called {player}. Begin to type and pick a "
    "name from the list.",
    Refusal.YOURS: "{player} is linked to you already.",
    Refusal.TAKEN: "{player} is confirmed for somebody else. If that is wrong, ask an officer.",
    Refusal.REJECTED: "An officer decided that {player} is not yours. If that is wrong, ask one.",
    Refusal.TOO_MANY: f"You have {MOST_OPEN_CLAIMS} claims waiting, and more are not taken: ask an "
    "officer to look at them, or take one back with `/unlink`.",
}


def done_words(deed: LinkDeed, answer: Answer, user: str) -> str:
    """Return what an officer's deed did, or why it did nothing."""
    names = {"player": bold(answer.player), "user": bold(user)}
    if answer.refusal is not None:
        return _REFUSED[answer.refusal].format(**names)
    said = _DONE[deed].format(**names)
    if answer.kept:
        said += f" {bold(answer.kept)}, known by its name, stays the main account."
    if answer.ended:
        said += f" {plural(answer.ended, 'other claim')} ended."
    return said


def applied_words(done: int, left: int) -> str:
    """Return how many of the sure pairs were confirmed, and why the others were not."""
    said = f"**{plural(done, 'pair')}** confirmed."
    why = "what is your own or of a rank above yours is for somebody else to confirm"
    return f"{said} {left} left: {why}." if left else said


def claim_words(answer: Answer) -> str:
    """Return what became of a member's claim."""
    player = bold(answer.player)
    if answer.refusal is not None:
        return _CLAIM_REFUSED[answer.refusal].format(player=player)
    said = (
        f"You claim {player}: it is on your `/me` card from now on. It counts as yours, and gives "
        "its rights, once an officer has confirmed it."
    )
    if answer.rivals:
        said += "\nSomebody else claims it or bears its name: an officer decides whose it is."
    return said


def unlink_words(answer: Answer) -> str:
    """Return what became of a member's wish to be unlinked."""
    if answer.refusal is not None:
        return f"{bold(answer.player)} is not linked to you. `/unlink` offers what is."
    return f"{bold(answer.player)} is no longer linked to you. `/link` claims it again."


def undone_words(refusal: Refusal | None) -> str:
    """Return what became of an undo."""
    if refusal is None:
        return "Undone: everything is as it was before."
    if refusal is Refusal.ABOVE:
        return "That concerns a rank above yours: ask the leadership."
    if refusal is Refusal.OWN:
        return "That concerns your own account: ask another officer."
    return "That was undone or changed meanwhile: nothing was changed."


def undo_label(last: PastDeed) -> str:
    """Return what the button would undo."""
    if last.deed is LinkDeed.CONFIRM_ALL:
        return f"Undo: confirmed {plural(len(last.pairs), 'pair')}"
    return f"Undo: {last.deed} {last.player}"[:80]


def entry_words(entry: Entry) -> str:
    """Return a question with the likeliest partners, each with score and why."""
    heading = [bold(entry.name)]
    if entry.remark:
        heading.append(escaped(entry.remark))
    if entry.since_at is not None:
        heading.append(f"claimed {when(entry.since_at)}")
    lines = [small(_partner(each)) for each in entry.partners]
    return "\n".join([_DOT.join(heading), *(lines or [small("nobody is like it")])])


def picked_words(tab: Tab, entries: Iterable[Entry], picked: Pair) -> str:
    """Return what the buttons below are about."""
    label = next((label for pair, label, _ in pairs_on(tab, entries) if pair == picked), "nobody")
    return f"Picked: {bold(label)}"


def pairs_on(tab: Tab, entries: Iterable[Entry]) -> list[tuple[Pair, str, str]]:
    """Return every pair of a page with its label and why; half of one where nobody is likely."""
    found = []
    for entry in entries:
        for partner in entry.partners:
            score = f"{partner.score}%: " if partner.score else ""
            found.append((partner.pair, f"{entry.name} = {partner.name}", score + partner.why))
        if not entry.partners:
            half = Pair(entry.key, 0) if tab is Tab.PLAYERS else Pair(0, entry.key)
            found.append((half, entry.name, "nobody is like it"))
    return found


def _partner(partner: Partner) -> str:
    score = [f"{partner.score}%"] if partner.score else []
    return _DOT.join([bold(partner.name), *score, escaped(partner.why)])


def bold(name: str) -> str:
    """Return a name as it reads, in bold."""
    return f"**{escaped(name[:100])}**"
