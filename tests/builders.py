"""Made-up members, rosters and reports with sensible defaults; the same every time.

A number that a test cares about stands in the test; everything else is from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import (
    Change,
    ChangeKind,
    Heatmap,
    Totals,
    TrendLine,
    TrendStep,
    best_hours,
    step_of,
)
from bot.clan.gains import Gains, MetricGain
from bot.clan.metrics import SKILLS
from bot.clan.spans import DAY, HOUR, WINDOWS, Period, last
from bot.clan.standings import Chat, Link, Member, Roster, in_house_order
from bot.clan.waiting import AskedQuestion, question_figures
from bot.reports.clan_report import ClanReport
from bot.reports.pictures import Card, ClanWeek
from bot.reports.question_tables import QuestionTables, question_tables

NOW = datetime(2025, 6, 30, 18, 20, tzinfo=UTC)
ZONE = "Europe/London"
BOSSES = (
    "abyssal_sire", "alchemical_hydra", "araxxor", "barrows_chests", "callisto", "cerberus",
    "chambers_of_xeric", "chambers_of_xeric_challenge_mode", "commander_zilyana",
    "corporeal_beast", "dagannoth_rex", "duke_sucellus", "general_graardor", "giant_mole",
    "grotesque_guardians", "kalphite_queen", "king_black_dragon", "kraken", "kreearra",
    "kril_tsutsaroth", "mimic", "nex", "nightmare", "phantom_muspah", "phosanis_nightmare",
    "sarachnis", "scorpia", "scurrius", "skotizo", "sol_heredit", "spindel", "the_gauntlet",
    "the_corrupted_gauntlet", "the_leviathan", "the_whisperer", "theatre_of_blood",
    "thermonuclear_smoke_devil", "tombs_of_amascut", "tombs_of_amascut_expert", "tzkal_zuk",
    "tztok_jad", "vardorvis", "vetion", "vorkath", "wintertodt", "zalcano", "zulrah",
)  # fmt: skip
ROLES = ("owner", "deputy_owner", "zenyte", "dragonstone", "onyx", "member", "member", "prospector")
_FIRST = ("Iron", "Lord", "Sir", "Swamp", "Tick", "Mossy", "Dark", "Lucky", "Old", "Pure")
_SECOND = ("Fox", "Whale", "Gnome", "Rune", "Bandos", "Tofu", "Kraken", "Cabbage", "Wolf", "Pie")


def gains(xp: int | None = 1_000_000, kills: int | None = 20, since: datetime = NOW - DAY) -> Gains:
    """Return known gains of one window."""
    return Gains(xp, kills, ehp=(xp or 0) / 100_000, ehb=(kills or 0) / 20, since=since)


def game(xp: int | None = 1_000_000, kills: int | None = 20) -> Mapping[Period, Gains]:
    """Return gains of all windows that follow from those of 7 days."""
    return {
        period: gains(
            None if xp is None else xp * period.value // 7,
            None if kills is None else kills * period.value // 7,
            NOW - timedelta(days=period.value, hours=3),
        )
        for period in WINDOWS
    }


def chat(messages: int = 70) -> Mapping[Period, Chat]:
    """Return what was written in all windows, following from 7 days."""
    return {
        period: Chat(count, count // 20, count // 15, min(period.value, count))
        for period in WINDOWS
        for count in [messages * period.value // 7]
    }


class Week(NamedTuple):
    """What somebody did in 7 days; None makes that side unknown."""

    xp: int | None = 1_000_000
    kills: int | None = 20
    messages: int | None = 70


USUAL = Week()
UNSEEN = Week(None, None, None)


def member(
    player_id: int = 1, name: str | None = None, *, role: str = "member", week: Week = USUAL
) -> Member:
    """Return a member whose windows and totals all follow from one week."""
    xp, kills, messages = week
    observed = xp is not None or kills is not None
    return Member(
        player_id=player_id,
        name=name or f"Player {player_id}",
        role=role,
        joined_at=NOW - timedelta(days=400 + player_id),
        person=None if messages is None else f"discord{player_id}",
        discord_user_id=None if messages is None else 1000 + player_id,
        link=Link.NONE if messages is None else Link.CONFIRMED,
        game=game(xp, kills) if observed else {},
        chat=None if messages is None else chat(messages),
        total_xp=None if xp is None else 100 * xp,
        total_kills=None if kills is None else 100 * kills,
        total_messages=None if messages is None else 50 * messages,
        updated_at=NOW - timedelta(hours=2),
        changed_at=NOW - timedelta(days=1, hours=2) if observed else None,
        wrote_at=NOW - timedelta(hours=5) if messages else None,
        weekly_messages=() if messages is None else weeks(messages, player_id),
    )


def weeks(messages: int, player_id: int) -> tuple[int, ...]:
    """Return 13 weeks around a number of messages, another pattern for each player."""
    return tuple(messages * (4 + (player_id * 7 + week * 5) % 13) // 10 for week in range(13))


def roster(*members: Member, as_of: datetime = NOW) -> Roster:
    """Return a roster of these members in the house's order."""
    return Roster(in_house_order(members), as_of)


