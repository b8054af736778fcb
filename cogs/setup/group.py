"""The setup's first line: which WOM group the clan is, by number, address or name.

Whoever sets up says that the group is theirs before anything is stored; then it is read at once.
"""

from dataclasses import replace

import discord

from bot.clan.names import escaped
from bot.clan.wording import plural
from bot.services.game import PollResult
from bot.services.ops import poll_clan
from bot.services.setup import FoundGroup, groups_called
from cogs._replies import Box
from cogs.screens import Acknowledge, Field, Next, Press, Screen, option, pressed
from cogs.setup.state import CONTROLS, SetupFound, SetupNext, SetupState

_CHOICES = 25
_GONE = "That group is gone from Wise Old Man. Choose another."


class GroupScreen(Screen[SetupState, SetupFound]):
    """Finds the group, has it confirmed, joins and reads it."""

    @pressed(acknowledge=Acknowledge.FORM)
    async def group(self, press: Press[SetupState]) -> None:
        """Ask for the group."""
        field = Field(
            "group",
            "Number, address or name",
            "The number is the last part of the address on wiseoldman.net",
            longest=80,
        )
        await press.ask("group_named", "Wise Old Man group", field)

    @pressed()
    async def group_named(self, press: Press[SetupState]) -> SetupNext | None:
        """Show the groups that may be meant."""
        text = press.filled["group"]
        found = await groups_called(self.services.wom, text) if text else ()
        if not found:
            await press.tell(
                f"Wise Old Man knows no group **{escaped(text)}**. Take the number from the end of "
                "the group's address, like `wiseoldman.net/groups/1234`."
            )
            return None
        answer = await self.read(press.interaction, press.state)
        return Next(press.state, answer=replace(answer, groups=found[:_CHOICES]))

    @pressed()
    async def join(self, press: Press[SetupState]) -> SetupNext | None:
        """Join the group that was shown, or picked of several, and read it."""
        (named,) = press.values or (press.argument,)
        found = await groups_called(self.services.wom, named)
        if not found:
            await press.tell(_GONE)
            return None
        return await self._joined(press, found[0])

    async def _joined(self, press: Press[SetupState], group: FoundGroup) -> SetupNext:
        """Join and read a group, saying so before and after."""
        services, clan = self.services, press.clan
        await services.clans.join_group(clan, group.group_id, group.name)
        reading = f"\u23f3 Reading {_named(group)}, with a year of history\u2026"
        await self.redraw(press.interaction, Next(press.state, reading))
        name = f"**{escaped(group.name)}**"
        trace = press.interaction.extras["trace"]
        try:
            clan = await services.clans.found(clan.guild_id, clan.name)
            async with services.upkeep.run("poll", clan.clan_id, trace) as outcome:
                result = await poll_clan(services.poll, services.cases, clan, outcome)
        except BaseException:
            note = f"{name} is joined, but could not be read yet."
            await self.redraw(press.interaction, Next(press.state, note))
            raise
        return Next(press.state, _read_words(name, result))


def ask_group(box: Box, state: SetupState, answer: SetupFound) -> None:
    """Add the question which of the groups that were found is the clan's."""
    if len(answer.groups) > 1:
        options = [
            option(
                each.name, str(each.group_id), f"{_members(each)}, number {each.group_id}".strip()
            )
            for each in answer.groups
        ]
        box.say(f"**{plural(len(options), 'group')}** could be meant: pick yours.")
        box.control(CONTROLS.select("join", state, "Which group is yours?", options))
        return
    (group,) = answer.groups
    joined = answer.clan.wom_group_id
    leaves = (
        "\nThe members of the group that is joined now leave the clan's numbers."
        if joined not in {None, group.group_id}
        else ""
    )
    box.say(f"Is this your group? {_named(group)}, number {group.group_id}.{leaves}")
    success = discord.ButtonStyle.success
    yes = CONTROLS.button("join", state, "Yes, join it", argument=group.group_id, style=success)
    other = CONTROLS.button("group", state, "No, another one", argument="other")
    box.add_item(discord.ui.ActionRow(yes, other))


def _named(group: FoundGroup) -> str:
    return f"**{escaped(group.name)}**, {_members(group)}"


def _members(group: FoundGroup) -> str:
    if group.members is None:
        return "number of members unknown"
    return plural(group.members, "member")


def _read_words(name: str, result: PollResult) -> str:
    if result.doubt is not None:
        return f"{name} is joined, but its roster was not believed: {escaped(result.doubt)}"
    if result.overtaken is not None:
        return f"{name} is joined. This reading was not kept: {result.overtaken}."
    missing = f", {len(result.failed)} of them without numbers" if result.failed else ""
    later = (
        " Wise Old Man does not tell the year before yet; each poll asks again."
        if result.unfilled is not None
        else ""
    )
    return f"{name} is joined: **{plural(result.members, 'member')}** found{missing}.{later}"
