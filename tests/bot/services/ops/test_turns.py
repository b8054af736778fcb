"""Heavy answers take turns, and whoever cannot have one is told so."""

import asyncio
from collections.abc import Awaitable

import pytest
from structlog.testing import capture_logs

from bot.services.ops import NotYourTurn, Turns


class Answers:
    """Heavy answers that go on until they may end."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.made: list[int] = []
        self.may_end = asyncio.Event()

    def asked(self, person_id: int, clan_id: int = 1) -> Awaitable[None]:
        return asyncio.ensure_future(self._make(person_id, clan_id))

    async def _make(self, person_id: int, clan_id: int) -> None:
        async with self.turns.of(person_id, clan_id):
            self.made.append(person_id)
            await self.may_end.wait()


async def test_a_few_are_made_at_once_and_the_others_in_their_order() -> None:
    answers = Answers()
    asked = [answers.asked(person_id) for person_id in range(10)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert answers.made == [0, 1, 2]
    answers.may_end.set()
    await asyncio.gather(*asked)
    assert answers.made == [*range(10)]


async def test_nobody_has_two_made_at_once_but_one_after_the_other() -> None:
    turns = Turns()
    async with turns.of(1, 1):
        with pytest.raises(NotYourTurn, match="still at your last answer: wait for it"):
            async with turns.of(1, 1):
                pass
    async with turns.of(1, 1):
        pass


async def test_when_too_many_wait_the_next_one_is_told_to_come_again() -> None:
    answers = Answers()
    asked = [answers.asked(person_id) for person_id in range(23)]
    await asyncio.sleep(0)
    with pytest.raises(NotYourTurn, match="Many people are asking just now: try again"):
        await answers.asked(40)
    answers.may_end.set()
    await asyncio.gather(*asked)
    await answers.asked(40)
    assert answers.made[-1] == 40


async def test_of_many_clans_each_has_its_turn_however_many_of_another_wait() -> None:
    answers = Answers()
    asked = [answers.asked(person_id) for person_id in range(23)]
    await asyncio.sleep(0)
    with pytest.raises(NotYourTurn, match="Many people are asking"):
        await answers.asked(40)
    asked += [answers.asked(50, clan_id=2), answers.asked(60, clan_id=3)]
    await asyncio.sleep(0)
    answers.may_end.set()
    await asyncio.gather(*asked)
    assert {50, 60} < set(answers.made[:6])
    assert not answers.turns._of_clan


async def test_whoever_runs_the_bot_says_how_many_of_a_clan_may_wait() -> None:
    answers = Answers()
    answers.turns = Turns(most_waiting=1)
    asked = [answers.asked(person_id) for person_id in range(4)]
    await asyncio.sleep(0)
    with capture_logs() as logged:
        for person_id in (40, 41):
            with pytest.raises(NotYourTurn) as refused:
                await answers.asked(person_id)
            # An officer cannot set it, and reads no name of it.
            assert "MAX_WAITING" not in str(refused.value)
    (told,) = logged
    assert (told["log_level"], told["clan_id"], told["most"]) == ("warning", 1, 1)
    assert "MAX_WAITING in .env" in told["event"]
    answers.may_end.set()
    await asyncio.gather(*asked)
    assert not answers.turns._refused


async def test_an_answer_that_failed_does_not_stand_in_the_way() -> None:
    turns = Turns()
    for _ in range(5):
        with pytest.raises(LookupError):
            async with turns.of(1, 1):
                raise LookupError
