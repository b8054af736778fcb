"""The tour that `clanstats demo --check` makes: every command as every viewer, without a browser.

One line a step; the first step that is not as it should be ends it.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord import InteractionResult, MemberActor, ResponseMessage

from bot.clan.ranks import Deed, refusal
from bot.demo.cast import Persona
from bot.demo.stage import Stage
from bot.reports.documents import write_whole

_LEADERSHIP, _OFFICERS, _MEMBERS, _ALL = (
    frozenset({"leader"}),
    frozenset({"leader", "officer"}),
    frozenset({"leader", "officer", "member"}),
    frozenset({"leader", "officer", "member", "guest"}),
)


class TourFailed(Exception):
    """A step of the tour was not as it should be."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One command of the tour: who gets an answer, and which files come with it.

    Those outside `allowed` must be refused by the gate of `deed`; those in `unknown` are told that
    nobody knows their account. Files in `perhaps` come when there is much to tell.
    """

    command: str
    deed: Deed
    allowed: frozenset[str]
    files: frozenset[str] = frozenset()
    options: Callable[[Stage], dict[str, Any]] = lambda _: {}
    unknown: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


TOUR = (
    Stop("clanstats report", Deed.SEE_REPORTS, _OFFICERS, frozenset({"png", "xlsx"})),
    Stop(
        "clanstats report",
        Deed.SEE_REPORTS,
        _OFFICERS,
        frozenset({"png", "xlsx"}),
        lambda _: {"period": 30, "visibility": "everybody"},
    ),
    Stop("clanstats status", Deed.SEE_REPORTS, _OFFICERS),
    Stop("clanstats alerts", Deed.SEE_REPORTS, _OFFICERS),
    Stop("clanstats audit", Deed.PROMOTE, _LEADERSHIP, frozenset({"png"})),
    Stop("clanstats setup", Deed.SET_UP, _LEADERSHIP),
    Stop("clanstats settings", Deed.MANAGE, _LEADERSHIP),
    Stop("clanstats links", Deed.SEE_REPORTS, _OFFICERS),
    Stop("link", Deed.SEE_OWN, _ALL, options=lambda stage: {"player": _of_leader(stage)}),
    Stop("unlink", Deed.SEE_OWN, _ALL, options=lambda _: {"player": "nobody of that name"}),
    Stop("clanstats away", Deed.SET_LEAVE, _OFFICERS),
    Stop(
        "clanstats away",
        Deed.SET_LEAVE,
        _OFFICERS,
        options=lambda stage: {
            "player": stage.world.players[0].name,
            "from": "tomorrow",
            "until": "2 weeks",
        },
    ),
    Stop("clanstats cases", Deed.KICK, _OFFICERS),
    Stop("promotions", Deed.PROMOTE, _LEADERSHIP),
    Stop("inactive", Deed.CALL_INACTIVE, _LEADERSHIP, perhaps=frozenset({"csv"})),
    Stop("inactive", Deed.CALL_INACTIVE, _LEADERSHIP, options=lambda _: {"days": 60}),
    Stop("clanstats exempt", Deed.MANAGE, _LEADERSHIP),
    Stop("clanstats retention", Deed.MANAGE, _LEADERSHIP, options=lambda _: {"days": 365}),
    Stop("away", Deed.SEE_OWN, _ALL, options=lambda _: {"from": "today", "until": "2 weeks"}),
    Stop("back", Deed.SEE_OWN, _ALL),
    Stop("privacy show", Deed.SEE_OWN, _ALL),
    Stop("privacy export", Deed.SEE_OWN, _ALL, frozenset({"json"})),
    Stop("privacy forget", Deed.SEE_OWN, _ALL),
    Stop("privacy opt-out", Deed.SEE_OWN, _ALL),
    Stop("privacy opt-in", Deed.SEE_OWN, _ALL),
    Stop("me", Deed.SEE_OWN, _ALL, frozenset({"png"}), unknown=frozenset({"guest"})),
    Stop(
        "member",
        Deed.SEE_OWN,
        _ALL,
        frozenset({"png"}),
        lambda stage: {"player": stage.world.players[0].name},
    ),
)


async def tour(stage: Stage, folder: Path) -> AsyncIterator[str]:
    """Yield a line for each step, with sizes and fingerprints of the files written to `folder`.

    Raises TourFailed at the first step that is not as it should be.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for number, stop in enumerate(TOUR, 1):
        for who, viewer in stage.viewers.items():
            result = await viewer.slash(stage.front, stop.command, **stop.options(stage))
            yield await _judged(stop, who, result, folder / f"{number}-{who}")
    yield await _press(stage)
    yield await _decide(stage)
    yield await _what_if(stage)
    yield await _complete(stage)
    if stage.env.errors:
        raise TourFailed(f"the bot swallowed an error: {stage.env.errors[0]!r}")


