"""Who answered what is settled again around every message; the order is tested in intake_order."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.services.chat import IncomingMessage, Intake
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard, kept, told
from tests.storage.rows import DAY, NOW, Place, opened

QUESTION = heard(1, asks=True)
QUARTER = 15 * MINUTE
MS = timedelta(milliseconds=1)


class Room:
    """A clan in which messages are stored one after the other."""

    def __init__(self, intake: Intake, clan: Clan, place: Place) -> None:
        self.intake, self.clan, self.place = intake, clan, place
        self.said: list[IncomingMessage] = []

    async def hears(self, *messages: IncomingMessage) -> None:
        for each in messages:
            self.said.append(each)
            await self.intake.store(self.clan, [each])
            assert kept(self.place) == told(self.said, ZoneInfo("UTC"))

    async def forgets(self, message: IncomingMessage) -> None:
        self.said.remove(message)
        await self.intake.store(self.clan, [], [message.message_id])
        assert kept(self.place) == told(self.said, ZoneInfo("UTC"))

    def helper(self) -> int | None:
        answer = kept(self.place).answers[QUESTION.message_id]
        return answer and answer[1]


@pytest.fixture
def room(database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place) -> Room:
    return Room(Intake(database, known_clans, clock), clan, place)


@pytest.mark.parametrize(
    ("later", "number", "helper"),
    [(MS, 0, 2), (QUARTER, 0, 2), (QUARTER, 500, 2), (QUARTER + MS, 0, None)],
)
async def test_the_next_speaker_answers_up_to_the_end_of_the_quarter(
    room: Room, later: timedelta, number: int, helper: int | None
) -> None:
    await room.hears(QUESTION, heard(number, 2, NOW + later))
    assert room.helper() == helper


async def test_a_reply_answers_after_days(room: Room) -> None:
    await room.hears(QUESTION, heard(2, 2, NOW + 9 * DAY, reply_to=QUESTION.message_id))
    assert room.helper() == 2


async def test_nobody_answers_themself(room: Room) -> None:
    reply = heard(2, 1, NOW + MINUTE, reply_to=QUESTION.message_id)
    await room.hears(QUESTION, reply, heard(3, 1, NOW + 2 * MINUTE))
    assert room.helper() is None


@pytest.mark.parametrize("asks", [False, True])
async def test_what_refers_to_it_from_another_channel_answers_nothing(
    room: Room, *, asks: bool
) -> None:
    where = {"channel_info": PVM, "asks": asks, "reply_to": QUESTION.message_id}
    await room.hears(QUESTION, heard(2, 2, NOW + MINUTE, **where))  # type: ignore[arg-type]
    assert room.helper() is None
    await room.hears(heard(3, 3, NOW + 2 * MINUTE))
    assert room.helper() == 3


async def test_an_earlier_answer_that_is_heard_late_takes_the_credit(room: Room) -> None:
    await room.hears(QUESTION, heard(3, 3, NOW + 5 * MINUTE), heard(2, 2, NOW + MINUTE))
    assert room.helper() == 2


async def test_a_question_that_is_heard_late_finds_its_answer(room: Room) -> None:
    await room.hears(heard(2, 2, NOW + MINUTE), QUESTION)
    assert room.helper() == 2


async def test_when_the_answer_is_deleted_the_next_one_takes_its_place(room: Room) -> None:
    first, second = heard(2, 2, NOW + MINUTE), heard(3, 3, NOW + 2 * MINUTE)
    await room.hears(QUESTION, first, second)
    await room.forgets(first)
    assert room.helper() == 3
    await room.forgets(second)
    assert room.helper() is None


async def test_a_question_or_a_reply_to_something_else_answers_nothing(room: Room) -> None:
    await room.hears(
        QUESTION,
        heard(2, 2, NOW + MINUTE, asks=True),
        heard(3, 3, NOW + 2 * MINUTE, reply_to=1),
        heard(4, 1, NOW + 3 * MINUTE),
    )
    assert room.helper() is None
    await room.hears(heard(5, 4, NOW + 4 * MINUTE))
    assert room.helper() == 4


async def test_a_reply_takes_the_credit_from_the_next_speaker_and_gives_it_back(room: Room) -> None:
    reply = heard(3, 3, NOW + 2 * DAY, reply_to=QUESTION.message_id)
    await room.hears(QUESTION, heard(2, 2, NOW + MINUTE), reply)
    assert room.helper() == 3
    await room.forgets(reply)
    assert room.helper() == 2


class Line(NamedTuple):
    """A message of a stream: how long after the one before, by whom, where, and to which one."""

    pause_s: int
    user: int
    elsewhere: bool
    asks: bool
    to: int | None


class Stream(NamedTuple):
    """Messages and deletes in the portions in which they are stored, late ones among them."""

    portions: list[tuple[list[IncomingMessage], list[int]]]
    left: list[IncomingMessage]


lines = st.builds(
    Line,
    st.sampled_from([0, 1, 30, 200, 600, 899, 900, 901, 4_000]),
    st.sampled_from([1, 1, 1, 2, 3]),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(0, 29),
)


def spoken(talk: list[Line]) -> list[IncomingMessage]:
    """Return the messages of a stream; a reply may be to one that is still to come."""
    ids, at = [], NOW
    for number, line in enumerate(talk):
        at += timedelta(seconds=line.pause_s)
        ids.append((heard(number, line.user, at).message_id, at))
    return [
        heard(
            number,
            line.user,
            at,
            PVM if line.elsewhere else GENERAL,
            asks=line.asks,
            reply_to=None if line.to is None else ids[line.to % len(ids)][0],
        )
        for number, (line, (_, at)) in enumerate(zip(talk, ids, strict=True))
    ]


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    messages = spoken(draw(st.lists(lines, min_size=1, max_size=30)))
    order = draw(st.just(messages) | st.permutations(messages))
    deleted = draw(st.lists(st.sampled_from(messages), max_size=6, unique=True))
    portions: list[tuple[list[IncomingMessage], list[int]]] = []
    while order:
        size = draw(st.integers(1, len(order)))
        portions.append((order[:size], []))
        order = order[size:]
    for each in deleted:
        draw(st.sampled_from(portions))[1].append(each.message_id)
    return Stream(portions, [each for each in messages if each not in deleted])


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stream=streams())
async def test_answers_are_those_that_are_found_by_looking_at_everything(
    template: Path, stream: Stream
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(shutil.copy(template, folder))
        async with opened(place) as database:
            known_clans = Clans(database, Clock(NOW))
            clan = await known_clans.found(1, "Iron Cabbage")
            intake = Intake(database, known_clans, Clock(NOW))
            for messages, deleted in stream.portions:
                await intake.store(clan, messages, deleted)
        assert kept(place) == told(stream.left, ZoneInfo("UTC"))


async def test_in_more_than_one_statement_can_name_the_answers_are_the_same(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place
) -> None:
    chance = random.Random(8)  # noqa: S311 - made-up talk
    talk = [
        Line(chance.choice([0, 1, 5, 1_000]), chance.choice([1, 1, 1, 1, 2]), *(False, True), None)
        for _ in range(1_300)
    ]
    messages = spoken(talk)
    intake = Intake(database, known_clans, clock)
    late = set(chance.sample(range(1_300), 650))
    for portion in (late, set(range(1_300)) - late):
        await intake.store(clan, [messages[number] for number in sorted(portion)])
    assert kept(place) == told(messages, ZoneInfo("UTC"))


@contextmanager
def read_rows(database: Database) -> Iterator[list[int]]:
    """Collect how many rows each statement reads meanwhile."""
    found: list[int] = []

    def note(_connection: Any, cursor: Any, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        found.append(len(cursor._rows))

    event.listen(database._engine.sync_engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database._engine.sync_engine, "after_cursor_execute", note)


@pytest.mark.parametrize("minutes", [1, 15])
async def test_a_flush_reads_as_much_after_a_quarter_of_an_hour_as_after_a_minute(
    room: Room, database: Database, minutes: int
) -> None:
    def talk(first: int, how_many: int) -> list[IncomingMessage]:
        return [
            heard(n, 1 + n % 10, NOW + n * MINUTE / 240, asks=not n % 12)
            for n in range(first, first + how_many)
        ]

    await room.intake.store(room.clan, talk(0, minutes * 240))
    with read_rows(database) as read:
        await room.intake.store(room.clan, talk(minutes * 240, 12))
    assert len(read) <= 40
    assert sum(read) <= 60


async def test_a_burst_of_questions_costs_as_much_at_its_end_as_at_its_beginning(
    room: Room, database: Database
) -> None:
    """A hundred questions a second by ten people, a few of them in another channel."""
    burst = [
        heard(n, 1 + n * 7 % 10, NOW + n * MINUTE / 6_000, GENERAL if n % 9 else PVM, asks=True)
        for n in range(1_500)
    ]
    costs = []
    for start in range(0, len(burst), 250):
        with read_rows(database) as read:
            await room.intake.store(room.clan, burst[start : start + 250])
        costs.append((len(read), sum(read)))
    statements, rows = zip(*costs, strict=True)
    assert max(statements) <= statements[0] + 10
    assert max(rows[1:]) <= 1.2 * min(rows[1:])
    assert kept(room.place) == told(burst, ZoneInfo("UTC"))


async def test_who_asks_on_and_on_is_read_again_only_when_somebody_answers(
    room: Room, database: Database
) -> None:
    monologue = [heard(n, 1, NOW + n * MINUTE / 240, asks=True) for n in range(600)]
    await room.intake.store(room.clan, monologue[:590])
    with read_rows(database) as read:
        await room.intake.store(room.clan, monologue[590:])
    assert sum(read) <= 60
    await room.intake.store(room.clan, [heard(600, 2, NOW + 3 * MINUTE)])
    assert kept(room.place) == told([*monologue, heard(600, 2, NOW + 3 * MINUTE)], ZoneInfo("UTC"))
