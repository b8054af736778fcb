"""What is measured, under the names and with the help that Prometheus shows.

Labels are kinds of work, commands, screens, shards: never a clan, a person, or what somebody wrote.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.clan.waiting import quantile
from bot.metrics.shards import ShardState
from bot.services.chat import IntakeCounts
from bot.services.ops import DatabaseState

_SHORT_S = (0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10)
_LONG_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUANTILES = {"0.5": (50, 100), "0.9": (90, 100), "0.99": (99, 100), "1": (100, 100)}


class Present(NamedTuple):
    """What is so at the moment when somebody asks."""

    is_ready: bool
    shards: Sequence[ShardState]
    servers: int
    database: DatabaseState
    messages: IntakeCounts
    messages_waiting: int
    requests_limit: int
    requests_left: int
    waited_s: float


class Instruments(Collector):
    """Takes what is measured as it happens; what is so when asked is handed to `text`."""

    def __init__(self, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._present: Present | None = None
        ProcessCollector(registry=self.registry)
        Info("clanstats_build", "Which version runs.", registry=self.registry).info(
            {"version": version}
        )
        self.answers = self._histogram(
            "answer",
            "From when a command, press or form was heard until its answer was complete.",
            ["asked", "outcome"],
            _LONG_S,
        )
        self.gateway_lag = self._histogram(
            "gateway_lag", "From when a message was written until the bot heard it.", [], _LONG_S
        )
        self.loop_lag = self._histogram(
            "loop_lag", "How much later than it should the event loop came round.", [], _SHORT_S
        )
        self.database = self._histogram(
            "database",
            "How long statements (read, write), commits and waits for the only writer took.",
            ["work"],
            _SHORT_S,
        )
        self.requests = self._histogram(
            "wom_request",
            "How long Wise Old Man took to answer, by the status; none is no answer at all.",
            ["status"],
            _LONG_S,
        )
        self.sessions = Counter(
            "clanstats_gateway_sessions",
            "Sessions at Discord that were begun anew, or taken up again where they stood.",
            ["begun"],
            registry=self.registry,
        )
        self.registry.register(self)

    def _histogram(
        self, name: str, words: str, labels: Sequence[str], buckets: Sequence[float]
    ) -> Histogram:
        return Histogram(
            f"clanstats_{name}_seconds", words, labels, buckets=buckets, registry=self.registry
        )

    def text(self, present: Present) -> bytes:
        """Return all of it as Prometheus reads it."""
        self._present = present
        return generate_latest(self.registry)

    def collect(self) -> Iterator[Metric]:
        """Yield what is so now."""
        now = self._present
        if now is None:
            return
        yield _gauge("ready", "Whether /readyz answers that all is well.", now.is_ready)
        yield _gauge("servers", "Discord servers that this process sees.", now.servers)
        yield from _of_shards(now.shards)
        if now.database.fault is None:
            yield from _of_polls(now.database)
        yield from _of_messages(now.messages, now.messages_waiting)
        yield _gauge(
            "wom_requests_limit",
            "Requests that Wise Old Man takes in each minute.",
            now.requests_limit,
        )
        yield _gauge(
            "wom_requests_left",
            "Requests that are left in the present minute; 0 while we have to be quiet.",
            now.requests_left,
        )
        yield CounterMetricFamily(
            "clanstats_wom_wait_seconds",
            "How long questions waited until they could be sent, all together.",
            now.waited_s,
        )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"clanstats_{name}", words, float(value))


def _of_shards(shards: Sequence[ShardState]) -> Iterator[Metric]:
    connected = GaugeMetricFamily(
        "clanstats_gateway_connected", "Whether a shard is connected to Discord.", labels=["shard"]
    )
    heartbeat = GaugeMetricFamily(
        "clanstats_gateway_heartbeat_seconds",
        "How long Discord took to answer the last heartbeat, or lets us wait for an answer.",
        labels=["shard"],
    )
    for shard in shards:
        connected.add_metric([str(shard.number)], float(shard.is_connected))
        if shard.heartbeat_s is not None:
            heartbeat.add_metric([str(shard.number)], shard.heartbeat_s)
    yield connected
    yield heartbeat


def _of_polls(database: DatabaseState) -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "clanstats_poll_age_seconds",
        "How long ago Wise Old Man was read: within it lies this part of the clans.",
        labels=["quantile"],
    )
    for name, (part, whole) in _QUANTILES.items():
        found = quantile(database.poll_ages, part, whole)
        if found is not None:
            age.add_metric([name], found.total_seconds())
    clans = GaugeMetricFamily(
        "clanstats_clans",
        "Clans in the database, of all processes, by whether Wise Old Man was read for them.",
        labels=["state"],
    )
    clans.add_metric(["polled"], len(database.poll_ages))
    clans.add_metric(["never_polled"], database.never_polled)
    clans.add_metric(["without_group"], database.without_group)
    yield age
    yield clans


def _of_messages(counts: IntakeCounts, waiting: int) -> Iterator[Metric]:
    heard = "Messages that were heard as they were written."
    yield CounterMetricFamily("clanstats_messages_heard", heard, counts.heard)
    yield CounterMetricFamily(
        "clanstats_messages_dropped",
        "Messages that there was no room for; they are read from the history.",
        counts.dropped,
    )
    stored = CounterMetricFamily(
        "clanstats_messages_stored",
        "Messages that were written into the database: heard live, or read from the past.",
        labels=["source"],
    )
    stored.add_metric(["live"], counts.live)
    stored.add_metric(["past"], counts.past)
    yield stored
    removed = "Messages that were taken out because somebody deleted them."
    yield CounterMetricFamily("clanstats_messages_removed", removed, counts.removed)
    words = "Messages that are heard and wait to be written."
    yield GaugeMetricFamily("clanstats_messages_waiting", words, waiting)
