from itertools import pairwise

from bot.demo.cast import to_ms
from bot.demo.rhythm import lots
from bot.demo.updates import update_times
from bot.demo.world import World
from tests.bot.demo.conftest import NOW


def test_changes_add_up_to_the_snapshot_of_every_update(village: World) -> None:
    for player in village.players:
        held: dict[str, float] = {}
        for seen_at, changed in village.changes(player):
            held |= changed
            assert held == village.snapshot(player, seen_at)


def test_after_the_first_update_only_what_differs_is_told(village: World) -> None:
    quiet = 0
    for player in village.players:
        for (_, before), (seen_at, changed) in pairwise(village.changes(player)):
            assert before is not changed
            assert len(changed) < 60, seen_at
            quiet += not changed
    assert quiet > 100


def test_one_change_is_told_for_every_update(village: World) -> None:
    for player in village.players:
        seen = tuple(seen_at for seen_at, _ in village.changes(player))
        assert seen == player.observed_at
        assert seen == tuple(sorted(seen))


def test_updates_lie_in_the_span_on_whole_seconds() -> None:
    end_ms = to_ms(NOW)
    found = update_times(lots("looks"), 0.9, end_ms - 50 * 86_400_000, end_ms)
    assert 35 < len(found) <= 51
    assert found == sorted(found)
    assert all(end_ms - 50 * 86_400_000 <= at_ms < end_ms and at_ms % 1_000 == 0 for at_ms in found)
