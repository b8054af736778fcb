"""The drafts of settings that leaders work on: one for each, in memory, gone after an hour.

A draft that is lost never held, so none is stored: leaders begin again with what holds.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clan.clan_settings import Draft
from bot.clan.policy import Policy
from bot.clan.what_if import WhatIf
from bot.recent import Recent
from bot.services.setup.clans import Clock

LIFE = timedelta(hours=1)
"""For how long a draft is kept that nobody touches."""

_NUMBERS = 1_000_000
_MOST = 1_000
"""Of drafts at once; the one that nobody touched for the longest time makes room."""

Whose = tuple[int | None, int]
"""A server, and who works there."""


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft that somebody works on, known by its `number`.

    `typed` is what was typed and could not be taken, by path and rank; `looked_at` the policy
    whose what-if was shown, and while one `is_asking` nothing else is pressed.
    """

    draft: Draft
    number: int
    touched_at: datetime
    typed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    looked_at: Policy | None = None
    what_if: WhatIf | None = None
    is_asking: bool = False

    @property
    def is_begun(self) -> bool:
        """Return whether anything would be lost with it."""
        return bool(self.draft.changes or self.typed)


class Drafts:
    """Keeps drafts between two presses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: Recent[Whose, OpenDraft] = Recent(_MOST)

    def of(self, whose: Whose) -> OpenDraft | None:
        """Return what somebody works on, or None; what is over is forgotten."""
        oldest = self._clock() - LIFE
        while self._open and next(iter(self._open.values())).touched_at < oldest:
            self._open.popitem(last=False)
        return self._open.get(whose)

    def shown(self, whose: Whose) -> int:
        """Return the number of the draft whose changes a page shows, 0 where there are none."""
        held = self.of(whose)
        return held.number if held is not None and held.is_begun else 0

    def begin(self, whose: Whose, draft: Draft) -> OpenDraft:
        """Put a new draft in place of what somebody worked on, and return it."""
        number = secrets.randbelow(_NUMBERS) + 1
        self._open[whose] = OpenDraft(draft, number, self._clock())
        return self._open[whose]

    def keep(self, whose: Whose, held: OpenDraft) -> None:
        """Keep a draft for another hour, unless another one took its place meanwhile."""
        present = self._open.get(whose)
        if present is None or present.number == held.number:
            self._open[whose] = replace(held, touched_at=self._clock())

    def drop(self, whose: Whose) -> None:
        """Keep nothing of somebody's."""
        self._open.pop(whose, None)
