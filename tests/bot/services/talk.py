"""What is said in a made-up clan, and what must stand in the database for it.

`told` derives facts, answers and rollups from the messages themselves in plain Python; `kept` reads
what the bot made of them. Authors and channels are named by their Discord ids.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clan import questions
from bot.services.intake import Heard, Spot
from storage.columns import first_snowflake, from_ms, to_ms
from storage.messages import Flag
from tests.bot.services.contents import Row, rows
from tests.storage.rows import NOW

MINUTE = timedelta(minutes=1)
GENERAL = Spot(100, "general", "text")
PVM = Spot(200, "pvm", "text")
THREAD = Spot(101, "raid on sunday", "thread", parent_id=100)
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Numbers:
    """Facts by message id, answers by question id, and every rollup that is not empty."""

    facts: dict[int, tuple[int, int, int, bool, int | None]]
    answers: dict[int, tuple[int, int, int] | None]
    days: dict[tuple[int, date], Counts]
    hours: dict[tuple[int, int], Counts]
    totals: dict[int, Counts]
    wrote: dict[int, int]
    clan_hours: dict[int, int]


def heard(  # noqa: PLR0913 - a message's own facts
    number: int,
    user: int = 1,
    at: datetime = NOW,
    spot: Spot = GENERAL,
    *,
    asks: bool = False,
    reply_to: int | None = None,
) -> Heard:
    """Return a message; `number` tells apart those of the same millisecond."""
    message_id = first_snowflake(at) + number
    return Heard(message_id, spot, user, f"User {user}", f"user{user}", at, asks, reply_to)


def told(messages: Iterable[Heard], zone: ZoneInfo) -> Numbers:
    """Return what must be kept of messages that all count."""
    facts = {each.message_id: each for each in messages}
    found = _answers(facts.values())
    days: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    hours: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    totals: dict[int, Counter[str]] = defaultdict(Counter)
    clan_hours: Counter[int] = Counter()
    deeds = [(each.user_id, each.sent_at, "messages") for each in facts.values()]
    deeds += [
        (each.user_id, each.sent_at, "questions") for each in facts.values() if each.is_question
    ]
    deeds += [(each.author_id, each.answered_at, "answers") for each in found.values()]
    for user, at, what in deeds:
        local = at.astimezone(zone)
        hour = to_ms(local.replace(minute=0, second=0, microsecond=0).astimezone(UTC))
        for rollup in (days[user, local.date()], hours[user, hour], totals[user]):
            rollup[what] += 1
        clan_hours[hour] += what == "messages"
    wrote: dict[int, int] = {}
    for each in facts.values():
        wrote[each.user_id] = max(wrote.get(each.user_id, 0), to_ms(each.sent_at))
    return Numbers(
        facts={key: _fact(each) for key, each in facts.items()},
        answers={key: _answer(found.get(key)) for key, each in facts.items() if each.is_question},
        days={key: _counts(counter) for key, counter in days.items()},
        hours={key: _counts(counter) for key, counter in hours.items()},
        totals={key: _counts(counter) for key, counter in totals.items()},
        wrote=wrote,
        clan_hours={hour: count for hour, count in clan_hours.items() if count},
    )


def kept(path: Path, clan_id: int = 1) -> Numbers:
    """Return what the database has of a clan."""

    def of(table: str) -> list[Row]:
        return rows(
            path,
            f"SELECT a.discord_user_id AS user, t.* FROM {table} t"  # noqa: S608 - names of ours
            " JOIN authors a ON a.id = t.author_id WHERE a.clan_id = ?",
            clan_id,
        )

    messages = rows(
        path,
        "SELECT m.*, a.discord_user_id AS user, c.discord_channel_id AS channel FROM messages m"
        " JOIN authors a ON a.id = m.author_id JOIN channels c ON c.id = m.channel_id"
        " WHERE c.clan_id = ? AND a.clan_id = ?",
        clan_id,
        clan_id,
    )
    asked = rows(
        path,
        "SELECT q.*, a.discord_user_id AS helper FROM questions q"
        " JOIN channels c ON c.id = q.channel_id LEFT JOIN authors a ON a.id = q.answered_by"
        " WHERE c.clan_id = ?",
        clan_id,
    )
    hours = rows(path, "SELECT * FROM clan_hours WHERE clan_id = ?", clan_id)
    return Numbers(
        facts={
            row["message_id"]: (
                row["user"],
                row["channel"],
                row["sent_at"],
                bool(row["flags"] & Flag.QUESTION),
                row["reply_to"],
            )
            for row in messages
        },
        answers={
            row["message_id"]: row["answer_id"]
            and (row["answer_id"], row["helper"], row["answered_at"])
            for row in asked
        },
        days={
            (row["user"], date.fromordinal(row["day"])): _row_counts(row)
            for row in of("author_days")
        },
        hours={(row["user"], row["hour_at"]): _row_counts(row) for row in of("author_hours")},
        totals={
            row["user"]: _row_counts(row) for row in of("author_totals") if any(_row_counts(row))
        },
        wrote={row["user"]: row["wrote_at"] for row in of("author_totals") if row["wrote_at"]},
        clan_hours={row["hour_at"]: row["messages"] for row in hours},
    )


def heard_again(path: Path, clan_id: int = 1) -> list[Heard]:
    """Return the stored facts as messages, for a rebuild of everything else."""
    return [
        Heard(key, Spot(channel, "", ""), user, "", "", from_ms(at), asks, reply_to)
        for key, (user, channel, at, asks, reply_to) in kept(path, clan_id).facts.items()
    ]


def _answer(given: questions.Answer | None) -> tuple[int, int, int] | None:
    return given and (given.message_id, given.author_id, to_ms(given.answered_at))


def _fact(each: Heard) -> tuple[int, int, int, bool, int | None]:
    where = each.spot.discord_channel_id
    return each.user_id, where, to_ms(each.sent_at), each.is_question, each.reply_to


def _answers(messages: Iterable[Heard]) -> dict[int, questions.Answer]:
    """Return the answers, channel by channel: a reply elsewhere answers nothing."""
    by_channel: dict[int, list[questions.Fact]] = defaultdict(list)
    for each in messages:
        where = each.spot.discord_channel_id
        by_channel[where].append(
            questions.Fact(
                each.message_id,
                each.user_id,
                where,
                each.sent_at,
                each.is_question,
                each.reply_to,
            )
        )
    found: dict[int, questions.Answer] = {}
    for facts in by_channel.values():
        found |= questions.answers(facts)
    return found


def _counts(counter: Counter[str]) -> Counts:
    return counter["messages"], counter["questions"], counter["answers"]


def _row_counts(row: Row) -> Counts:
    return row["messages"], row["questions"], row["answers"]
