"""Asking what the bot tells Prometheus, over a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Telemetry, serving

LOOPBACK = "127.0.0.1"


class Samples:
    """What an answer says: values by name and labels."""

    def __init__(self, text: str) -> None:
        self.families = {each.name: each for each in text_string_to_metric_families(text)}
        self._values = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        return self._values.get((f"clanstats_{name}", frozenset(labels.items())))

    def labels(self, name: str, label: str) -> set[str]:
        return {dict(labels)[label] for key, labels in self._values if key == f"clanstats_{name}"}


class Scraper(NamedTuple):
    """Somebody at the port."""

    session: aiohttp.ClientSession
    port: int

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(f"http://{LOOPBACK}:{self.port}{path}") as answer:
            return answer.status, await answer.text()

    async def metrics(self) -> Samples:
        status, text = await self.get("/metrics")
        assert status == 200
        return Samples(text)

    async def unready(self) -> list[str]:
        """Return why the bot is not ready, nothing when it is."""
        status, text = await self.get("/readyz")
        assert (status == 200) == (text == "ready\n")
        assert status in {200, 503}
        return [] if status == 200 else text.splitlines()


@asynccontextmanager
async def scraping(telemetry: Telemetry) -> AsyncIterator[Scraper]:
    """Serve on some free port, and yield somebody who asks there."""
    async with serving(telemetry, LOOPBACK, 0) as listening:
        port = await listening
        # Else the server waits for more from the same connection.
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Scraper(session, port)
