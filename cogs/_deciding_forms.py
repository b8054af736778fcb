"""What is asked before a decision that needs words: why, until when, or what the notice says.

A form hands over what was written; where a day was not understood, the words are given back.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple

import discord

from bot.wiring import Services
from cogs._deciding_keys import PERMISSIONS, Act, Key
from cogs._deciding_words import block, capital, one_line, until_at
from cogs._panels import PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import tell

LONGEST_NOTICE = 1_700
_LONGEST_REASON = 300
_LONGEST_TITLE, _TITLE_CUT = 45, "\N{HORIZONTAL ELLIPSIS}"


class FormInput(NamedTuple):
    """What was written in a form."""

    why: str = ""
    until_at: datetime | None = None
    notice: str = ""


Then = Callable[[Interaction, Key, FormInput], Awaitable[None]]
"""What happens with what was written."""


class _Wording(NamedTuple):
    title: str
    why: tuple[str, str]
    until: tuple[str, str] | None = None
    needs_why: bool = True


def _untils(days: int) -> str:
    return f"Days, like {days}, a time, like 2 weeks, or until a date, like 24 Dec"


_READ_LATER = "Whoever meets this later reads it; the member does not"
_WORDINGS = {
    Act.NOT_YET: _Wording(
        "Not yet",
        ("Why not yet", _READ_LATER),
        ("Not suggested again for", _untils(30)),
    ),
    Act.SNOOZE: _Wording(
        "Snooze",
        ("Why", f"If there is more to know. {_READ_LATER}"),
        ("In peace for", _untils(14)),
        needs_why=False,
    ),
    Act.DISMISS: _Wording(
        "Dismiss",
        ("Why this is no case", _READ_LATER),
        ("Not listed again for", _untils(60)),
    ),
    Act.CLOSE: _Wording("Close", ("Why it is over", _READ_LATER)),
}


class DecisionForm(PanelForm):
    """Asks why, and for how long it holds where it does not hold for good."""

    def __init__(
        self, services: Services, key: Key, name: str, days: int | None, then: Then
    ) -> None:
        wording = _WORDINGS[key.act]
        super().__init__(services, PERMISSIONS[key.at.kind], _title(wording.title, name))
        self._key = key
        self._then = then
        self._holds_for_good = days is None
        self.why: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            required=wording.needs_why,
            max_length=_LONGEST_REASON,
        )
        self.until: discord.ui.TextInput[Any] = discord.ui.TextInput(
            default=str(days or ""), min_length=1, max_length=30
        )
        for asked, field in ((wording.why, self.why), (wording.until, self.until)):
            if asked is not None:
                label, means = asked
                self.add_item(discord.ui.Label(text=label, description=means, component=field))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Hand over what was written, or say what would be right."""
        try:
            end = self._until_at(interaction)
        except ValueError as error:
            told = capital(f"{error}. Nothing was changed.")
            written = f"\nYour words, to use again:\n{block([self.why.value])}"
            await tell(interaction, told + (written if self.why.value.strip() else ""))
            return
        await self._then(interaction, self._key, FormInput(self.why.value, end))

    def _until_at(self, interaction: Interaction) -> datetime | None:
        if self._holds_for_good:
            return None
        return until_at(self.until.value, clan_of(interaction), self.services.clock())


class NoticeForm(PanelForm):
    """Shows the draft of a notice, to be edited; `means` is where it goes."""

    def __init__(  # noqa: PLR0913, PLR0917 - about whom, which words, and what comes then
        self, services: Services, key: Key, name: str, draft: str, means: str, then: Then
    ) -> None:
        super().__init__(services, PERMISSIONS[key.at.kind], _title("Notice", name))
        self._key = key
        self._then = then
        self.notice: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=draft[:LONGEST_NOTICE],
            min_length=1,
            max_length=LONGEST_NOTICE,
        )
        self.add_item(
            discord.ui.Label(text="What the notice says", description=means, component=self.notice)
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Hand over what was written."""
        await self._then(interaction, self._key, FormInput(notice=self.notice.value))


def _title(action: str, name: str) -> str:
    title = f"{action}: {one_line(name)}"
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + _TITLE_CUT
