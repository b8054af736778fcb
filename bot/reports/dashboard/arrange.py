"""The dashboard, arranged: facts to plain values for JSON, the same for the same facts.

Nothing is rounded and nothing is drawn; unknown is None. Names are as people write them: whoever
shows them makes them text.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clan.activity import best_hours
from bot.clan.metrics import RAIDS, UNRANKED, display_name
from bot.clan.newcomers import Reached
from bot.clan.spans import WINDOWS, Period, day_of
from bot.clan.standings import Member
from bot.clan.wording import role_words
from bot.reports import style
from bot.reports.clan_report import ClanReport, Mover, doubts, since_day, total_rows
from bot.reports.dashboard.facts import DashboardFacts
from bot.reports.dashboard.health import health
from bot.reports.definitions import DEFINITIONS
from bot.reports.lists import ListSection
from bot.reports.metric_tables import BossRow, SkillRow, boss_rows, skill_rows
from bot.reports.trends import trend_of

XP_AT_200M = 200_000_000
_HELPERS = 15
_BEST = 5

Plain = dict[str, Any]
"""Values that JSON knows."""

HEALTH_WORDS = (
    ("Active in game", "Members who gained XP or kills, of those seen in game."),
    ("Active in chat", "Members who wrote, of those linked to a Discord user."),
    ("Active on both sides", "Members active in both, of those known on both sides."),
    (
        "Stickiness",
        "On which share of the days that were heard those who wrote did so, on average.",
    ),
    ("Half of the talk", "So few people wrote half of all messages by known members."),
    ("Reply rate", "Questions that got an answer, of all questions asked in the period."),
    (
        "Newcomers who stayed",
        "Here still after 30 days, of those whose 30 days ended in the period.",
    ),
)
"""What the numbers of the clan's health mean."""


def arranged(facts: DashboardFacts) -> Plain:
    """Return all that the pages show, as values for JSON."""
    longest = facts.reports[max(facts.reports)]
    zone, now = ZoneInfo(longest.zone), longest.roster.as_of
    members = longest.roster.members
    return {
        "clan": longest.clan,
        "asOf": style.clock_words(now, longest.zone),
        "zone": longest.zone,
        "leftOut": longest.left_out,
        "definitions": [*DEFINITIONS, *HEALTH_WORDS],
        "roles": list(dict.fromkeys(role_words(each.role) for each in _by_rank(members))),
        "periods": [_period(facts, each) for each in sorted(facts.reports)],
        "weeks": [style.day_words(each) for each in facts.weeks],
        "members": [_member(facts, each, zone) for each in members],
        "records": _records(longest),
        "bests": _bests(longest),
        "inactive": _inactive(facts, zone) if facts.options.inactive else None,
        "officers": _officers(facts) if facts.options.officers else None,
    }


def _by_rank(members: tuple[Member, ...]) -> list[Member]:
    return sorted(members, key=lambda each: each.role)


def _period(facts: DashboardFacts, period: Period) -> Plain:
    report = facts.reports[period]
    trend, stayed = trend_of(report), facts.stayed.get(period, Reached(0, 0))
    known = health(
        report.roster.members,
        period,
        facts.chats.get(period, {}),
        facts.asked.get(period),
        stayed,
        days_heard(report),
    )
    return {
        "days": period.value,
        "words": f"last {period.words}",
        "span": style.span_words(report.shown_span, report.zone),
        "evidence": list(report.evidence),
        "doubts": list(doubts(report)),
        "cards": [
            {
                "label": row.label,
                "now": row.now,
                "before": row.before,
                "change": row.percent if row.change is not None else None,
                "isUp": None if row.change is None else row.change >= 0,
                "seen": row.seen,
            }
            for row in total_rows(report)
        ],
        "trend": {
            "days": [line.day.isoformat() for line in report.trend],
            "xp": trend.xp._asdict(),
            "messages": trend.messages._asdict(),
        },
        "heat": [list(row) for row in report.heatmap] if report.totals.messages else None,
        "best": [[style.slot_words(slot), slot[2]] for slot in best_hours(report.heatmap)],
        "health": known._asdict(),
        "stayed": list(stayed) if stayed.known else None,
        "asked": asked._asdict() if (asked := facts.asked.get(period)) else None,
        "skills": [_skill(report, row) for row in skill_rows(report)],
        "bosses": [_boss(row) for row in boss_rows(report)],
        "channels": [
            [each.name, each.messages.get(period.value, 0)]
            for each in sorted(
                facts.channels, key=lambda it: (-it.messages.get(period.value, 0), it.name)
            )
            if each.messages.get(period.value)
        ],
        "helpers": _answerers(facts, period),
    }


