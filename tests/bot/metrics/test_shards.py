"""How a bot with many connections says how each of them is."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.metrics.shards import shards_of

INTERVAL_S = 41.25


def socket(
    *, is_open: bool = True, sent_s: float = 100.0, answered_s: float = 100.1, took_s: float = 0.1
) -> Any:  # noqa: ANN401 - as discord.py's
    beating = SimpleNamespace(
        _last_send=sent_s, _last_ack=answered_s, interval=INTERVAL_S, latency=took_s
    )
    return SimpleNamespace(open=is_open, _keep_alive=beating)


def test_each_shard_of_a_sharded_bot_is_told() -> None:
    bot = discord.AutoShardedClient(intents=discord.Intents.none(), shard_count=3)
    sockets = {2: socket(), 5: socket(is_open=False)}
    shards = {number: SimpleNamespace(id=number, ws=each) for number, each in sockets.items()}
    bot._AutoShardedClient__shards = shards  # type: ignore[attr-defined]
    found = list(shards_of(bot, lambda: 110.0))
    assert found == [(2, True, 0.1), (5, False, None)]
    assert [each.fault for each in found] == [None, "Shard 5 is not connected to Discord."]


@pytest.mark.parametrize(
    ("beating", "now_s", "heartbeat_s"),
    [
        # It was answered, however long ago: the next one is not due.
        (socket(), 141.0, 0.1),
        # It was sent a moment ago, and there is still time.
        (socket(sent_s=141.3), 141.4, 0.1),
        # It was due 30 seconds ago, and is not answered.
        (socket(sent_s=141.3), 100.1 + INTERVAL_S + 30, 30.0),
        # Several were sent since the last answer: the first of them counts.
        (socket(sent_s=182.6), 100.1 + INTERVAL_S + 60, 60.0),
        # None was ever answered: there is no time yet.
        (socket(sent_s=100.0, answered_s=100.0, took_s=float("inf")), 101.0, None),
    ],
)
def test_a_heartbeat_takes_as_long_as_the_answer_does_or_is_missing(
    beating: Any,  # noqa: ANN401 - as discord.py's
    now_s: float,
    heartbeat_s: float | None,
) -> None:
    bot = SimpleNamespace(ws=beating, shard_id=None)
    (state,) = shards_of(bot, lambda: now_s)
    assert state.number == 0
    assert state.heartbeat_s == (None if heartbeat_s is None else pytest.approx(heartbeat_s))
    assert (state.fault is None) == (heartbeat_s is None or heartbeat_s <= 20)


def test_before_the_first_connection_nothing_is_connected() -> None:
    (state,) = shards_of(SimpleNamespace(ws=None, shard_id=None), lambda: 0.0)
    assert state == (0, False, None)
    bare = SimpleNamespace(ws=SimpleNamespace(open=True, _keep_alive=None), shard_id=4)
    assert list(shards_of(bare, lambda: 0.0)) == [(4, True, None)]
