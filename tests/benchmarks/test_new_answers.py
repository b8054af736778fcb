"""The answers of issue "Seeing" to the message, each beside /inactive of the same run.

By processor time, so that a busy machine does not blur it; drawn in this process, so that drawing
counts.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.clan.spans import Period
from bot.reports.worker import Inline
from tests.benchmarks.desk import GUILD_ID, Desk, opened_desk
from tests.benchmarks.histories import Histories
from tests.benchmarks.yardsticks import median_ms, note_limit

ROUNDS = 5
WITHOUT_PICTURE = frozenset({"inactive", "questions", "newcomers"})
COMMANDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "activity": ("clanstats activity", {}),
    "bosses": ("clanstats bosses", {}),
    "questions": ("clanstats questions", {}),
    "newcomers": ("clanstats newcomers", {}),
    "overall": ("leaderboard", {"metric": "overall"}),
    "zulrah": ("leaderboard", {"metric": "zulrah"}),
    "messages": ("leaderboard", {"metric": "messages"}),
    "compare": ("compare", {}),
}


@pytest.fixture
def desk(runner: asyncio.Runner, histories: Histories, tmp_path: Path) -> Iterator[Desk]:
    stack = AsyncExitStack()
    opening = opened_desk(histories.copy("305", tmp_path), histories.size("305"), Inline())
    yield runner.run(stack.enter_async_context(opening))
    runner.run(stack.aclose())


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.benchmark(timer=time.process_time)
def test_new_answer(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    desk: Desk,
    histories: Histories,
    name: str,
) -> None:
    """Its limit is /inactive."""
    command, options = COMMANDS[name]
    if name == "compare":
        options = runner.run(_two(desk))

    async def told(name: str, command: str, options: Mapping[str, str]) -> None:
        result = await desk.owner.slash(desk.channel, command, **options)
        assert result.response is not None
        assert result.response.components
        assert len(result.response.attachments) == (name not in WITHOUT_PICTURE)

    rounds = ROUNDS if histories.real else 1
    benchmark.pedantic(
        lambda: runner.run(told(name, command, options)), rounds=rounds, warmup_rounds=1
    )
    limit = median_ms(
        lambda: runner.run(told("inactive", "inactive", {})), rounds, time.process_time
    )
    note_limit(benchmark, limit)


async def _two(desk: Desk) -> dict[str, str]:
    """Return two people who can be compared, as the command takes them."""
    clan = await desk.services.clans.of_guild(GUILD_ID)
    assert clan is not None
    board = await desk.services.leaderboards.board(clan, "messages", Period.MONTH)
    first, second, *_ = board.ranking.placed
    return {"a": first.score.name, "b": second.score.name}
