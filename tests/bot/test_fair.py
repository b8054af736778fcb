"""Turns are taken by group, one each; what is broken off stands in nobody's way."""

import asyncio

import pytest

from bot.fair import FairTurns


class Queue:
    """People who each take a turn, which ends when the test says so."""

    def __init__(self, at_once: int = 1) -> None:
        self.turns = FairTurns(at_once)
        self.passed: list[str] = []
        self.ends = asyncio.Event()

    def come(self, group: int, name: str, *, is_behind: bool = False) -> "asyncio.Task[None]":
        return asyncio.ensure_future(self._pass(group, name, is_behind=is_behind))

    async def _pass(self, group: int, name: str, *, is_behind: bool) -> None:
        async with self.turns.of(group, is_behind=is_behind):
            self.passed.append(name)
            await self.ends.wait()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_has_ten_waiting_holds_up_nobody_else() -> None:
    queue = Queue()
    tasks = [queue.come(1, f"a{n}") for n in range(10)]
    await settled()
    tasks += [queue.come(2, "b"), queue.come(3, "c")]
    await settled()
    assert queue.turns.waiting(1) == 9
    queue.ends.set()
    await asyncio.gather(*tasks)
    assert queue.passed[:5] == ["a0", "a1", "b", "c", "a2"]
    assert queue.passed[5:] == [f"a{n}" for n in range(3, 10)]


async def test_those_behind_wait_but_not_for_ever() -> None:
    queue = Queue()
    tasks = [queue.come(1, "first"), queue.come(9, "behind", is_behind=True)]
    tasks += [queue.come(group, str(group)) for group in range(2, 9)]
    await settled()
    queue.ends.set()
    await asyncio.gather(*tasks)
    assert queue.passed == ["first", "2", "3", "4", "5", "behind", "6", "7", "8"]


async def test_whoever_gives_up_while_waiting_is_left_out() -> None:
    queue = Queue()
    first, second, third = (queue.come(1, name) for name in "abc")
    await settled()
    second.cancel()
    await settled()
    assert queue.turns.waiting(1) == 1
    queue.ends.set()
    await asyncio.gather(first, third)
    assert queue.passed == ["a", "c"]
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_a_turn_that_came_as_its_taker_gave_up_is_the_next_ones() -> None:
    queue = Queue()
    first, second, third = queue.come(1, "a"), queue.come(2, "b"), queue.come(3, "c")
    await settled()
    queue.turns._give()  # the turn is the second one's, who has not heard of it yet
    second.cancel()
    queue.turns._free -= 1
    queue.ends.set()
    await asyncio.gather(first, third)
    assert queue.passed == ["a", "c"]


async def test_a_turn_never_comes_to_one_who_was_cancelled_a_moment_before() -> None:
    queue = Queue()
    first, second, third = queue.come(1, "a"), queue.come(2, "b"), queue.come(3, "c")
    await settled()
    second.cancel()
    queue.turns._give()  # before the second one heard that it is cancelled
    queue.turns._free -= 1
    queue.ends.set()
    await asyncio.gather(first, third)
    assert queue.passed == ["a", "c"]
    assert second.cancelled()


async def test_after_ten_thousand_groups_nothing_is_kept_and_all_turns_are_free() -> None:
    queue = Queue(at_once=3)
    queue.ends.set()
    await asyncio.gather(*(queue.come(group, "x") for group in range(10_000)))
    assert len(queue.passed) == 10_000
    assert (len(queue.turns._front), len(queue.turns._behind), queue.turns._free) == (0, 0, 3)