def days_heard(report: ClanReport) -> int:
    """Return on how many days of the period chat was heard, today among them."""
    if report.heard_from is None:
        return 0
    today = day_of(report.roster.as_of, ZoneInfo(report.zone))
    return max(min(report.period.value, (today - report.heard_from).days + 1), 0)


def _mover(mover: Mover | None) -> list[Any] | None:
    return None if mover is None else [mover.name, mover.value]


def _skill(report: ClanReport, row: SkillRow) -> Plain:
    values = [
        value
        for player in report.present_skills.values()
        if (value := player.get(row.metric, UNRANKED)) != UNRANKED
    ]
    return {
        "name": row.name,
        "gained": row.gained,
        "gainers": row.gainers,
        "top": _mover(row.top),
        "total": row.total,
        "ranked": len(values),
        "maxed": row.maxed if values else None,
        "most": sum(value >= XP_AT_200M for value in values) if values else None,
    }


def _boss(row: BossRow) -> Plain:
    return {
        "metric": row.metric,
        "name": row.name,
        "kills": row.kills,
        "killers": row.killers,
        "top": _mover(row.top),
        "total": row.all_time,
        "record": _mover(row.record),
        "entered": [_mover(each) for each in row.entered],
        "raid": row.metric in RAIDS,
    }


def _answerers(facts: DashboardFacts, period: Period) -> list[list[Any]]:
    names = {each.player_id: each.name for each in facts.reports[period].roster.members}
    found: list[list[Any]] = [
        [names[who], chat.answers, chat.questions]
        for who, chat in facts.chats.get(period, {}).items()
        if chat is not None and chat.answers > 0 and who in names
    ]
    return sorted(found, key=lambda it: (-it[1], it[0].casefold()))[:_HELPERS]


def _member(facts: DashboardFacts, member: Member, zone: ZoneInfo) -> Plain:
    longest = facts.reports[max(facts.reports)]
    shown: Plain = {
        "id": member.player_id,
        "name": member.name,
        "role": role_words(member.role),
        "type": member.account_type,
        "joined": _day(member.joined_at, zone),
        "played": _day(member.changed_at, zone),
        "wrote": _day(member.wrote_at, zone),
        "total": {
            "xp": member.total_xp,
            "kills": member.total_kills,
            "ehp": member.total_ehp,
            "ehb": member.total_ehb,
            "messages": None if longest.heard_from is None else member.total_messages,
        },
        "periods": [_gains(facts, member, each, zone) for each in WINDOWS],
        "weeks": list(member.weekly_messages) or None,
        "xpWeeks": list(facts.weekly_xp.get(member.player_id, ())) or None,
        "skills": _known(longest.present_skills.get(member.player_id, {}), "overall"),
        "bosses": _known(longest.present_bosses.get(member.player_id, {})),
    }
    if facts.options.officers:
        shown["person"] = member.person
        shown["link"] = member.link.value if member.link.value != "claimed" else "none"
    return shown


def _gains(facts: DashboardFacts, member: Member, period: Period, zone: ZoneInfo) -> Plain:
    gains, report = member.gains(period), facts.reports[period]
    chat = facts.chats.get(period, {}).get(member.player_id)
    since = since_day(gains, zone)
    return {
        "xp": gains.xp,
        "kills": gains.kills,
        "ehp": gains.ehp,
        "ehb": gains.ehb,
        "messages": None if chat is None else chat.messages,
        "questions": None if chat is None else chat.questions,
        "answers": None if chat is None else chat.answers,
        "days": None if chat is None else chat.days_of(period),
        "dated": gains.is_dated,
        "since": None if since is None else style.date_words(since),
        "skills": _rises(report.skills.get(member.player_id, {}), "overall"),
        "bosses": _rises(report.bosses.get(member.player_id, {})),
    }


