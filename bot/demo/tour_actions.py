"""What the tour does with the answers: buttons pressed, forms filled in, and what came of it.

Every action must be seen to have worked, in words; its line is the same on every tour.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from simcord import ResponseMessage
from simcord.components import walk_components

from bot.clan.posting import PostingChannel
from bot.demo.stage import Stage
from bot.demo.touring import (
    NobodyListed,
    TourFailed,
    answers,
    button_of,
    control_of,
    must,
    typed,
    words_of,
)
from bot.timetable import JOBS

_APPROVED, _NOTICED = 3, 2


async def _post(stage: Stage) -> str:
    """Press "Post here" as an officer may."""
    officer = stage.viewers["officer"]
    result = await officer.slash(stage.front, "clanstats report")
    answer, *_ = answers(result, "/clanstats report as officer")
    asked = await officer.click(answer.message, label="Post here")
    question, *_ = answers(asked, "Post here as officer")
    pressed = await officer.click(question.message, label="Post it with the workbook")
    must(pressed.acknowledged, "Post here: nothing happened")
    posted = stage.front.last_message
    must(
        posted is not None and not posted.flags.ephemeral and len(posted.attachments) > 1,
        "Post here: nothing was posted with its files",
    )
    return "Post here as officer: posted for everybody"


async def _link(stage: Stage) -> str:
    """Apply all sure pairs as a leader may, see the coverage rise, and take it back."""
    leader = stage.viewers["leader"]
    result = await leader.slash(stage.front, "clanstats links")
    panel, *_ = answers(result, "/clanstats links as leader")
    before = _coverage(panel)
    for label in ("Confirm ", "Confirm "):
        await leader.click(panel.message, custom_id=button_of(panel, label))
    after = _coverage(panel)
    must(before < after, f"links: the coverage was {before}%, then {after}%")
    await leader.click(panel.message, custom_id=button_of(panel, "Undo"))
    must(_coverage(panel) == before, f"links: it was {before}%, {_coverage(panel)}% after undo")
    told = " to ".join(f"{linked}% linked, {sure}% confirmed" for linked, sure in (before, after))
    return f"links as leader: sure pairs raised the coverage from {told}; undone"


async def _what_if(stage: Stage) -> str:
    """Draft a shorter limit as a leader may, see whom it would flag, and discard it."""
    leader = stage.viewers["leader"]
    result = await leader.slash(stage.front, "clanstats settings")
    panel, *_ = answers(result, "/clanstats settings as leader")
    form = await leader.click(panel.message, custom_id=button_of(panel, "Change"))
    typed = {"window_days": 14, "least_xp": 10_000, "min_tenure_days": 30, "quiet_percent": 50}
    texts = {f"enforcement.{name}": str(number) for name, number in typed.items()}
    await leader.submit_modal(form, texts)
    await leader.click(panel.message, custom_id=button_of(panel, "What if"))
    told = words_of(panel)
    must("14 days instead of 30" in told, f"settings: no what-if in {told}")
    await leader.click(panel.message, custom_id=button_of(panel, "Discard"))
    must("nothing was changed" in words_of(panel), "settings: the draft was not discarded")
    return "settings as leader: what-if of 14 days shown; discarded"


def _coverage(panel: ResponseMessage) -> tuple[int, int]:
    """Return how many percent of the members the evidence strip calls linked, and confirmed."""
    found = re.search(r"(\d+)% of members linked(?: \((\d+)% confirmed\))?", words_of(panel))
    if found is None:
        raise TourFailed("links: no coverage in the evidence strip")
    return int(found[1]), int(found[2] or found[1])


async def _approve(stage: Stage) -> str:
    """Approve the first ones who are suggested, and find them among those who wait for the game."""
    leader = stage.viewers["leader"]
    panel = await _opened(stage, "promotions")
    waited = _count(panel, "Approved")
    picked = await _pick(stage, panel, _APPROVED)
    await leader.click(panel.message, custom_id=button_of(panel, "Approve"))
    _said(panel, r"(.+): approved\. Now promote to")
    must(_count(panel, "Approved") == waited + len(picked), "promotions: not all are approved")
    await leader.click(panel.message, custom_id=button_of(panel, "Approved "))
    copied = _said(panel, r"```\n([^`]+)\n```").splitlines()
    lines = [each for each in copied if each.partition(" -> ")[0] in picked]
    must(len(lines) == len(picked), f"promotions: {picked} are not in the list to copy, {copied}")
    return f"promotions as leader: {len(picked)} approved at once, to copy {len(copied)}"


async def _put_off(stage: Stage) -> str:
    """Say "not yet" of the first one who is suggested, and take it back in their history."""
    leader = stage.viewers["leader"]
    panel = await _opened(stage, "promotions")
    before = _qualifying(panel)
    (name,) = await _pick(stage, panel, 1)
    form = await leader.click(panel.message, custom_id=button_of(panel, "Not yet"))
    await leader.submit_modal(form, typed(form, "Came to no event yet", "2 weeks"))
    _said(panel, r"\*\*(.+)\*\*: not yet\. Not suggested again before")
    must(_qualifying(panel) == before - 1, f"promotions: {name} is suggested still")
    history = await _opened(stage, "clanstats cases", player=name)
    must("Came to no event yet" in words_of(history), f"cases: no reason in the history of {name}")
    await leader.click(history.message, custom_id=button_of(history, "Take back: promotion"))
    must("taken back" in words_of(history), f"cases: not yet for {name} was not taken back")
    return f"promotions as leader: not yet for {name}, its reason in the history; taken back there"


async def _notice(stage: Stage) -> str:
    """Notice the first ones who are surely silent, with the draft as it stands."""
    leader = stage.viewers["leader"]
    panel = await _opened(stage, "inactive")
    names = await _pick(stage, panel, _NOTICED)
    form = await leader.click(panel.message, custom_id=button_of(panel, "Notice"))
    sent = await leader.submit_modal(form, typed(form))
    _said(panel, r"(.+): marked as noticed\.")
    given = "\n".join(map(words_of, sent.followups)).replace("\\", "")
    for name in names:
        must(f"Hi {name}!" in given, f"inactive: no notice to {name} to copy in {given}")
    must(" noticed <t:" in words_of(panel), "inactive: the lines do not tell of the notice")
    return f"inactive as leader: {', '.join(names)} noticed, with the words to copy"


async def _mark(stage: Stage) -> str:
    """Mark a question as answered as whoever asked may, and its reply as an officer may."""
    member, officer = stage.viewers["member"], stage.viewers["officer"]
    asked = await member.send(stage.front, "does anyone have a spare dragon pickaxe?")
    reply = await officer.send(stage.front, "in the clan bank", reply_to=asked)
    steps = (
        (stage.viewers["guest"], "Mark as answered", asked, "Only officers and whoever asked"),
        (officer, "Mark as answered", reply, "counts as the answer now"),
        (member, "Mark as answered", asked, "The question is closed"),
        (member, "Mark as question", asked, "is open again"),
        (officer, "Not a question", asked, "It is no question now"),
    )
    for who, name, message, expected in steps:
        result = await who.context_menu(stage.front, name, message)
        told = words_of(answers(result, name)[0])
        must(expected in told, f"{name}: expected {expected!r}, got {told}")
    return "a question marked as answered by whoever asked, its reply by an officer; taken back"


async def _digest(stage: Stage) -> str:
    """Look at the digest in the setup, switch it on, and see it posted at its hour, once."""
    leader, services = stage.viewers["leader"], stage.services
    setup = await _opened(stage, "clanstats setup")
    opened = await leader.click(setup.message, custom_id=control_of(setup, "setup:digest"))
    panel = answers(opened, "digest")[-1]
    await leader.click(panel.message, custom_id=button_of(panel, "Preview"))
    told = _said(panel, r"Preview: how it would look now\n(.+)")
    await leader.click(panel.message, custom_id=button_of(panel, "Switch on"))
    clan = await services.clans.of_guild(stage.guild.id)
    if clan is None:
        raise TourFailed("digest: the clan is gone")
    await services.places.post_in(clan, PostingChannel.REPORT, stage.front.id)
    due = services.clock().astimezone(clan.zone) + timedelta(hours=1)
    for name, value in (("day", due.weekday()), ("hour", due.hour)):
        custom_id = control_of(panel, f"digest:{name}")
        await leader.select(panel.message, [str(value)], custom_id=custom_id)
    await stage.env.advance_time(timedelta(hours=1).total_seconds())
    seen = {each.id for each in stage.front.history()}
    for _ in range(2):
        await stage.timetable.run(next(job for job in JOBS if job.name == "digest"))
    posted = [each for each in stage.front.history() if each.id not in seen]
    must(len(posted) == 1, f"digest: posted {len(posted)} times")
    (post,) = posted
    must(told in post.content and len(post.attachments) == 1, f"digest: {post.content}")
    return f"digest as leader: looked at, switched on, posted once with its picture: {told}"


async def _pick(stage: Stage, panel: ResponseMessage, most: int) -> list[str]:
    """Pick the first people of a list, and return their names."""
    parts = walk_components(panel.components)
    picks = next((part for part in parts if ":pick:" in part.get("custom_id", "")), None)
    if picks is None:
        raise NobodyListed(f"nobody to pick in {words_of(panel)}")
    people = picks["options"][:most]
    values = [each["value"] for each in people]
    custom_id = picks["custom_id"]
    await stage.viewers["leader"].select(panel.message, values, custom_id=custom_id)
    return [each["label"] for each in people]


async def _opened(stage: Stage, command: str, **options: str) -> ResponseMessage:
    """Return what a command shows the leader."""
    result = await stage.viewers["leader"].slash(stage.front, command, **options)
    return answers(result, f"/{command} as leader")[0]


def _count(panel: ResponseMessage, tab: str) -> int:
    """Return how many a tab says it has."""
    return int(_said(panel, rf"^{tab} (\d+)$"))


def _qualifying(panel: ResponseMessage) -> int:
    """Return how many qualify: who is put off makes room on the short list for the next one."""
    return _count(panel, "Suggested") + _count(panel, "Also qualify")


def _said(panel: ResponseMessage, pattern: str) -> str:
    """Return what stands at the group of a pattern, as it reads without escapes."""
    words = words_of(panel)
    found = re.search(pattern, words, re.MULTILINE)
    if found is None:
        raise TourFailed(f"expected {pattern}, got {words}")
    return found[1].replace("\\", "")


ACTIONS: tuple[Callable[[Stage], Awaitable[str]], ...] = (
    _post,
    _link,
    _what_if,
    _approve,
    _put_off,
    _notice,
    _mark,
    _digest,
)
