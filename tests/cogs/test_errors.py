"""Errors in words; those of our own floors are tested with bot/services/game/faults."""

import asyncio

import discord
import pytest
from discord import app_commands

from cogs._errors import guarded, words
from wom.errors import WomUnreachable


class Answer:
    """As much of an HTTP answer as discord.py's errors read."""

    status = 403
    reason = "no"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (discord.Forbidden(Answer(), "no"), "Attach Files"),
        (discord.HTTPException(Answer(), "no"), "in a minute"),
        (app_commands.CommandNotFound("old", []), "has changed"),
        (WomUnreachable("/groups/1"), "Wise Old Man cannot be reached"),
        (KeyError("secret"), "Something went wrong on our side"),
    ],
)
def test_every_error_says_what_to_do_next(error: Exception, said: str) -> None:
    assert said in words(error)
    assert "secret" not in words(error)


async def test_work_that_nobody_waits_for_ends_in_the_log() -> None:
    async def fails() -> None:
        raise KeyError("nobody waits")

    assert not await guarded(fails(), "failing")
    assert await guarded(asyncio.sleep(0), "sleeping")