def totals(members: tuple[Member, ...], period: Period, factor: float = 1.0) -> Totals:
    """Return the sums over the members, multiplied by `factor`."""
    known = [each.gains(period) for each in members if each.gains(period).known]
    written = [count for each in members if (count := each.messages(period)) is not None]
    return Totals(
        xp=int(factor * sum(each.xp or 0 for each in known)) if known else None,
        kills=int(factor * sum(each.kills or 0 for each in known)) if known else None,
        ehp=factor * sum(each.ehp or 0 for each in known) if known else None,
        ehb=factor * sum(each.ehb or 0 for each in known) if known else None,
        messages=int(factor * sum(written)) if written else None,
        writers=int(factor * sum(count > 0 for count in written)),
        observed=len(known),
        active=int(factor * max(len(known), len(written))),
        members=len(members),
    )


def clan_report(
    *members: Member, clan: str = "Iron Cabbage", period: Period = Period.MONTH
) -> ClanReport:
    """Return a report of these members with nothing in its tables."""
    lines, earlier = trend(Random(1), period)  # noqa: S311 - made-up numbers
    return ClanReport(
        clan=clan,
        zone=ZONE,
        period=period,
        span=last(period, NOW, ZoneInfo(ZONE)),
        roster=roster(*members),
        totals=totals(members, period),
        before=totals(members, period, 0.9),
        heatmap=week_hours(),
        trend=lines,
        earlier=earlier,
        evidence=("WOM 2 h old", "96% of members linked", "bot away 3 h on Tuesday"),
    )


def card(of: Member | None = None, *, clan: str = "Iron Cabbage") -> Card:
    """Return the card of a member who is third in everything."""
    lines, earlier = trend(Random(2), Period.MONTH, 900_000, 14)  # noqa: S311 - made-up numbers
    return Card(
        member=of or member(),
        clan=clan,
        zone=ZONE,
        period=Period.MONTH,
        now=NOW,
        places=dict.fromkeys(("xp", "kills", "messages", "answers"), (3, 305)),
        trend=lines,
        earlier=earlier,
        best_hours=best_hours(week_hours(0.1)),
        hours=week_hours(0.1),
        accounts=((of or member()).name, "Second Account"),
    )


def clan_week(clan: str = "Iron Cabbage") -> ClanWeek:
    """Return a clan that writes most on Sunday evening."""
    hours = week_hours()
    span = last(Period.QUARTER, NOW, ZoneInfo(ZONE))
    return ClanWeek(clan, ZONE, Period.QUARTER, span, hours, best_hours(hours), ("WOM 2 h old",))


def week_hours(factor: float = 1.0) -> Heatmap:
    """Return messages that swell towards the evening and the weekend."""
    return tuple(
        tuple(int(factor * (max(0, 9 - abs(20 - hour)) ** 2) * (weekday + 3)) for hour in range(24))
        for weekday in range(7)
    )


