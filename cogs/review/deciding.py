"""Deciding on people who are picked on a list: once for all, each by what is so when it is done.

A press on a line that has changed since is refused for that person, and stops no other.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import ClassVar, NamedTuple, Self, TypeVar

import discord

from bot.clan.cases import Case, CaseKind, Move, open_case
from bot.clan.decisions import possible_moves
from bot.clan.looking import is_checked
from bot.clan.names import escaped
from bot.clan.policy import CasePolicy
from bot.clan.profiles import Profile
from bot.clan.wording import plural
from bot.gateway import CUT
from bot.services.ops import look_again
from bot.services.review import CaseAction, Decided, ReviewContext, Suggestion, Unsuggested, Waiting
from cogs._deciding_words import (
    block,
    bold,
    capital,
    checked_words,
    checking_words,
    decided_words,
    one_line,
    until_at,
)
from cogs.screens import PICK, Acknowledge, Choice, Field, Next, Press, Screen, option, pressed

S = TypeVar("S")
A = TypeVar("A")

PICK_FIRST = "Pick people in the list above first, then press the button."
PEOPLE, WHY, UNTIL = "people", "why", "until"
"""The fields of the forms."""

_LONGEST_REASON, _LONGEST_UNTIL = 300, 30
_READ_LATER = "Whoever looks at this later reads it; the member does not"


class Pick(NamedTuple):
    """Somebody who is picked; `seen` is the revision of the case that their line shows."""

    player_id: int
    seen: int

    @property
    def text(self) -> str:
        """Return the pick as the value of an option."""
        return f"{self.player_id}.{self.seen}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what the value of an option stands for."""
        player_id, _, seen = text.partition(".")
        return cls(int(player_id), int(seen))


def waiting_option(each: Waiting) -> discord.SelectOption:
    """Return the option that picks somebody who waits for the game."""
    return option(one_line(each.name), Pick(each.case.player_id, each.case.revision).text)


def person_option(profile: Profile) -> discord.SelectOption:
    """Return the option that asks for the details of a person."""
    return option(one_line(profile.main.name), str(profile.main.player_id))


class _Wording(NamedTuple):
    title: str
    why: tuple[str, str]
    until: tuple[str, str] | None = None
    needs_why: bool = True


def _untils(days: int) -> str:
    return f"Days, like {days}, a time, like 2 weeks, or until a date, like 24 Dec"


_WORDINGS: Mapping[Move, _Wording] = {
    Move.NOT_YET: _Wording(
        "Not yet", ("Why not yet", _READ_LATER), ("Not suggested again for", _untils(30))
    ),
    Move.SNOOZE: _Wording(
        "Snooze",
        ("Why", f"If there is more to know. {_READ_LATER}"),
        ("Ask again in", _untils(14)),
        needs_why=False,
    ),
    Move.DISMISS: _Wording(
        "Dismiss", ("Why this is no case", _READ_LATER), ("Not listed again for", _untils(60))
    ),
    Move.CLOSE: _Wording("Close", ("Why it is over", _READ_LATER)),
}


def form_title(move: Move) -> str:
    """Return what the form of a move is called."""
    return _WORDINGS[move].title


def form_fields(move: Move, rules: CasePolicy) -> list[Field]:
    """Return what the form of a move asks: why and, where it ends by itself, until when."""
    wording = _WORDINGS[move]
    why, means = wording.why
    is_required = wording.needs_why
    fields = [
        Field(WHY, why, means, longest=_LONGEST_REASON, is_required=is_required, is_long=True)
    ]
    if wording.until is not None:
        label, means = wording.until
        usual = str(_usual_days(rules, move))
        fields.append(Field(UNTIL, label, means, default=usual, longest=_LONGEST_UNTIL))
    return fields


class Said(NamedTuple):
    """What was filled into the form of a move."""

    why: str
    until_at: datetime | None


async def said_in(press: Press[S], now: datetime) -> Said | None:
    """Return what was filled in; None where that is no time, and the words were given back."""
    why, until = press.filled[WHY], press.filled.get(UNTIL)
    try:
        return Said(why, None if until is None else until_at(until, press.clan, now))
    except ValueError as error:
        told = capital(f"{error}. Nothing was changed.")
        written = f"\nYour words, to use again:\n{block([why])}" if why else ""
        await press.tell(told + written)
        return None


