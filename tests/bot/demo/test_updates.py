from itertools import pairwise

from bot.demo.cast import to_ms
from bot.demo.rhythm import lots
from bot.demo.updates import beside_play, update_times
from bot.demo.world import World, make_world
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


def test_a_client_has_wom_look_before_and_after_play() -> None:
    played = [5_000_000_000, 6_000_000_000, 9_000_000_000]
    found = beside_play(lots("tells"), played, 4_000_000_000, 8_000_000_000)
    assert len(found) == 4
    assert found == sorted(found)
    for before, at_ms, after in zip(found[::2], played, found[1::2], strict=False):
        assert before < at_ms < after <= before + 3 * 3_600_000


def test_looks_beside_play_change_nothing_else() -> None:
    plain, told = (
        make_world(seed=3, members=40, days=45, now=NOW, tells=each) for each in (False, True)
    )
    more = 0
    for one, other in zip(plain.players, told.players, strict=True):
        assert (one.path, one.lulls, one.names) == (other.path, other.lulls, other.names)
        assert set(one.observed_ms) <= set(other.observed_ms)
        more += len(other.observed_ms) > len(one.observed_ms)
    assert 8 < more < 20