def trend(
    chance: Random, period: Period, xp: int = 40_000_000, messages: int = 420
) -> tuple[tuple[TrendLine, ...], tuple[TrendLine, ...]]:
    """Return the steps of a period and those before it, of which three were not seen in the game.

    Weekends are above the rest, and the last step is not over yet.
    """
    step = step_of(period)
    own = {TrendStep.HOUR: 24, TrendStep.WEEK: 52}.get(step, period.value)
    length = {TrendStep.HOUR: HOUR, TrendStep.WEEK: 7 * DAY}.get(step, DAY)
    lines = tuple(
        TrendLine(
            at.date(),
            int(messages * swing * chance.uniform(0.7, 1.3)),
            None if gap else int(xp * swing * chance.uniform(0.6, 1.4)),
            None if gap else int(messages * 1.6 * swing * chance.uniform(0.5, 1.5)),
            hour=at.hour if step is TrendStep.HOUR else None,
        )
        for ago in range(own + max(own, 168 if step is TrendStep.HOUR else 7) - 1, -1, -1)
        for at in [NOW.astimezone(ZoneInfo(ZONE)) - ago * length]
        for gap in [own // 2 <= ago < own // 2 + 3]
        for swing in [0.4 if not ago else 1.4 if at.weekday() > 4 else 1]
    )
    return lines[-own:], lines[:-own]


def full_clan(how_many: int = 305, clan: str = "Iron Cabbage") -> ClanReport:
    """Return a whole clan with skills, bosses, changes, and members who are unknown in part."""
    chance = Random(how_many)  # noqa: S311 - made-up numbers
    members = tuple(_somebody(chance, player_id) for player_id in range(1, how_many + 1))
    observed = [each for each in members if each.game]
    report = clan_report(*members, clan=clan)
    return replace(
        report,
        skills={each.player_id: _gained(chance, SKILLS, 400_000) for each in observed},
        bosses={each.player_id: _gained(chance, BOSSES, 30, 0.12) for each in observed},
        present_skills={each.player_id: _present(chance, SKILLS, 2.5e7) for each in members},
        present_bosses={each.player_id: _present(chance, BOSSES, 900) for each in members},
        changes=tuple(_change(chance, each) for each in members[: min(how_many, 24)]),
        questions=questions_of(Random(how_many), members),  # noqa: S311 - made-up numbers
    )


def questions_of(chance: Random, members: Sequence[Member]) -> QuestionTables:
    """Return what a clan asks in a month: a few of it is never answered, and few help much."""
    helpers = [each.player_id for each in members[: max(len(members) // 6, 2)]]
    asked = []
    for number in range(2 * len(members)):
        who = chance.choice(members).player_id
        at = NOW - chance.random() * 28 * DAY
        helper = chance.choice([each for each in helpers if each != who])
        question = AskedQuestion(number, 1, who, at)
        answered_at = at + chance.paretovariate(0.8) * timedelta(minutes=2)
        if answered_at < NOW and chance.random() < 0.8:
            question = question._replace(helper=helper, answered_at=answered_at)
        asked.append(question)
    names = {each.player_id: each.name for each in members}
    return question_tables(question_figures(asked, NOW, ZoneInfo(ZONE)), names)


def _somebody(chance: Random, player_id: int) -> Member:
    name = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {player_id}"[:12]
    fortune = chance.random()
    week = Week(
        None if fortune < 0.06 else int(chance.paretovariate(1.1) * 120_000 * (fortune > 0.2)),
        None if fortune < 0.06 else int(chance.paretovariate(1) * 4 * (fortune > 0.3)),
        None if chance.random() < 0.12 else int(chance.paretovariate(0.9) * 4) - 4,
    )
    role = ROLES[min(player_id - 1, 4)] if player_id < 9 else chance.choice(ROLES[5:])
    somebody = member(player_id, name, role=role, week=week)
    return newcomer(somebody) if player_id % 17 == 0 else somebody


def newcomer(of: Member, since: datetime = NOW - timedelta(days=12)) -> Member:
    """Return the member as somebody who was first seen 12 days ago."""
    partial: dict[Period, Gains] = {
        period: gains._replace(since=since, partial=True)
        for period, gains in of.game.items()
        if period is not Period.WEEK
    }
    return replace(of, joined_at=since, game={**of.game, **partial})


def _gained(
    chance: Random, metrics: tuple[str, ...], most: int, how_often: float = 0.4
) -> dict[str, MetricGain]:
    return {
        metric: MetricGain(0, entered_at=60)
        if chance.random() < 0.01
        else MetricGain(float(int(most * chance.random() ** 3)))
        for metric in metrics
        if chance.random() < how_often
    }


def _present(chance: Random, metrics: tuple[str, ...], most: float) -> dict[str, float]:
    return {
        metric: -1 if chance.random() < 0.1 else float(int(most * chance.random() ** 2))
        for metric in metrics
    }


def _change(chance: Random, who: Member) -> Change:
    kind = chance.choice(tuple(ChangeKind))
    happened_at = NOW - timedelta(hours=chance.randint(1, 700))
    if kind is ChangeKind.RENAMED:
        return Change(kind, who.player_id, who.name, happened_at, f"Old {who.name}"[:12], who.name)
    if kind in {ChangeKind.PROMOTED, ChangeKind.DEMOTED, ChangeKind.ROLE}:
        return Change(kind, who.player_id, who.name, happened_at, "prospector", who.role)
    after = who.role if kind is not ChangeKind.LEFT else None
    return Change(kind, who.player_id, who.name, happened_at, None, after)
