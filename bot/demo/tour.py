"""The tour that `clanstats demo --check` makes: every command as every viewer, without a browser.

One line a step; the first step that is not as it should be ends it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord import InteractionResult, MemberActor

from bot.clan.ranks import Permission, refusal
from bot.demo.cast import Persona
from bot.demo.stage import Stage, StageSize
from bot.demo.tour_actions import ACTIONS
from bot.demo.touring import NobodyListed, TourFailed, answers, must, words_of
from bot.reports.documents import write_whole

__all__ = ["TOUR", "Stop", "TourFailed", "tour"]

_LEADERSHIP, _OFFICERS, _MEMBERS, _ALL = (
    frozenset({"leader"}),
    frozenset({"leader", "officer"}),
    frozenset({"leader", "officer", "member"}),
    frozenset({"leader", "officer", "member", "guest"}),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One command of the tour: who gets an answer, and which files come with it.

    Those outside `allowed` must be refused for want of `permission`; those in `unknown` are told
    that nobody knows their account. Files in `perhaps` come when there is much to tell.
    """

    command: str
    permission: Permission
    allowed: frozenset[str]
    files: frozenset[str] = frozenset()
    options: Callable[[Stage], dict[str, Any]] = lambda _: {}
    unknown: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


TOUR = (
    Stop("clanstats report", Permission.SEE_REPORTS, _OFFICERS, frozenset({"png", "xlsx"})),
    Stop(
        "clanstats report",
        Permission.SEE_REPORTS,
        _OFFICERS,
        frozenset({"png", "xlsx"}),
        lambda _: {"period": 30, "visibility": "workbook"},
    ),
    Stop("clanstats status", Permission.SEE_REPORTS, _OFFICERS),
    Stop("clanstats activity", Permission.SEE_REPORTS, _OFFICERS, frozenset({"png"})),
    Stop(
        "clanstats activity",
        Permission.SEE_REPORTS,
        _OFFICERS,
        frozenset({"png"}),
        lambda _: {"period": 90, "duration": 3, "event": "yesterday 18:00"},
    ),
    Stop("clanstats bosses", Permission.SEE_REPORTS, _OFFICERS, frozenset({"png"})),
    Stop("clanstats dashboard", Permission.SEE_REPORTS, _OFFICERS, frozenset({"html"})),
    Stop(
        "clanstats dashboard",
        Permission.SEE_REPORTS,
        _OFFICERS,
        frozenset({"zip"}),
        lambda _: {"as": "folder"},
    ),
    Stop("clanstats alerts", Permission.SEE_REPORTS, _OFFICERS),
    Stop("clanstats questions", Permission.SEE_REPORTS, _OFFICERS),
    Stop("clanstats newcomers", Permission.SEE_REPORTS, _OFFICERS),
    Stop("clanstats audit", Permission.PROMOTE, _LEADERSHIP, frozenset({"png"})),
    Stop("clanstats setup", Permission.SET_UP, _LEADERSHIP),
    Stop("clanstats settings", Permission.MANAGE, _LEADERSHIP),
    Stop("clanstats links", Permission.DECIDE_LINKS, _OFFICERS),
    Stop("link", Permission.SEE_OWN, _ALL, options=lambda stage: {"player": _of_leader(stage)}),
    Stop("unlink", Permission.SEE_OWN, _ALL, options=lambda _: {"player": "nobody of that name"}),
    Stop("clanstats away", Permission.SET_LEAVE, _OFFICERS),
    Stop(
        "clanstats away",
        Permission.SET_LEAVE,
        _OFFICERS,
        options=lambda stage: {
            "player": stage.world.players[0].name,
            "from": "tomorrow",
            "until": "2 weeks",
        },
    ),
    Stop("clanstats cases", Permission.KICK, _OFFICERS),
    Stop("promotions", Permission.PROMOTE, _LEADERSHIP),
    Stop("inactive", Permission.CALL_INACTIVE, _LEADERSHIP, perhaps=frozenset({"csv"})),
    Stop("inactive", Permission.CALL_INACTIVE, _LEADERSHIP, options=lambda _: {"days": 60}),
    Stop("clanstats exempt", Permission.MANAGE, _LEADERSHIP),
    Stop("clanstats retention", Permission.MANAGE, _LEADERSHIP, options=lambda _: {"days": 365}),
    Stop("help", Permission.SEE_OWN, _ALL),
    Stop("away", Permission.SEE_OWN, _ALL, options=lambda _: {"from": "today", "until": "2 weeks"}),
    Stop("back", Permission.SEE_OWN, _ALL),
    Stop("privacy show", Permission.SEE_OWN, _ALL),
    Stop("privacy export", Permission.SEE_OWN, _ALL, frozenset({"json"})),
    Stop("privacy forget", Permission.SEE_OWN, _ALL),
    Stop("privacy opt-out", Permission.SEE_OWN, _ALL),
    Stop("privacy opt-in", Permission.SEE_OWN, _ALL),
    Stop("me", Permission.SEE_OWN, _ALL, frozenset({"png"}), unknown=frozenset({"guest"})),
    Stop(
        "member",
        Permission.SEE_OWN,
        _ALL,
        frozenset({"png"}),
        lambda stage: {"player": stage.world.players[0].name},
    ),
    Stop(
        "leaderboard",
        Permission.SEE_OWN,
        _ALL,
        frozenset({"png"}),
        lambda _: {"metric": "cox", "period": 90},
    ),
    Stop(
        "compare",
        Permission.SEE_OWN,
        _ALL,
        frozenset({"png"}),
        lambda stage: {"a": stage.world.players[0].name, "b": stage.world.players[1].name},
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
    for action in ACTIONS:
        yield await _done(action, stage)
    yield await _complete(stage)
    if stage.env.errors:
        raise TourFailed(f"the bot swallowed an error: {stage.env.errors[0]!r}")


async def _done(action: Callable[[Stage], Awaitable[str]], stage: Stage) -> str:
    """Return what came of an action; where a small clan has nobody for it, that it is left out."""
    try:
        return await action(stage)
    except NobodyListed:
        full, world = StageSize(), stage.world
        days = (world.now - world.start_at).days
        if len(world.present(world.now)) >= full.members and days >= full.days:
            raise
        return (
            f"{action.__name__.strip('_').replace('_', ' ')}: left out, as so small a clan has "
            f"nobody for it; --members {full.members} --days {full.days} has"
        )


async def _judged(stop: Stop, who: str, result: InteractionResult, place: Path) -> str:
    step = f"/{stop.command} as {who}"
    given = answers(result, step)
    words = "\n".join(map(words_of, given))
    if who not in stop.allowed:
        must(refusal(stop.permission) in words, f"{step}: was not refused")
        must(given[0].ephemeral, f"{step}: the refusal is public")
        return f"{step}: refused in words"
    if who in stop.unknown:
        must(
            "which member" in words, f"{step}: expected to be told whom it looked for, got {words}"
        )
        return f"{step}: told that the account is not known"
    files = {each.filename: await each.read() for one in given for each in one.attachments}
    got = frozenset(name.rpartition(".")[2] for name in files)
    as_expected = stop.files <= got <= stop.files | stop.perhaps
    must(as_expected, f"{step}: expected files {sorted(stop.files)}, got {sorted(files)}")
    shown = []
    for name, content in sorted(files.items()):
        write_whole(place.with_name(f"{place.name}-{name}"), content)
        shown.append(f"{name} {len(content):,} bytes {hashlib.sha256(content).hexdigest()[:8]}")
    figures = hashlib.sha256(words.encode()).hexdigest()[:8]
    return f"{step}: {', '.join([f'answer {figures}', *shown])}"


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
    must(stage.world.players[0].name in names, f"autocomplete of {typed!r} gave {names}")
    return f"autocomplete of {typed!r}: {len(names)} names"
