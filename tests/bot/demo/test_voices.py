from bot.demo.cast import DAY_MS, Lull
from bot.demo.rhythm import lots
from bot.demo.voices import Choir, Voice, choir_of, voices_of
from bot.demo.world import World


def voice(user: int, *lulls: Lull, weight: float = 1.0, joined_ms: int = 0) -> Voice:
    return Voice(user, None, weight, 0, lulls, ((joined_ms, None),))


def test_who_is_in_a_lull_for_any_part_of_the_day_is_not_heard() -> None:
    quiet = voice(1, Lull(3 * DAY_MS + 5, 4 * DAY_MS))
    assert [day for day in range(6) if choir_of([quiet], day).voices] == [0, 1, 2, 4, 5]


def test_who_has_not_come_yet_is_not_heard() -> None:
    late = voice(1, joined_ms=2 * DAY_MS + 1)
    assert [day for day in range(5) if choir_of([late], day).voices] == [3, 4]


def test_voices_are_drawn_by_weight() -> None:
    choir = choir_of([voice(1, weight=9), voice(2, weight=1)], 0)
    rng = lots("draw")
    drawn = [choir.pick(rng).user for _ in range(1_000)]
    assert 850 < drawn.count(1) < 950
    assert isinstance(choir, Choir)


def test_second_accounts_and_ghost_writers_have_no_voice_of_their_own(world: World) -> None:
    voices, speakers = voices_of(world.users, world.players)
    assert len(voices) <= len(world.users)
    assert not {one.player.player_id for one in speakers if one.player} & set(world.alts)
