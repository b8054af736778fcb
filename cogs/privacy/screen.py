"""What is kept about somebody in plain words, and the question before it is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import exact, plural
from bot.services.privacy import KeptCase, KeptSummary
from bot.services.setup import Clan
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, when
from cogs.leave import on_day
from cogs.screens import Controls, Press, Rendered, Screen, pressed

_RED = discord.Colour(0xD55E00)
_CASES_SHOWN = 5
_HOLDS_FOR = timedelta(minutes=15)
"""For how long a question may be answered: later, nobody remembers what it asked."""
_GONE = (
    "your counted messages, questions and answers, with every total made of them",
    "the days on which you talked in voice, reacted or used a command",
    "your links, claims and leaves, with their reasons",
    "what the clan chat told of accounts that an officer confirmed as yours",
    "the reasons and numbers noted with decisions about those accounts",
    "every mention of you in what others noted",
    "your Discord id and names",
)
COUNTED_ANEW = (
    "What you write afterwards is counted anew; opting out as well prevents that. A fingerprint of "
    "your id stays, so that no channel's history and no backup brings you back."
)
OPTED_OUT = (
    "You are not counted any more, from now on: neither live nor when history is read, nor that "
    "you talk in voice, react or use a command, nor what "
    "accounts that an officer confirmed as yours say in the clan chat. Those accounts are left out "
    "of leaderboards and top lists; one you only claim or are called like is not.\n"
    "-# To honour this I keep your Discord id and that you opted out. What was counted before "
    "stays until `/privacy forget`. `/privacy opt-in` undoes this."
)
OPTED_IN = "You are counted again, from now on. What you wrote meanwhile stays uncounted."


def kept_box(clan: Clan, kept: KeptSummary) -> Box:
    """Return what is kept about somebody, for how long, and who sees it."""
    box = Box(
        "## What is kept about you", small(f"In {escaped(clan.name)}; every clan keeps its own.")
    )
    box.rule().say(
        "**From Discord**  for each message when, where, whether it asks or replies, "
        "and how it was marked. Never its words.",
        _counts(kept, clan),
    )
    box.say("**Being there**  " + _presence(kept, clan))
    box.say("**Accounts**  " + (_accounts(kept) or "none linked"))
    if kept.events:
        told = plural(kept.events, "event")
        box.say(f"**Clan chat**  {told} such as drops and levels of your accounts")
    if kept.leaves:
        box.say(f"**Leave**  {plural(kept.leaves, 'leave')}; reasons are for you and officers")
    if kept.cases:
        box.say("**Decisions**  of officers about your accounts", *_decisions(kept.cases))
    box.say("**From Wise Old Man**  what the game shows of your accounts, public there as well")
    box.rule().say(
        "**Who sees it**  Everybody on this server may see your numbers, officers see the reports. "
        "Only whoever runs the bot can read the database.",
        f"**For how long**  {_how_long(clan)}",
        f"**Counting**  {_counting(kept)}",
    )
    return box.say(
        small("`/privacy export` gives you all of it", "`/privacy forget` deletes it"),
        small("`/privacy opt-out` stops counting"),
    )


def _counts(kept: KeptSummary, clan: Clan) -> str:
    if not kept.messages and not kept.answers:
        return "Nothing of yours is counted."
    counts = (
        plural(kept.messages, "message"),
        plural(kept.questions, "question"),
        f"{exact(kept.answers)} answered for others",
    )
    since = f", since {on_day(kept.since_on, clan.zone)}" if kept.since_on else ""
    return " \N{MIDDLE DOT} ".join(counts) + since


def _presence(kept: KeptSummary, clan: Clan) -> str:
    """Return what is kept of somebody who was there without writing."""
    if not clan.keeps_presence:
        return "nothing: this clan keeps no days in voice, with reactions or commands"
    what = "the days on which you talk in voice, react or use a command, and minutes in voice"
    if not kept.present_days:
        return f"{what}: none yet"
    days, minutes = plural(kept.present_days, "day"), plural(kept.voice_minutes, "minute")
    return f"{what}: {days}, {minutes} in voice"


def _accounts(kept: KeptSummary) -> str:
    names = [f"{escaped(each)}" for each in kept.confirmed]
    names += [f"{escaped(each)} (claimed)" for each in kept.claimed]
    return ", ".join(names)


def _decisions(cases: Sequence[KeptCase]) -> list[str]:
    """Return the newest of what was decided, and how many more the export has."""
    more = len(cases) - _CASES_SHOWN
    lines = [_case(each) for each in reversed(cases[-_CASES_SHOWN:])]
    return [*lines, small(f"and {more} more in the export")] if more > 0 else lines


def _case(case: KeptCase) -> str:
    since = f"since {when(case.since_at, 'D')}"
    until = "" if case.until_at is None else f", until {when(case.until_at, 'D')}"
    return f"{escaped(case.player)}, {case.kind}: {case.state} {since}{until}"


def _how_long(clan: Clan) -> str:
    days = clan.forget_after_days
    left = (
        f"{plural(days, 'day')} after you leave this server it is deleted by itself"
        if days
        else "until you have it deleted, also when you leave this server"
    )
    return f"{left[:1].upper()}{left[1:]}. Backups keep it for up to half a year longer."


def _counting(kept: KeptSummary) -> str:
    if kept.opted_out_at is None:
        return "You are counted."
    return (
        f"You opted out {when(kept.opted_out_at)}: nothing is counted. Your Discord id and that "
        "wish are kept to honour it."
    )


def retention_words(days: int) -> str:
    """Return for how long people who left are kept from now on."""
    if not days:
        return "People who leave this server are kept until they have themselves forgotten."
    return (
        f"People who leave this server are forgotten {plural(days, 'day')} later, once a day. "
        "Who comes back before is kept."
    )


def forgotten_words(messages: int, *, opted_out: bool) -> str:
    """Return what was deleted, and what happens from now on."""
    now_on = (
        "Only your Discord id, its fingerprint and your wish not to be counted are kept."
        if opted_out
        else COUNTED_ANEW
    )
    told = f"Everything about you is deleted: {plural(messages, 'message')} and all else."
    return f"{told}\n{small(now_on)}"


@dataclass(frozen=True, slots=True)
class ForgetState:
    """Who was asked."""

    user_id: int = 0


_CONTROLS = Controls("privacy", ForgetState)


class ForgetScreen(Screen[ForgetState, bool]):
    """Asks before everything is deleted; the answer holds for a quarter of an hour."""

    controls = _CONTROLS
    permission = Permission.SEE_OWN

    async def read(self, interaction: Interaction, _state: ForgetState) -> bool:
        """Return whether whoever asks has opted out already."""
        return await self.services.privacy.is_opted_out(clan_of(interaction), interaction.user.id)

    def render(self, state: ForgetState, answer: bool, _note: str = "") -> Rendered:  # noqa: FBT001 - what was read
        """Return what would be deleted, and the answers."""
        box = Box("## Delete everything about you?", colour=_RED)
        box.say("This deletes in this clan:", *(f"- {each}" for each in _GONE))
        box.say(
            "What the clan's roster shows from Wise Old Man stays. It cannot be undone.",
            *(() if answer else (small(COUNTED_ANEW),)),
        )
        answers = {"forget": "Delete"} | ({} if answer else {"stop": "Delete and opt out"})
        return Rendered(box.add_item(_CONTROLS.confirm(state, answers, "Keep everything")))

    @pressed()
    async def forget(self, press: Press[ForgetState]) -> None:
        """Delete everything about whoever was asked."""
        if await _is_theirs(press):
            await self._forget(press)

    @pressed()
    async def stop(self, press: Press[ForgetState]) -> None:
        """Count whoever was asked no more, and delete everything about them."""
        if await _is_theirs(press):
            await self.services.privacy.opt_out(press.clan, press.interaction.user.id)
            await self._forget(press)

    @pressed()
    async def no(self, press: Press[ForgetState]) -> None:
        """Change nothing."""
        await press.close("Nothing was changed.")

    async def _forget(self, press: Press[ForgetState]) -> None:
        privacy, who = self.services.privacy, press.interaction.user.id
        done = await privacy.forget(press.clan, who, press.interaction.created_at)
        opted_out = await privacy.is_opted_out(press.clan, who)
        await press.close(forgotten_words(done.messages, opted_out=opted_out))


async def _is_theirs(press: Press[ForgetState]) -> bool:
    """Return whether whoever pressed was asked, and lately; if not, they are told."""
    interaction, message = press.interaction, press.interaction.message
    if press.state.user_id != interaction.user.id:
        await press.tell("Only the one who was asked can answer this.")
    elif message is None or interaction.created_at - message.created_at > _HOLDS_FOR:
        await press.tell("This question is too old: use `/privacy forget` again.")
    else:
        return True
    return False