class DecidingScreen(Screen[S, A]):
    """A screen on which people are decided on; the argument of a control is the move."""

    kind: ClassVar[CaseKind]

    @abstractmethod
    async def anew(self, press: Press[S], read: ReviewContext | None) -> A:
        """Return what is shown after a decision; what was read for it is not read again."""

    def picks(self, press: Press[S]) -> tuple[Pick, ...]:
        """Return who is picked: in the form if it was one, else in the message."""
        return tuple(map(Pick.read, press.chosen.get(PEOPLE) or press.picked(PICK)))

    def days(self, _state: S) -> int | None:
        """Return the limit of silence that was asked for instead of each rank's own."""
        return None

    @pressed()
    async def decide(self, press: Press[S]) -> Next[S, A] | None:
        """Carry out a move that needs no words."""
        return await self.carry_out(press, Move(press.argument))

    @pressed()
    async def second(self, press: Press[S]) -> Next[S, A] | None:
        """Agree, as the second officer, with what another one wants."""
        return await self.carry_out(press, Move.APPROVE)

    @pressed(acknowledge=Acknowledge.FORM)
    async def ask(self, press: Press[S]) -> Next[S, A] | None:
        """Open the form of a move, unless nobody who is picked is suggested any more."""
        move, picks = Move(press.argument), self.picks(press)
        if not picks:
            await press.tell(PICK_FIRST)
            return None
        found, gone = await self.suggested(press, picks)
        if gone is not None:
            return gone
        rules = (await self.services.policies.of(press.clan)).cases
        title, people = title_of(form_title(move), found), people_of(picks, found)
        await press.ask("said", title, people, *form_fields(move, rules), argument=move)
        return None

    @pressed()
    async def said(self, press: Press[S]) -> Next[S, A] | None:
        """Carry out a move with what was filled in, or give the words back."""
        said = await said_in(press, self.services.clock())
        if said is None:
            return None
        return await self.carry_out(press, Move(press.argument), said.why, said.until_at)

    async def carry_out(
        self, press: Press[S], move: Move, why: str = "", end: datetime | None = None
    ) -> Next[S, A] | None:
        """Decide on everybody who is picked, and show what came of it."""
        picks = self.picks(press)
        if not picks:
            await press.tell(PICK_FIRST)
            return None
        decided = await self.decided(press, move, picks, why, end)
        note = decided_words(decided, move, press.interaction.user.id)
        return Next(press.state, note, await self.anew(press, decided[0].read))

    async def decided(
        self,
        press: Press[S],
        move: Move,
        picks: Sequence[Pick],
        why: str = "",
        end: datetime | None = None,
    ) -> tuple[Decided, ...]:
        """Decide, after their accounts were looked at again where that matters."""
        if is_checked(self.kind, move):
            await self._look_again(press, picks)
        days = self.days(press.state)
        actions = [CaseAction(self.kind, each.player_id, move, each.seen, days) for each in picks]
        return await self.services.cases.decide_many(
            press.clan, actions, press.interaction.user.id, why=why, until_at=end
        )

    async def suggested(
        self, press: Press[S], picks: Sequence[Pick]
    ) -> tuple[tuple[Suggestion | Unsuggested, ...], Next[S, A] | None]:
        """Return what is suggested about the picked; where nothing is about any, what is shown."""
        ids = [each.player_id for each in picks]
        found, read = await self.services.review.suggestions(
            press.clan, self.kind, ids, self.days(press.state)
        )
        gone = [each for each in found if isinstance(each, Unsuggested)]
        if len(gone) < len(found):
            return found, None
        note = "\n".join(f"{bold(each.name)}: {escaped(each.words)}" for each in gone)
        return found, Next(press.state, note, await self.anew(press, read))

    async def _look_again(self, press: Press[S], picks: Sequence[Pick]) -> None:
        """Have Wise Old Man look at the picked again first; say so meanwhile, and how it went.

        What was decided on an old snapshot would hit who returned since.
        """
        clan, looking = press.clan, self.services.looking
        accounts = await looking.stale(clan, *(each.player_id for each in picks))
        if not accounts:
            return
        waiting = await press.interaction.followup.send(
            checking_words(accounts), ephemeral=True, wait=True
        )
        looked = await look_again(looking, self.services.cases, clan, accounts)
        # It only tells; a message that cannot be changed any more stops no decision.
        with suppress(discord.HTTPException, *CUT):
            await waiting.edit(content=checked_words(looked))


def people_of(picks: Sequence[Pick], found: Sequence[Suggestion | Unsuggested]) -> Choice:
    """Return the list of a form that says whom it is about; all of them are chosen."""
    options = [
        option(name_in(each), pick.text, is_default=True)
        for pick, each in zip(picks, found, strict=True)
    ]
    return Choice(PEOPLE, "For", options, is_several=True)


def name_in(found: Suggestion | Unsuggested) -> str:
    """Return somebody's name for a form, which shows no markup."""
    return one_line(found.name or "somebody")


def title_of(action: str, found: Sequence[Suggestion | Unsuggested]) -> str:
    """Return the title of a form about one or several people."""
    about = name_in(found[0]) if len(found) == 1 else plural(len(found), "person", "people")
    return f"{action}: {about}"


def revision_of(case: Case | None) -> int:
    """Return the revision that a line shows."""
    return 0 if case is None else case.revision


def moves_of(kind: CaseKind, case: Case | None, now: datetime) -> frozenset[Move]:
    """Return what can be done about somebody, whether or not there is a case already."""
    standing = case or open_case(kind, 0, "", now, policy_version=1)
    return frozenset(possible_moves(standing))


def _usual_days(rules: CasePolicy, move: Move) -> int:
    return {
        Move.NOT_YET: rules.not_yet_days,
        Move.SNOOZE: rules.snooze_days,
        Move.DISMISS: rules.dismissed_days,
    }[move]
