import pickle
from array import array
from datetime import UTC, datetime, timedelta

from bot.demo.cast import Lull, ValueHistory, from_ms, snowflake, to_ms
from bot.demo.world import World

AT = datetime(2026, 5, 4, 3, 2, 1, 250_000, tzinfo=UTC)


def test_milliseconds_and_instants_are_the_same() -> None:
    assert from_ms(to_ms(AT)) == AT
    assert to_ms(AT + timedelta(milliseconds=1)) == to_ms(AT) + 1


def test_ids_tell_their_instant_and_stay_apart_within_it() -> None:
    first, second = snowflake(to_ms(AT), 1), snowflake(to_ms(AT), 2)
    assert first < second
    assert (first >> 22) + 1_420_070_400_000 == to_ms(AT)


def test_a_path_holds_each_value_until_the_next() -> None:
    path = ValueHistory(array("q", [to_ms(AT), to_ms(AT) + 10]), array("d", [1.0, 2.0]))
    assert path.value_at(AT - timedelta(days=1)) == 1
    assert path.value_at_ms(to_ms(AT) + 9) == 1
    assert path.value_at_ms(to_ms(AT) + 10) == path.value_at(AT + timedelta(days=9)) == 2


def test_a_lull_without_an_end_lasts() -> None:
    assert Lull(5).covers(10**15)
    assert not Lull(5, 8).covers(8)
    assert not Lull(5).covers(4)


def test_a_world_can_be_sent_to_a_worker_process(village: World) -> None:
    assert pickle.loads(pickle.dumps(village)) == village  # noqa: S301 - our own bytes
