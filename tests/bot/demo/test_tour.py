"""What a small clan has nobody for is left out of the tour in words; of a full one it fails."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.stage import StageSize
from bot.demo.tour import _done
from bot.demo.touring import NobodyListed, TourFailed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FULL = StageSize()


def stage(members: int = FULL.members, days: int = FULL.days) -> Any:  # noqa: ANN401 - a stand-in
    world = SimpleNamespace(
        now=NOW, start_at=NOW - timedelta(days=days), present=lambda _: range(members)
    )
    return SimpleNamespace(world=world)


async def _put_off(_stage: object) -> str:
    raise NobodyListed("nobody to pick")


async def _breaks(_stage: object) -> str:
    raise TourFailed("it is broken")


@pytest.mark.parametrize("small", [stage(members=30), stage(days=60), stage(20, 30)])
async def test_a_small_clan_is_told_what_is_left_out_and_how_large_is_enough(small: Any) -> None:  # noqa: ANN401 - a stand-in
    said = await _done(_put_off, small)
    assert said == (
        "put off: left out, as so small a clan has nobody for it; --members 150 --days 240 has"
    )
    with pytest.raises(TourFailed, match="it is broken"):
        await _done(_breaks, small)


async def test_a_clan_of_the_usual_size_has_somebody_for_everything() -> None:
    with pytest.raises(NobodyListed):
        await _done(_put_off, stage())
