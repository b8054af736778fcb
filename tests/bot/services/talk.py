"""What is said in a made-up clan, and what must stand in the database for it.

`told` derives facts, answers and rollups from the messages themselves in plain Python; `kept` reads
what the bot made of them. Authors and channels are named by their Discord ids.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan import questions
from bot.clan.broadcasts import BroadcastKind
from bot.clan.names import wom_key
from bot.services.chat import NO_USER, ChannelInfo, IncomingMessage
from storage.columns import first_snowflake, from_ms, to_ms
from storage.messages import Flag
from tests.bot.services.contents import Row, rows
from tests.storage.rows import NOW, Place

MINUTE = timedelta(minutes=1)
GENERAL = ChannelInfo(100, "general", "text")
PVM = ChannelInfo(200, "pvm", "text")
BRIDGE = ChannelInfo(300, "clan-chat", "text")
THREAD = ChannelInfo(101, "raid on sunday", "thread", parent_id=100)
Counts = tuple[int, ...]
_AUTHOR = "a.discord_user_id AS user, a.bridge_name AS speaker"


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
    channel_days: dict[tuple[int, date], int]
    told: dict[int, tuple[int, int, int, str]]


def who(user: int | None, speaker: str | None) -> int:
    """Return what stands for an author here: the Discord user, or a number made of the name."""
    return user or int.from_bytes((speaker or "").encode())


def spoken(
    number: int,
    name: str,
    at: datetime = NOW,
    *,
    asks: bool = False,
    told: BroadcastKind | None = None,
) -> IncomingMessage:
    """Return what a bridge repeated: what a player said, or what the game told of them."""
    message_id = first_snowflake(at) + number
    return IncomingMessage(message_id, BRIDGE, NO_USER, name, "", at, asks, told=told)


def heard(  # noqa: PLR0913 - a message's own facts
    number: int,
    user: int = 1,
    at: datetime = NOW,
    channel_info: ChannelInfo = GENERAL,
    *,
    asks: bool = False,
    reply_to: int | None = None,
) -> IncomingMessage:
    """Return a message; `number` tells apart those of the same millisecond."""
    message_id = first_snowflake(at) + number
    return IncomingMessage(
        message_id, channel_info, user, f"User {user}", f"user{user}", at, asks, reply_to
    )


def of_every_kind(number: int) -> list[IncomingMessage]:
    """Return messages for which everything is stored that there is: by new people, in new places.

    With a question and two answers to it, a line of the clan chat and a broadcast of the game.
    """
    at = NOW + number * timedelta(hours=1)
    question = heard(1, number, at, asks=True)
    return [
        question,
        heard(2, number + 1, at + MINUTE),
        heard(3, number + 2, at + 2 * MINUTE, THREAD),
        heard(4, number + 2, at + 3 * MINUTE, reply_to=question.message_id),
        heard(5, number + 3, at, ChannelInfo(number, f"channel {number}", "text")),
        spoken(6, f"Speaker {number}", at),
        spoken(7, f"Speaker {number}", at, told=BroadcastKind.OTHER),
    ]


def told(
    messages: Iterable[IncomingMessage], zone: ZoneInfo, marked: Collection[int] = ()
) -> Numbers:
    """Return what must be kept of messages that all count; `marked` were called answers."""
    everything = {each.message_id: each for each in messages}
    facts = {key: each for key, each in everything.items() if each.told is None}
    found = _answers(facts.values(), marked)
    days: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    hours: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    totals: dict[int, Counter[str]] = defaultdict(Counter)
    clan_hours: Counter[int] = Counter()
    actions = [(_who(each), each.sent_at, "messages") for each in facts.values()]
    actions += [
        (_who(each), each.sent_at, "questions") for each in facts.values() if each.is_question
    ]
    actions += [(each.author_id, each.answered_at, "answers") for each in found.values()]
    for user, at, what in actions:
        local = at.astimezone(zone)
        hour = to_ms(local.replace(minute=0, second=0, microsecond=0).astimezone(UTC))
        for rollup in (days[user, local.date()], hours[user, hour], totals[user]):
            rollup[what] += 1
        clan_hours[hour] += what == "messages"
    wrote: dict[int, int] = {}
    for each in facts.values():
        wrote[_who(each)] = max(wrote.get(_who(each), 0), to_ms(each.sent_at))
    return Numbers(
        facts={key: _fact(each) for key, each in facts.items()},
        answers={key: _answer(found.get(key)) for key, each in facts.items() if each.is_question},
        days={key: _counts(counter) for key, counter in days.items()},
        hours={key: _counts(counter) for key, counter in hours.items()},
        totals={key: _counts(counter) for key, counter in totals.items()},
        wrote=wrote,
        clan_hours={hour: count for hour, count in clan_hours.items() if count},
        channel_days=dict(
            Counter(
                (each.channel_info.discord_channel_id, each.sent_at.astimezone(UTC).date())
                for each in facts.values()
            )
        ),
        told={
            key: (_who(each), each.channel_info.discord_channel_id, to_ms(each.sent_at), each.told)
            for key, each in everything.items()
            if each.told is not None
        },
    )


def kept(place: Place, clan_id: int = 1) -> Numbers:
    """Return what the database has of a clan."""

    def of(table: str) -> list[Row]:
        return rows(
            place,
            f"SELECT {_AUTHOR}, t.* FROM {table} t"  # noqa: S608 - names of ours
            " JOIN authors a ON a.id = t.author_id WHERE a.clan_id = ?",
            clan_id,
        )

    messages = rows(
        place,
        f"SELECT m.*, {_AUTHOR}, c.discord_channel_id AS channel FROM messages m"  # noqa: S608 - ours
        " JOIN authors a ON a.id = m.author_id JOIN channels c ON c.id = m.channel_id"
        " WHERE c.clan_id = ? AND a.clan_id = ?",
        clan_id,
        clan_id,
    )
    asked = rows(
        place,
        f"SELECT q.*, {_AUTHOR} FROM questions q"  # noqa: S608 - ours
        " JOIN channels c ON c.id = q.channel_id LEFT JOIN authors a ON a.id = q.answered_by"
        " WHERE c.clan_id = ?",
        clan_id,
    )
    hours = rows(place, "SELECT * FROM clan_hours WHERE clan_id = ?", clan_id)
    places = rows(
        place,
        "SELECT d.*, c.discord_channel_id AS channel FROM channel_days d"
        " JOIN channels c ON c.id = d.channel_id WHERE d.clan_id = ?",
        clan_id,
    )
    return Numbers(
        facts={
            row["message_id"]: (
                _of(row),
                row["channel"],
                row["sent_at"],
                bool(row["flags"] & Flag.QUESTION),
                row["reply_to"],
            )
            for row in messages
        },
        answers={
            row["message_id"]: row["answer_id"] and (row["answer_id"], _of(row), row["answered_at"])
            for row in asked
        },
        days={
            (_of(row), date.fromordinal(row["day"])): _row_counts(row) for row in of("author_days")
        },
        hours={(_of(row), row["hour_at"]): _row_counts(row) for row in of("author_hours")},
        totals={_of(row): _row_counts(row) for row in of("author_totals") if any(_row_counts(row))},
        wrote={_of(row): row["wrote_at"] for row in of("author_totals") if row["wrote_at"]},
        clan_hours={row["hour_at"]: row["messages"] for row in hours},
        channel_days={
            (row["channel"], date.fromordinal(row["day"])): row["messages"] for row in places
        },
        told=_broadcasts(place, clan_id),
    )


def _broadcasts(place: Place, clan_id: int) -> dict[int, tuple[int, int, int, str]]:
    found = rows(
        place,
        f"SELECT b.*, {_AUTHOR}, c.discord_channel_id AS channel FROM broadcasts b"  # noqa: S608 - ours
        " JOIN channels c ON c.id = b.channel_id LEFT JOIN authors a ON a.id = b.author_id"
        " WHERE c.clan_id = ?",
        clan_id,
    )
    return {
        row["message_id"]: (_of(row), row["channel"], row["sent_at"], row["kind"]) for row in found
    }


def heard_again(place: Place, clan_id: int = 1) -> list[IncomingMessage]:
    """Return the stored facts as messages, for a rebuild of everything else."""
    return [
        IncomingMessage(
            key, ChannelInfo(channel, "", ""), user, "", "", from_ms(at), asks, reply_to
        )
        for key, (user, channel, at, asks, reply_to) in kept(place, clan_id).facts.items()
    ]


def _answer(given: questions.Answer | None) -> tuple[int, int, int] | None:
    return given and (given.message_id, given.author_id, to_ms(given.answered_at))


def _who(each: IncomingMessage) -> int:
    return who(each.user_id, wom_key(each.name))


def _of(row: Row) -> int:
    return who(row["user"], row["speaker"])


def _fact(each: IncomingMessage) -> tuple[int, int, int, bool, int | None]:
    where = each.channel_info.discord_channel_id
    return _who(each), where, to_ms(each.sent_at), each.is_question, each.reply_to


def _answers(
    messages: Iterable[IncomingMessage], marked: Collection[int]
) -> dict[int, questions.Answer]:
    """Return the answers by holding every message of a channel against every question in it."""
    by_channel: dict[int, list[questions.MessageFact]] = defaultdict(list)
    for each in messages:
        where = each.channel_info.discord_channel_id
        by_channel[where].append(
            questions.MessageFact(
                each.message_id,
                _who(each),
                where,
                each.sent_at,
                each.is_question,
                each.reply_to,
                is_marked=each.message_id in marked,
            )
        )
    looked = {
        each.message_id: questions.answer_to(each, facts)
        for facts in by_channel.values()
        for each in facts
        if each.is_question
    }
    return {key: answer for key, answer in looked.items() if answer is not None}


def _counts(counter: Counter[str]) -> Counts:
    return counter["messages"], counter["questions"], counter["answers"]


def _row_counts(row: Row) -> Counts:
    return row["messages"], row["questions"], row["answers"]
