"""What Discord says, as it comes over the wire: JSON, with every id as text.

The simulated Discord hands a bot what the bot handed it, numbers included; the real one does not.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from discord.webhook.async_ import AsyncWebhookAdapter
from simcord.gateway import FakeGateway
from simcord.http import router

from storage.engine import Database

_LARGEST_NUMBER = 2**53 - 1
"""JavaScript reads no larger one exactly, which is why Discord writes ids as text."""


def as_sent(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return a value after it went through JSON, with every id as text."""
    return json.loads(json.dumps(_with_texts(value), default=str))


def over_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the simulated Discord send all events and answers as the real one does."""
    feed: Callable[..., None] = FakeGateway.feed
    dispatch: Callable[..., Any] = router.dispatch

    def fed(gateway: FakeGateway, event: str, payload: Mapping[str, Any]) -> None:
        feed(gateway, event, as_sent(payload))

    def answered(*request: Any, **parts: Any) -> Any:  # noqa: ANN401 - those of dispatch
        return as_sent(dispatch(*request, **parts))

    monkeypatch.setattr(FakeGateway, "feed", fed)
    monkeypatch.setattr(router, "dispatch", answered)


def in_order(monkeypatch: pytest.MonkeyPatch, database: Database) -> list[str]:
    """Return what happens from now on: "answered" for each first answer, "read" for a reading."""
    happened: list[str] = []
    answer: Callable[..., Any] = AsyncWebhookAdapter.create_interaction_response
    reading: Callable[..., Any] = database.reading

    async def answered(*told: Any, **parts: Any) -> Any:  # noqa: ANN401 - those of discord.py
        happened.append("answered")
        return await answer(*told, **parts)

    def read(**how: Any) -> Any:  # noqa: ANN401 - those of reading
        happened.append("read")
        return reading(**how)

    monkeypatch.setattr(AsyncWebhookAdapter, "create_interaction_response", answered)
    monkeypatch.setattr(database, "reading", read)
    return happened


def _with_texts(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, Mapping):
        return {str(key): _with_texts(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_texts(inner) for inner in value]
    is_id = isinstance(value, int) and not isinstance(value, bool) and value > _LARGEST_NUMBER
    return str(value) if is_id else value
