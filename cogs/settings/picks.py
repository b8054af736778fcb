"""The lists on the pages of the settings: what each lets pick, and what is picked now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import discord

from bot.clan.labels import ALERTS, SIGNALS, AlertLabel, Label
from bot.clan.policy import AlertKind, Signal
from bot.clan.ranks import Authority, below_officers
from bot.clan.wording import plural, role_words
from cogs.screens import identity, option
from cogs.settings.layout import PAGES
from cogs.settings.state import CONTROLS, SettingsFound, SettingsState, fits_into_id
from cogs.settings.words import HOLDERS

Options = list[discord.SelectOption]
Select = discord.ui.Select[Any]
Kind = TypeVar("Kind", Signal, AlertKind)

EVERYBODY = "everybody"
"""How a list says "no rank", since Discord takes no empty value."""

_MOST = 25
_MORE = "\N{HORIZONTAL ELLIPSIS}"


def section_select(state: SettingsState) -> Select:
    """Return the list of the pages."""
    options = [
        option(page.title, key, page.about, is_default=key is state.tab)
        for key, page in PAGES.items()
    ]
    return _select("section", state, "Back to a page", options)


def signals_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the signals, those that are on being picked."""
    on = found.clan_settings.policy.promotion.signals
    return _several("promotion.signals", state, "No signal is on", _labelled(SIGNALS, on))


def alerts_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the alerts, those that are on being picked."""
    on = found.clan_settings.policy.alerts.on
    return _several("alerts.on", state, "No alert is on", _labelled(ALERTS, on))


def recruits_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the ranks, those of recruits being picked."""
    picked = found.clan_settings.policy.promotion.recruit_roles
    options = _ranks(found.ranks, picked)
    return _several("promotion.recruit_roles", state, "No recruit ranks", options)


def comparison_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the ranks, those that recruits are compared with being picked."""
    picked = found.clan_settings.policy.promotion.comparison_ranks
    options = _ranks(found.ranks, picked)
    return _several("promotion.comparison_ranks", state, "No comparison ranks", options)


def highest_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the ranks, the highest that is suggested being picked."""
    picked = found.clan_settings.policy.promotion.highest_rank
    usual = below_officers(found.ladder, found.clan_settings.permissions)
    lowest = option(
        "The last below officers",
        EVERYBODY,
        "none" if usual is None else role_words(usual),
        is_default=not picked,
    )
    ranks = _ranks(found.ranks, [picked] if picked else [], most=_MOST - 1)
    return _select("highest", state, "Highest rank suggested", [lowest, *ranks], usual)


def limit_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the ranks with the limit of each; who is picked gets another."""
    limits = found.clan_settings.policy.enforcement.limits
    options = _ranks([*filter(fits_into_id, found.ranks)], (), first=limits)
    for each in options:
        days = limits.get(each.value)
        each.description = "as others" if days is None else plural(days, "day")
    return _select("limit", state, f"Change the limit of{_MORE}", options, limits)


def bar_select(state: SettingsState, found: SettingsFound) -> Select:
    """Return the list of the ranks, the one whose steady bar is shown being picked."""
    own = found.clan_settings.policy.promotion.steady_by_rank
    known = [*filter(fits_into_id, dict.fromkeys((*found.ranks, *filter(None, [state.rank]))))]
    ranks = _ranks(known, [state.rank] if state.rank else [], first=own, most=_MOST - 1)
    for each in ranks:
        each.description = "its own bar" if each.value in own else "as everybody"
    means = "The bar of ranks without one of their own"
    usual = option("Everybody", EVERYBODY, means, is_default=not state.rank)
    return _select("bar", state, "Whose bar is shown", [usual, *ranks])


def permission_select(state: SettingsState, name: str, now: Authority) -> Select:
    """Return the list of those who can be given a permission."""
    options = [
        option(words.capitalize(), value, is_default=value == now.name.lower())
        for value, words in HOLDERS.items()
    ]
    return _select("who_may", state, "Who may", options, argument=name)


def _several(path: str, state: SettingsState, nothing: str, options: Options) -> Select:
    return _select("several", state, nothing, options, argument=path, several=True)


def _select(  # noqa: PLR0913 - what a select has
    act: str,
    state: SettingsState,
    placeholder: str,
    options: Options,
    shown: object = None,
    *,
    argument: str = "",
    several: bool = False,
) -> Select:
    """Return a select that is another one as soon as it shows something else."""
    made = CONTROLS.select(act, state, placeholder, options, argument=argument, several=several)
    made.id = identity(made.custom_id, ([each.value for each in options if each.default], shown))
    return made


def _labelled(table: Mapping[Kind, Label | AlertLabel], on: Collection[Kind]) -> Options:
    return [
        option(label.name, kind, label.means, is_default=kind in on)
        for kind, label in table.items()
    ]


def _ranks(
    ranks: Sequence[str], picked: Iterable[str], first: Iterable[str] = (), most: int = _MOST
) -> Options:
    """Return ranks to pick from, never leaving out one that is picked."""
    chosen = tuple(picked)
    wanted = (each for each in (*chosen, *first) if each in ranks)
    offered = list(dict.fromkeys((*wanted, *ranks)))[:most]
    in_order = sorted(offered, key=ranks.index)
    return [option(role_words(rank), rank, is_default=rank in chosen) for rank in in_order]
