"""Which questions were answered is remembered for the newest ones alone."""

from types import SimpleNamespace
from typing import Any, cast

import discord

from bot.wiring import Services
from cogs.report.report import ReportScreen

_NOWHERE = discord.Permissions.none()


class Asked:
    """A press on one question, in a channel in which whoever pressed cannot write."""

    def __init__(self, question: int) -> None:
        self.interaction = SimpleNamespace(
            message=SimpleNamespace(id=question), channel=None, permissions=_NOWHERE
        )
        self.words: list[str] = []

    async def close(self, words: str) -> None:
        self.words.append(words)


async def test_of_ten_thousand_questions_the_newest_are_answered_once() -> None:
    screen = ReportScreen(cast("Services", None))

    async def pressed(question: int) -> list[str]:
        press: Any = Asked(question)
        await screen.posted(press)
        return cast("list[str]", press.words)

    for question in range(1, 10_001):
        assert len(await pressed(question)) == 1
    assert [*screen._answered] == [*range(9_001, 10_001)]
    assert await pressed(10_000) == []
