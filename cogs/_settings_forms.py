"""The forms of the settings: numbers, the days of one rank, and lists of ranks.

What can be taken goes into the draft; what cannot is told, and stands in the form when it is
opened again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.clan.entering import allowed, entered, entered_ranks
from bot.clan.names import escaped
from bot.clan.plain import plain
from bot.clan.ranks import Permission
from bot.clan.thresholds import THRESHOLDS
from bot.clan.wording import role_words
from cogs._panels import PanelForm
from cogs._permissions import Interaction
from cogs._settings_sheets import LISTED, SHEETS, TIERS, heading
from cogs._settings_state import SettingsSession, SettingsView

_LONGEST_NUMBER, _LONGEST_LIST = 20, 4_000
_WARNING = "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}"
_NOT_TAKEN = "-# Only this was not taken; what you typed still stands in the form."


class _SettingsForm(PanelForm):
    def __init__(self, panel: SettingsView, title: str, rank: str | None = None) -> None:
        whose = f" of {role_words(rank)}" if rank else ""
        super().__init__(panel.services, Permission.MANAGE, f"{title}{whose}"[:45])
        self.panel = panel
        self.rank = rank
        self.texts: dict[str, discord.ui.TextInput[Any]] = {}

    def ask(self, path: str, usual: str, *, needed: bool = True, lines: bool = False) -> None:
        """Add a field, filled with what was typed before or else with what is."""
        if lines:
            longest, hint = _LONGEST_LIST, "One rank a line, the highest first"
        else:
            longest, (least, most) = _LONGEST_NUMBER, allowed(path)
            hint = f"from {least:,} to {most:,}"
        self.texts[path] = discord.ui.TextInput(
            custom_id=path,
            style=discord.TextStyle.paragraph if lines else discord.TextStyle.short,
            default=self.panel.session.typed.get((path, self.rank), usual)[:longest] or None,
            placeholder=hint,
            required=needed,
            max_length=longest,
        )
        label = discord.ui.Label(
            text=heading(path), description=THRESHOLDS[path].means, component=self.texts[path]
        )
        self.add_item(label)

    def taken(self) -> tuple[Mapping[str, str], SettingsSession]:
        """Return what was typed, by path, and the state it goes into."""
        typed = {path: text.value for path, text in self.texts.items()}
        for path in typed:
            self.panel.session.typed.pop((path, self.rank), None)
        return typed, self.panel.session

    async def done(self, interaction: Interaction, faults: Mapping[str, str]) -> None:
        """Show the page with what could not be taken, which the form keeps."""
        typed = {path: text.value for path, text in self.texts.items()}
        self.panel.session.typed |= {(path, self.rank): typed[path] for path in faults}
        lines = [f"{_WARNING} {escaped(words)}." for words in dict.fromkeys(faults.values())]
        await self.panel.show(interaction, "\n".join([*lines, _NOT_TAKEN]) if lines else "")


class NumbersForm(_SettingsForm):
    """Asks for the numbers of one sheet, of one rank's own bar if a rank is given."""

    def __init__(self, panel: SettingsView, key: str, rank: str | None = None) -> None:
        super().__init__(panel, SHEETS[key].title, rank)
        for path in SHEETS[key].paths:
            self.ask(path, str(number_of(panel.session, path, rank)))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put what are good numbers into the draft."""
        typed, session = self.taken()
        numbers: dict[str, int] = {}
        faults: dict[str, str] = {}
        for path, text in typed.items():
            try:
                numbers[path] = entered(path, text)
            except ValueError as error:
                faults[path] = str(error)
        if numbers != {path: number_of(session, path, self.rank) for path in numbers}:
            session.draft = session.draft.numbering(numbers, self.rank)
        await self.done(interaction, faults)


class LimitForm(_SettingsForm):
    """Asks for how many days the holders of one rank may be silent."""

    path = "enforcement.limits"

    def __init__(self, panel: SettingsView, rank: str) -> None:
        super().__init__(panel, "Limit", rank)
        rules = panel.session.clan_settings.policy.enforcement
        self.ask(self.path, str(rules.limits.get(rank, "")), needed=False)
        self.texts[self.path].placeholder = f"empty: as others, {rules.window_days}"

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put the limit into the draft, or take it away."""
        typed, session = self.taken()
        text = typed[self.path]
        faults: dict[str, str] = {}
        try:
            days = entered(self.path, text) if text.strip() else None
        except ValueError as error:
            faults[self.path] = str(error)
        else:
            session.draft = session.draft.limiting(self.rank or "", days)
        await self.done(interaction, faults)


class LadderForm(_SettingsForm):
    """Asks for the order of the ranks."""

    def __init__(self, panel: SettingsView) -> None:
        super().__init__(panel, "Ladder")
        policy = panel.session.clan_settings.policy
        (path,) = LISTED
        self.ask(path, "\n".join(policy.ladder or panel.session.ladder), needed=False, lines=True)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put the order into the draft; an empty one is the usual one."""
        typed, session = self.taken()
        faults: dict[str, str] = {}
        for path, text in typed.items():
            try:
                ranks = entered_ranks(path, text, session.ranks)
                is_usual = not session.clan_settings.policy.ladder and ranks == session.ladder
                session.draft = session.draft.having(ladder=[] if is_usual else list(ranks))
            except ValueError as error:
                faults[path] = str(error)
        await self.done(interaction, faults)


class TiersForm(_SettingsForm):
    """Asks which ranks in the game lead the clan, belong to it, and are officers."""

    def __init__(self, panel: SettingsView) -> None:
        super().__init__(panel, "Roles")
        permissions = plain(panel.session.clan_settings.permissions)
        for path in TIERS:
            ranks = permissions[path.removeprefix("gates.")]
            self.ask(
                path, "\n".join(ranks) if isinstance(ranks, list) else "", needed=False, lines=True
            )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put the ranks into the draft, where the whole of them makes sense."""
        typed, session = self.taken()
        ranks: dict[str, tuple[str, ...]] = {}
        faults: dict[str, str] = {}
        for path, text in typed.items():
            try:
                ranks[path.removeprefix("gates.")] = entered_ranks(path, text, session.ranks)
            except ValueError as error:
                faults[path] = str(error)
        given: dict[str, Any] = dict(ranks)
        if "officer_roles" in given:
            given["officer_roles"] = frozenset(given["officer_roles"])
        try:
            fault = session.permission(
                interaction, replace(session.clan_settings.permissions, **given)
            )
        except ValueError as error:
            fault = str(error)
        if fault:
            faults |= dict.fromkeys(set(typed) - set(faults), fault)
        await self.done(interaction, faults)


def number_of(session: SettingsSession, path: str, rank: str | None = None) -> int:
    """Return a number as the draft has it; with a rank, that of its steady bar."""
    *parts, name = path.split(".")
    part: Any = session.clan_settings.policy
    for each in parts:
        part = getattr(part, each)
    if rank is not None:
        part = session.clan_settings.policy.promotion.steady_bar(rank)
    found: int = getattr(part, name)
    return found
