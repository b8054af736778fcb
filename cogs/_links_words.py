"""What is said about links: actions, refusals, and the questions of the queue."""

from collections.abc import Iterable

from bot.clan.linking import MOST_OPEN_CLAIMS, LinkAction, LinkPair, LinkRefusal
from bot.clan.names import escaped
from bot.clan.wording import plural
from bot.services.people import LinkResult, Partner, PastAction, QueueEntry
from cogs._links_state import LinksTab
from cogs._replies import small, when

_DOT = " \N{MIDDLE DOT} "

TITLES = {
    LinksTab.CLAIMS: "Claims",
    LinksTab.CONFLICTS: "Conflicts",
    LinksTab.PEOPLE: "People",
    LinksTab.PLAYERS: "Players",
    LinksTab.SPEAKERS: "Speakers",
    LinksTab.SURE: "Sure pairs",
    LinksTab.USER: "Accounts",
}
ABOUT = {
    LinksTab.CLAIMS: "People say that these accounts are theirs. A claim changes nothing until you "
    "confirm it.",
    LinksTab.CONFLICTS: "Several people claim one account or bear its name. Confirm whose it is: "
    "that ends the other claims.",
    LinksTab.PEOPLE: "People on this server who are not linked yet.",
    LinksTab.PLAYERS: "Members of the clan who are not linked yet.",
    LinksTab.SPEAKERS: "Names from the clan chat that match no member, now or before.",
    LinksTab.SURE: "Exact name matches with nobody else in question.",
    LinksTab.USER: "",
}
NOTHING = {
    LinksTab.CLAIMS: "No claim is waiting.",
    LinksTab.CONFLICTS: "No conflicts: no account is claimed by two people or matches two names.",
    LinksTab.PEOPLE: "Everybody on this server is linked.",
    LinksTab.PLAYERS: "Every member is linked.",
    LinksTab.SPEAKERS: "Every name in the clan chat is known.",
    LinksTab.SURE: "No sure pairs left.",
    LinksTab.USER: "No linked accounts, and no likely ones.",
}
_DONE = {
    LinkAction.CONFIRM: "{player} is confirmed for {user}.",
    LinkAction.REJECT: "{player} is not {user}: it will not be suggested again.",
    LinkAction.MARK_ALT: "{player} is confirmed for {user} as an alt.",
    LinkAction.MAKE_MAIN: "{player} is the main account of {user}.",
    LinkAction.END: "{player} is no longer linked to {user}.",
    LinkAction.NO_DISCORD: "{player} is marked as having no Discord.",
    LinkAction.HAS_DISCORD: "{player} is no longer marked as having no Discord.",
}
_REFUSED = {
    LinkRefusal.UNKNOWN: "Nobody in the clan is called {player} any more: nothing was changed.",
    LinkRefusal.TAKEN: "{player} is confirmed for somebody else already: nothing was changed.",
    LinkRefusal.ABOVE: "The rank of {player} gives more rights than yours: ask the leadership.",
    LinkRefusal.OWN: "You cannot decide about your own account: ask another officer. {player} was "
    "not changed.",
    LinkRefusal.ALREADY: "That was done already: nothing was changed.",
    LinkRefusal.CHANGED: "Somebody has changed that meanwhile: nothing was changed. Look again.",
    LinkRefusal.NOT_LINKED: "{player} is not linked to {user} any more: nothing was changed.",
    LinkRefusal.NO_MAIN: "{user} has no other account that could be the main one: confirm it "
    "instead.",
}
_CLAIM_REFUSED = {
    LinkRefusal.UNKNOWN: "Nobody in the clan is or was called {player}. Begin to type and pick a "
    "name from the list.",
    LinkRefusal.YOURS: "{player} is linked to you already.",
    LinkRefusal.TAKEN: "{player} is confirmed for somebody else. If that is wrong, ask an officer.",
    LinkRefusal.REJECTED: "An officer decided that {player} is not yours. If that is wrong, "
    "ask one.",
    LinkRefusal.TOO_MANY: f"You have {MOST_OPEN_CLAIMS} claims waiting, and more are not taken: "
    "ask an officer to look at them, or take one back with `/unlink`.",
}


