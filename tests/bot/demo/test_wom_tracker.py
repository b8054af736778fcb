from datetime import timedelta

from bot.demo.cast import Persona, to_ms
from bot.demo.wom_tracker import Tracker
from bot.demo.world import World
from tests.bot.demo.conftest import NOW

NOW_MS = to_ms(NOW)


def test_wom_knows_only_what_it_saw(village: World) -> None:
    tracker = Tracker(village)
    for player in village.players:
        assert tuple(tracker.updates_ms(player, NOW_MS)) == tuple(player.observed_ms)
        if player.persona is Persona.UNTRACKED:
            assert tracker.updated_ms(player, NOW_MS) is None
            assert tracker.changed_ms(player, NOW_MS) is None


def test_the_days_to_come_bring_updates_of_their_own(village: World) -> None:
    tracker = Tracker(village)
    later = to_ms(NOW + timedelta(days=3))
    newer = [
        player
        for player in village.players
        if len(tracker.updates_ms(player, later)) > len(player.observed_ms)
    ]
    assert len(newer) > 20


def test_the_last_change_is_an_update_and_never_after_the_last_one(village: World) -> None:
    tracker = Tracker(village)
    for player in village.players:
        changed_ms = tracker.changed_ms(player, NOW_MS)
        if changed_ms is not None:
            assert changed_ms in player.observed_ms
            assert changed_ms <= player.observed_ms[-1]
            seen = village.snapshot(player, player.observed_at[-1])
            place = list(player.observed_ms).index(changed_ms)
            assert village.snapshot(player, player.observed_at[place]) == seen


def test_a_ghost_was_seen_lately_and_changed_long_ago(village: World) -> None:
    tracker = Tracker(village)
    ghost = next(one for one in village.players if one.persona is Persona.GHOST)
    updated_ms, changed_ms = (
        tracker.updated_ms(ghost, NOW_MS),
        tracker.changed_ms(ghost, NOW_MS),
    )
    assert updated_ms is not None
    assert changed_ms is not None
    assert updated_ms - changed_ms > 30 * 86_400_000


def test_who_is_queued_already_is_counted_and_not_queued_twice(village: World) -> None:
    tracker = Tracker(village)
    later = to_ms(NOW + timedelta(days=30))
    count = tracker.update_stale(later)
    assert tracker.update_stale(later) == count > 30
    leader = village.players[0]
    assert sum(at > later for at in tracker._asked[leader.player_id]) == 1


def test_an_asked_update_is_the_newest(village: World) -> None:
    tracker = Tracker(village)
    tracker.update(village.players[0], NOW_MS)
    assert tracker.updated_ms(village.players[0], NOW_MS) == NOW_MS
