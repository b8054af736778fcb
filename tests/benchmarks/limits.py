"""`limit read`: an answer's raw rows by plain `sqlite3` and the best statements known.

The yardstick of reading: it stands beside the benchmark of an answer and is measured in the same
run, so that their ratio holds on any machine. No row becomes an object here, and nothing is joined.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.clan.metrics import RAIDS
from bot.clan.policy import MONTH_DAYS, STEADY_DAYS
from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import DAY, Span, day_of, edges, whole_days
from bot.services.setup import Clan
from bot.services.view import BASELINE_LEAD, WEEKS, Detail, ViewQuery
from storage.columns import first_snowflake, ids_within, to_ms

Statement = tuple[str, dict[str, int]]
_ROUNDS = 9

_MEMBERS = """SELECT p.player_id, p.name, p.wom_key, p.account_type, p.status, p.updated_at,
    p.changed_at, m.role, m.joined_at, m.role_since_at, m.left_at, m.has_no_discord
    FROM memberships m JOIN players p ON p.player_id = m.player_id WHERE m.clan_id = :clan"""
_NAMES = """SELECT n.player_id, n.name FROM memberships m
    JOIN player_names n ON n.player_id = m.player_id WHERE m.clan_id = :clan"""
_AUTHORS = """SELECT a.id, a.discord_user_id, a.bridge_name, a.name, a.handle, a.opted_out_at,
    t.messages, t.questions, t.answers, t.wrote_at
    FROM authors a LEFT JOIN author_totals t ON t.clan_id = a.clan_id AND t.author_id = a.id
    WHERE a.clan_id = :clan"""
_LINKS = """SELECT player_id, discord_user_id, state, is_main FROM links
    WHERE clan_id = :clan AND state IN ('claimed', 'confirmed')"""
_HEADLINES = """SELECT asked.n, o.player_id, o.seen_at, o.xp, o.kills, o.kills_earned, o.ehp, o.ehb
    FROM memberships m JOIN ({}) asked JOIN observations o ON o.player_id = m.player_id
    AND o.seen_at = (SELECT MAX(e.seen_at) FROM observations e
    WHERE e.player_id = m.player_id AND e.seen_at <= asked.at)
    WHERE m.clan_id = :clan AND m.left_at IS NULL"""
_FIRST = """SELECT o.player_id, o.seen_at, o.xp, o.kills, o.kills_earned, o.ehp, o.ehb
    FROM memberships m JOIN observations o ON o.player_id = m.player_id
    AND o.seen_at = (SELECT MIN(e.seen_at) FROM observations e WHERE e.player_id = m.player_id)
    WHERE m.clan_id = :clan AND m.left_at IS NULL"""
_DAY_SUM = """(SELECT SUM(messages) FROM author_days
    WHERE clan_id = :clan AND author_id = a.id AND day >= {} AND day < {})"""
_DAY_SUMS = "SELECT a.id, {} FROM authors a WHERE a.clan_id = :clan"
_COUNTED = """SELECT author_id, SUM(messages), SUM(questions), SUM(answers), SUM(messages > 0)
    FROM author_days WHERE clan_id = :clan
    AND author_id IN (SELECT id FROM authors WHERE clan_id = :clan)
    AND day >= :first AND day < :after GROUP BY author_id"""
_HOURS = """SELECT asked.n, h.author_id, SUM(h.messages), SUM(h.questions), SUM(h.answers)
    FROM authors a JOIN ({}) asked JOIN author_hours h
    ON h.clan_id = a.clan_id AND h.author_id = a.id
    AND h.hour_at >= asked.start_at AND h.hour_at < asked.end_at
    WHERE a.clan_id = :clan GROUP BY asked.n, h.author_id"""
_CAPPED = """SELECT author_id, {} FROM author_hours
    WHERE clan_id = :clan AND author_id IN (SELECT id FROM authors WHERE clan_id = :clan)
    AND hour_at >= :first AND hour_at < :last GROUP BY author_id"""
# Authors of the same person bear the same name in these histories.
_JOINT_HOURS = """SELECT author_id, hour_at, messages FROM author_hours
    WHERE clan_id = :clan AND author_id IN (SELECT id FROM authors WHERE clan_id = :clan
    AND LOWER(name) IN (SELECT LOWER(name) FROM authors WHERE clan_id = :clan
    GROUP BY LOWER(name) HAVING COUNT(*) > 1)) AND hour_at >= :start"""
_OWN_ANSWERS = """SELECT q.author_id, q.answered_by, q.answered_at FROM questions q
    JOIN authors a ON a.id = q.author_id JOIN authors b ON b.id = q.answered_by
    WHERE q.clan_id = :clan AND LOWER(a.name) = LOWER(b.name) AND q.answer_id >= :since"""
_WRITTEN_ON = """SELECT author_id, SUM(CASE WHEN messages > 0 THEN 1 << (day - :first) END),
    SUM(answers) FROM author_days WHERE clan_id = :clan
    AND author_id IN (SELECT id FROM authors WHERE clan_id = :clan)
    AND day >= :first GROUP BY author_id"""
_ANSWERED = """SELECT m.author_id, MAX(EXISTS (SELECT 1 FROM messages r
    WHERE r.clan_id = :clan AND r.reply_to = m.message_id AND r.author_id <> m.author_id)
    OR EXISTS (SELECT 1 FROM messages f WHERE f.clan_id = :clan AND f.channel_id = m.channel_id
    AND f.author_id <> m.author_id AND f.message_id > m.message_id
    AND f.message_id < m.message_id + :window))
    FROM messages m WHERE m.clan_id = :clan AND m.message_id >= :since
    AND m.author_id IN (SELECT id FROM authors WHERE clan_id = :clan
    AND name IN (SELECT p.name FROM memberships s JOIN players p ON p.player_id = s.player_id
    WHERE s.clan_id = :clan AND s.left_at IS NULL AND s.joined_at >= :joined))
    GROUP BY m.author_id"""
_PATHS = """WITH moved AS MATERIALIZED (SELECT v.player_id, v.metric_id, v.value,
    (SELECT c.value FROM metric_changes c WHERE c.player_id = v.player_id
    AND c.metric_id = v.metric_id AND c.seen_at <= :start ORDER BY c.seen_at DESC LIMIT 1) was
    FROM memberships m JOIN present_values v ON v.player_id = m.player_id
    WHERE m.clan_id = :clan AND m.left_at IS NULL AND v.changed_at > :start {})
    SELECT player_id, metric_id, was, CASE WHEN was IS NULL THEN (SELECT c.value
    FROM metric_changes c WHERE c.player_id = moved.player_id AND c.metric_id = moved.metric_id
    ORDER BY c.seen_at LIMIT 1) END, value FROM moved"""
_PRESENT = """SELECT player_id, metric_id, value FROM present_values WHERE player_id IN
    (SELECT player_id FROM memberships WHERE clan_id = :clan AND left_at IS NULL) AND value <> -1"""
_RAIDS = "AND {} IN (SELECT id FROM metrics WHERE name IN ({}))"
_CLAN_HOURS = "SELECT hour_at, messages FROM clan_hours WHERE clan_id = :clan AND hour_at >= :start"
_LIFE = """SELECT player_id, seen_at, xp, kills_earned FROM observations WHERE player_id IN
    (SELECT player_id FROM memberships WHERE clan_id = :clan AND left_at IS NULL)
    AND seen_at > :start"""
_OWN_LIFE = """SELECT player_id, seen_at, xp, kills_earned FROM observations
    WHERE player_id = :who AND seen_at > :start"""
_EVENTS = """SELECT player_id, kind, happened_at, before, after FROM membership_events
    WHERE clan_id = :clan AND happened_at >= :start"""


def rows_of(clan: Clan, query: ViewQuery) -> tuple[Statement, ...]:
    """Return the statements that read the raw rows of what a query asks of a clan."""
    found = [*_identity(), *_game(clan, query), *_chat(clan, query)]
    found.append((_EVENTS, {"start": to_ms(query.back_to(clan.zone))}))
    return tuple((text, given | {"clan": clan.clan_id}) for text, given in found)


def rows_of_xp(clan: Clan, query: ViewQuery) -> tuple[Statement, ...]:
    """Return the statements that read the raw rows of a list of XP: members and headlines."""
    found = [(_MEMBERS, {}), *_headlines(clan, query)]
    return tuple((text, given | {"clan": clan.clan_id}) for text, given in found)


def limit_ms(path: Path, statements: Sequence[Statement]) -> float:
    """Return the median time that reading all rows takes, over a connection that is warm."""
    took = []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA temp_store=MEMORY")
        for _ in range(_ROUNDS + 1):
            began = perf_counter()
            connection.execute("BEGIN")
            rows = [connection.execute(*each).fetchall() for each in statements]
            connection.execute("ROLLBACK")
            took.append(perf_counter() - began)
            assert any(rows)
    return median(took[1:]) * 1000


def _identity() -> list[Statement]:
    return [(each, {}) for each in (_MEMBERS, _NAMES, _AUTHORS, _LINKS)]


def _headlines(clan: Clan, query: ViewQuery) -> Iterator[Statement]:
    spans = query.spans(clan.zone)
    instants = [query.as_of, *(span.start for span in spans.values())]
    if query.compared is not None:
        instants.append(spans[query.compared].before(clan.zone).start)
    asked = " UNION ALL ".join(
        f"SELECT {n} AS n, {to_ms(at)} AS at" for n, at in enumerate(instants)
    )
    yield _HEADLINES.format(asked), {}
    yield _FIRST, {}


def _game(clan: Clan, query: ViewQuery) -> Iterator[Statement]:
    yield from _headlines(clan, query)
    back_to = query.back_to(clan.zone) if Detail.LIFE in query.detail else None
    starts = [at for at in (query.trend_from, back_to) if at is not None]
    if starts:
        given = {"start": to_ms(min(starts) - BASELINE_LEAD)}
        whose = {} if query.about is None else {"who": query.about}
        yield (_OWN_LIFE if whose else _LIFE), given | whose
    if query.measured is not None:
        yield _PATHS.format(""), {"start": to_ms(query.spans(clan.zone)[query.measured].start)}
        yield _PRESENT, {}
    if Detail.SCORES in query.detail:
        names = ", ".join(f"'{name}'" for name in sorted(RAIDS))
        # "+ 0" keeps SQLite on the index by change.
        moved = _PATHS.format(_RAIDS.format("v.metric_id + 0", names))
        yield moved, {"start": to_ms(query.spans(clan.zone)[MONTH_DAYS].start)}
        yield f"{_PRESENT} {_RAIDS.format('metric_id', names)}", {}


def _chat(clan: Clan, query: ViewQuery) -> Iterator[Statement]:
    all_spans = query.spans(clan.zone)
    spans = [all_spans[days] for days in sorted(query.windows)]
    if query.compared is not None:
        spans.append(all_spans[query.compared].before(clan.zone))
    yield from _sums(clan, query, spans)
    if query.counted is not None:
        first, after = whole_days(all_spans[query.counted], clan.zone)
        yield _COUNTED, {"first": first.toordinal(), "after": after.toordinal()}
    if query.caps:
        yield _capped(query, all_spans)
    joint = {days for days, _ in query.caps} | {query.counted} - {None}
    if joint:
        start = min(all_spans[days].start for days in joint if days)
        back_to = query.as_of - STEADY_DAYS * DAY if Detail.LIFE in query.detail else start
        yield _JOINT_HOURS, {"start": to_ms(start)}
        yield _OWN_ANSWERS, {"since": first_snowflake(back_to)}
    if Detail.LIFE in query.detail:
        first = day_of(query.as_of, clan.zone) - (STEADY_DAYS - 1) * DAY
        yield _WRITTEN_ON, {"first": first.toordinal()}
    if Detail.SCORES in query.detail:
        since = query.as_of - timedelta(days=query.newcomer_days)
        window = ids_within(ANSWER_WINDOW)
        since_id = first_snowflake(since)
        yield _ANSWERED, {"since": since_id, "joined": to_ms(since), "window": window}
    if query.hours_from is not None:
        yield _CLAN_HOURS, {"start": to_ms(query.hours_from)}


def _sums(clan: Clan, query: ViewQuery, spans: Sequence[Span]) -> Iterator[Statement]:
    """Yield what reads the sums by day of windows and weeks, and the hours at the edges."""
    days = [whole_days(span, clan.zone) for span in spans]
    if Detail.WEEKS in query.detail:
        days += _weeks(day_of(query.as_of, clan.zone) + DAY)
    sums = ", ".join(_DAY_SUM.format(a.toordinal(), b.toordinal()) for a, b in days)
    yield _DAY_SUMS.format(sums), {}
    parts = sorted({(part.start, part.end) for span in spans for part in edges(span, clan.zone)})
    asked = " UNION ALL ".join(
        f"SELECT {n} AS n, {to_ms(start)} AS start_at, {to_ms(end)} AS end_at"
        for n, (start, end) in enumerate(parts)
    )
    yield _HOURS.format(asked), {}


def _weeks(after: date) -> list[tuple[date, date]]:
    return [(after - 7 * (n + 1) * DAY, after - 7 * n * DAY) for n in range(WEEKS)]


def _capped(query: ViewQuery, spans: dict[int, Span]) -> Statement:
    asked = [(spans[days], cap) for days, cap in sorted(query.caps)]
    sums = ", ".join(
        f"SUM(CASE WHEN hour_at >= {to_ms(span.start)} THEN MIN(messages, {cap}) END)"
        for span, cap in asked
    )
    edges_ms = {
        "first": to_ms(min(span.start for span, _ in asked)),
        "last": to_ms(max(span.end for span, _ in asked)),
    }
    return _CAPPED.format(sums), edges_ms