def _rises(gains: Mapping[str, Any], but_for: str = "") -> list[list[Any]]:
    found = [
        [display_name(metric), gain.earned]
        for metric, gain in gains.items()
        if gain.earned and metric != but_for
    ]
    return sorted(found, key=lambda it: (-it[1], it[0]))[:_BEST]


def _known(values: Mapping[str, float], but_for: str = "") -> list[list[Any]]:
    found = [
        [display_name(metric), value]
        for metric, value in values.items()
        if value not in {UNRANKED, 0} and metric != but_for
    ]
    return sorted(found, key=lambda it: (-it[1], it[0]))


def _day(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else day_of(instant, zone).isoformat()


def _records(report: ClanReport) -> list[list[Any]]:
    """Return the highest of every total, skill and boss: what, who, how much."""
    members = report.roster.members
    totals = (
        ("Total XP", {each.name: each.total_xp for each in members}),
        ("Boss kills", {each.name: each.total_kills for each in members}),
        ("EHP", {each.name: each.total_ehp for each in members}),
        ("EHB", {each.name: each.total_ehb for each in members}),
        ("Messages", {each.name: each.total_messages for each in members}),
    )
    names = {each.player_id: each.name for each in members}
    found = [["Total", what, *best] for what, values in totals if (best := _highest(values))]
    for row in skill_rows(report):
        of_skill = {
            names[who]: values.get(row.metric)
            for who, values in report.present_skills.items()
            if who in names
        }
        if best := _highest(of_skill):
            found.append(["Skill", row.name, *best])
    found += [
        ["Boss", row.name, row.record.name, row.record.value]
        for row in boss_rows(report)
        if row.record is not None
    ]
    return found


def _highest(values: Mapping[str, float | None]) -> tuple[str, float] | None:
    known = [(name, value) for name, value in values.items() if value is not None and value > 0]
    return min(known, key=lambda each: (-each[1], each[0].casefold()), default=None)


def _bests(report: ClanReport) -> list[list[Any]]:
    """Return the best steps of the longest window that was seen: what, when, how much."""
    found = []
    for what, of in (("Most XP in a week", "xp"), ("Most messages in a week", "messages")):
        known = [(getattr(line, of), line.day) for line in report.trend if getattr(line, of)]
        if known:
            value, day = max(known, key=lambda each: (each[0], each[1]))
            found.append([what, f"from {style.date_words(day)}", value])
    return found


def _inactive(facts: DashboardFacts, zone: ZoneInfo) -> Plain | None:
    if facts.suggestions is None:
        return None
    sure = facts.suggestions.inactive.part(ListSection.SURE)
    return {
        "words": [[word, says] for word, says in facts.suggestions.inactive_words[:1]],
        "rows": [
            [
                row.name,
                role_words(row.role),
                _day(row.last_seen_in_game_at, zone),
                _day(row.last_seen_in_chat_at, zone),
                row.limit_days,
            ]
            for row in sure
        ],
    }


def _officers(facts: DashboardFacts) -> Plain:
    suggested = facts.suggestions.promotions if facts.suggestions is not None else None
    rows = () if suggested is None else suggested.part(ListSection.SUGGESTED)
    words = () if facts.suggestions is None else facts.suggestions.promotion_words[:1]
    return {
        "words": [[word, says] for word, says in words],
        "promotions": [
            [row.name, role_words(row.role), role_words(row.next_role), row.days_there]
            for row in rows
        ],
    }


def icon_names(data: Plain) -> set[str]:
    """Return the bosses that are shown with a picture: the most killed of any period."""
    return {boss["metric"] for each in data["periods"] for boss in each["bosses"][:6]}
