"""Who answered what is settled again around every message; the order is tested in intake_order."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.services.clans import Clan, Clans
from bot.services.intake import Heard, Intake
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import MINUTE, PVM, heard, kept, told
from tests.storage.rows import DAY, NOW

QUESTION = heard(1, asks=True)
QUARTER = 15 * MINUTE
MS = timedelta(milliseconds=1)


class Room:
    """A clan in which messages are stored one after the other."""

    def __init__(self, intake: Intake, clan: Clan, path: Path) -> None:
        self.intake, self.clan, self.path = intake, clan, path
        self.said: list[Heard] = []

    async def hears(self, *messages: Heard) -> None:
        for each in messages:
            self.said.append(each)
            await self.intake.store(self.clan, [each])
            assert kept(self.path) == told(self.said, ZoneInfo("UTC"))

    async def forgets(self, message: Heard) -> None:
        self.said.remove(message)
        await self.intake.store(self.clan, [], [message.message_id])
        assert kept(self.path) == told(self.said, ZoneInfo("UTC"))

    def helper(self) -> int | None:
        answer = kept(self.path).answers[QUESTION.message_id]
        return answer and answer[1]


@pytest.fixture
def room(database: Database, known_clans: Clans, clan: Clan, clock: Clock, path: Path) -> Room:
    return Room(Intake(database, known_clans, clock), clan, path)


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
    where = {"spot": PVM, "asks": asks, "reply_to": QUESTION.message_id}
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


async def test_a_question_that_answers_another_one_is_credited(room: Room) -> None:
    await room.hears(QUESTION, heard(2, 2, NOW + MINUTE, asks=True), heard(3, 1, NOW + 2 * MINUTE))
    assert room.helper() == 2