def done_words(action: LinkAction, answer: LinkResult, user: str) -> str:
    """Return what an officer's action did, or why it did nothing."""
    names = {"player": bold(answer.player), "user": bold(user)}
    if answer.refusal is not None:
        return _REFUSED[answer.refusal].format(**names)
    said = _DONE[action].format(**names)
    if answer.kept:
        said += f" {bold(answer.kept)}, known by its name, stays the main account."
    if answer.ended:
        said += f" {plural(answer.ended, 'other claim')} ended."
    return said


def applied_words(done: int, left: int) -> str:
    """Return how many of the sure pairs were confirmed, and why the others were not."""
    said = f"**{plural(done, 'pair')}** confirmed."
    why = "somebody else has to confirm your own accounts and ranks above yours"
    return f"{said} {left} left: {why}." if left else said


def marked_words(done: int, left: int) -> str:
    """Return how many members were marked as having no Discord, and why the others were not."""
    said = f"**{plural(done, 'member')}** marked as having no Discord."
    why = "your own accounts, ranks above yours and members already marked were not changed"
    return f"{said} {left} left: {why}." if left else said


def claim_words(answer: LinkResult) -> str:
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


def unlink_words(answer: LinkResult) -> str:
    """Return what became of a member's wish to be unlinked."""
    if answer.refusal is not None:
        return f"{bold(answer.player)} is not linked to you. `/unlink` offers what is."
    return f"{bold(answer.player)} is no longer linked to you. `/link` claims it again."


def undone_words(refusal: LinkRefusal | None) -> str:
    """Return what became of an undo."""
    if refusal is None:
        return "Undone: everything is as it was before."
    if refusal is LinkRefusal.ABOVE:
        return "That concerns a rank above yours: ask the leadership."
    if refusal is LinkRefusal.OWN:
        return "That concerns your own account: ask another officer."
    return "That was undone or changed meanwhile: nothing was changed."


def undo_label(last: PastAction) -> str:
    """Return what the button would undo."""
    if last.action is LinkAction.CONFIRM_ALL:
        return f"Undo: confirmed {plural(len(last.pairs), 'pair')}"
    if last.action is LinkAction.NO_DISCORD and len(last.pairs) > 1:
        return f"Undo: no Discord for {plural(len(last.pairs), 'member')}"
    return f"Undo: {last.action} {last.player}"[:80]


def entry_words(entry: QueueEntry) -> str:
    """Return a question with the likeliest partners, each with score and why."""
    heading = [bold(entry.name)]
    if entry.remark:
        heading.append(escaped(entry.remark))
    if entry.since_at is not None:
        heading.append(f"claimed {when(entry.since_at)}")
    lines = [small(_partner(each)) for each in entry.partners]
    return "\n".join([_DOT.join(heading), *(lines or [small("no similar name")])])


def picked_words(tab: LinksTab, entries: Iterable[QueueEntry], picked: LinkPair) -> str:
    """Return what the buttons below are about."""
    label = next((label for pair, label, _ in pairs_on(tab, entries) if pair == picked), "nobody")
    return f"Picked: {bold(label)}"


def pairs_on(tab: LinksTab, entries: Iterable[QueueEntry]) -> list[tuple[LinkPair, str, str]]:
    """Return every pair of a page with its label and why; half of one where nobody is likely."""
    found = []
    for entry in entries:
        for partner in entry.partners:
            score = f"{partner.score}%: " if partner.score else ""
            found.append((partner.pair, f"{entry.name} = {partner.name}", score + partner.why))
        if not entry.partners:
            half = LinkPair(entry.key, 0) if tab is LinksTab.PLAYERS else LinkPair(0, entry.key)
            found.append((half, entry.name, "no similar name"))
    return found


def _partner(partner: Partner) -> str:
    score = [f"{partner.score}%"] if partner.score else []
    return _DOT.join([bold(partner.name), *score, escaped(partner.why)])


def bold(name: str) -> str:
    """Return a name as it reads, in bold."""
    return f"**{escaped(name[:100])}**"