async def _judged(stop: Stop, who: str, result: InteractionResult, place: Path) -> str:
    step = f"/{stop.command} as {who}"
    answers = _answers(result, step)
    words = "\n".join(map(_words, answers))
    if who not in stop.allowed:
        _must(refusal(stop.deed) in words, f"{step}: was not refused")
        _must(answers[0].ephemeral, f"{step}: the refusal is public")
        return f"{step}: refused in words"
    if who in stop.unknown:
        _must(
            "which member" in words, f"{step}: expected to be told whom it looked for, got {words}"
        )
        return f"{step}: told that the account is not known"
    files = {each.filename: await each.read() for one in answers for each in one.attachments}
    got = frozenset(name.rpartition(".")[2] for name in files)
    as_expected = stop.files <= got <= stop.files | stop.perhaps
    _must(as_expected, f"{step}: expected files {sorted(stop.files)}, got {sorted(files)}")
    shown = []
    for name, content in sorted(files.items()):
        write_whole(place.with_name(f"{place.name}-{name}"), content)
        shown.append(f"{name} {len(content):,} bytes {hashlib.sha256(content).hexdigest()[:8]}")
    figures = hashlib.sha256(words.encode()).hexdigest()[:8]
    return f"{step}: {', '.join([f'answer {figures}', *shown])}"


async def _press(stage: Stage) -> str:
    """Press "Post here" as an officer may."""
    officer = stage.viewers["officer"]
    result = await officer.slash(stage.front, "clanstats report")
    answer, *_ = _answers(result, "/clanstats report as officer")
    pressed = await officer.click(answer.message, label="Post here")
    _must(pressed.acknowledged, "Post here: nothing happened")
    posted = stage.front.last_message
    _must(
        posted is not None and not posted.flags.ephemeral and len(posted.attachments) > 1,
        "Post here: nothing was posted with its files",
    )
    return "Post here as officer: posted for everybody"


async def _decide(stage: Stage) -> str:
    """Apply all sure pairs as a leader may, see the coverage rise, and take it back."""
    leader = stage.viewers["leader"]
    result = await leader.slash(stage.front, "clanstats links")
    panel, *_ = _answers(result, "/clanstats links as leader")
    before = _coverage(panel)
    for control in ("links:sure", "links:apply"):
        await leader.click(panel.message, custom_id=control)
    after = _coverage(panel)
    _must(before < after, f"links: the coverage was {before}%, then {after}%")
    await leader.click(panel.message, custom_id="links:undo")
    _must(_coverage(panel) == before, f"links: it was {before}%, {_coverage(panel)}% after undo")
    told = " to ".join(f"{linked}% linked, {sure}% confirmed" for linked, sure in (before, after))
    return f"links as leader: sure pairs raised the coverage from {told}; undone"


async def _what_if(stage: Stage) -> str:
    """Draft a shorter limit as a leader may, see whom it would flag, and discard it."""
    leader = stage.viewers["leader"]
    result = await leader.slash(stage.front, "clanstats settings")
    panel, *_ = _answers(result, "/clanstats settings as leader")
    form = await leader.click(panel.message, custom_id="settings:form:silence")
    typed = {"window_days": 14, "least_xp": 10_000, "min_tenure_days": 30, "quiet_percent": 50}
    texts = {f"enforcement.{name}": str(number) for name, number in typed.items()}
    await leader.submit_modal(form, texts)
    await leader.click(panel.message, custom_id="settings:what-if")
    told = _words(panel)
    _must("14 days instead of 30" in told, f"settings: no what-if in {told}")
    await leader.click(panel.message, custom_id="settings:discard")
    _must("nothing was changed" in _words(panel), "settings: the draft was not discarded")
    return "settings as leader: what-if of 14 days shown; discarded"


def _coverage(panel: ResponseMessage) -> tuple[int, int]:
    """Return how many percent of the members the evidence strip calls linked, and confirmed."""
    found = re.search(r"(\d+)% of members linked(?: \((\d+)% confirmed\))?", _words(panel))
    if found is None:
        raise TourFailed("links: no coverage in the evidence strip")
    return int(found[1]), int(found[2] or found[1])


def _of_leader(stage: Stage) -> str:
    """Return the name of an account that is confirmed for the leader: everybody may ask for it."""
    leader = next(user for user in stage.world.users if user.persona is Persona.LEADER)
    players = {player.player_id: player for player in stage.world.players}
    return players[leader.player_ids[0]].name_at(stage.world.now)


async def _complete(stage: Stage) -> str:
    member: MemberActor = stage.viewers["member"]
    typed = stage.world.players[0].name[:3]
    choices = await member.autocomplete(stage.front, "member", "player", typed)
    names = [choice["name"] for choice in choices]
    _must(stage.world.players[0].name in names, f"autocomplete of {typed!r} gave {names}")
    return f"autocomplete of {typed!r}: {len(names)} names"


def _answers(result: InteractionResult, step: str) -> list[ResponseMessage]:
    """Return the answer and what followed it, such as a public post after a private word."""
    first = [] if result.response is None else [result.response]
    if not first and not result.followups:
        raise TourFailed(f"{step}: no answer")
    return [*first, *result.followups]


def _words(answer: ResponseMessage) -> str:
    """Return all the text of an answer, wherever in its components it stands."""

    def texts(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [str(part[key]) for key in ("content", "label") if part.get(key)]
            return own + [text for value in part.values() for text in texts(value)]
        if isinstance(part, list):
            return [text for item in part for text in texts(item)]
        return []

    return "\n".join([answer.content, *texts(answer.components)])


def _must(holds: bool, complaint: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise TourFailed(complaint)
