"""Who talks in voice, reacts or uses a command is seen on Discord as it happens."""

from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from storage import blind_spots, presence
from storage.presence import PresenceRow
from tests.cogs.deciding import press
from tests.cogs.test_intake import away
from tests.cogs.town import Town, words

Overwrites = dict[Any, discord.PermissionOverwrite]
NOTHING = discord.PermissionOverwrite(view_channel=False)
WRITES = discord.PermissionOverwrite(view_channel=True)


async def seen(town: Town) -> dict[int, tuple[int, int]]:
    """Return (days, seconds in voice) of everybody who was there, by user."""
    await town.env.settle()
    await town.services.presence.flush(is_last=True)
    today = town.env.now().date()
    async with town.services.upkeep._database.reading() as connection:
        clan = await town.clan()
        found = await presence.since(connection, clan.clan_id, today, today, [today])
    return {who: in_short(each) for who, each in found.items()}


def in_short(each: PresenceRow) -> tuple[int, int]:
    (inside,) = each.stretches
    return inside.days, inside.voice_seconds


async def test_a_reaction_and_a_command_are_signs_of_life_but_not_a_bots(bare_town: Town) -> None:
    town = bare_town
    message = await town.owner.send(town.general, "bingo on sunday")
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.react(message, "\N{THUMBS UP SIGN}")
    assert await seen(town) == {}
    await town.member.react(message, "\N{THUMBS UP SIGN}")
    await town.guest.slash(town.general, "privacy show")
    assert await seen(town) == {town.member.id: (1, 0), town.guest.id: (1, 0)}


async def test_time_in_voice_counts_while_somebody_else_is_there(bare_town: Town) -> None:
    town = bare_town
    hall = town.guild.create_voice_channel("hall")
    await town.member.join_voice(hall)
    await town.env.advance_time(100)
    await town.guest.join_voice(hall)
    await town.env.advance_time(60)
    await town.guest.set_voice(self_deaf=True)
    await town.env.advance_time(30)
    await town.guest.leave_voice()
    await town.env.advance_time(500)
    assert await seen(town) == {town.member.id: (1, 90), town.guest.id: (1, 60)}


async def test_who_sits_in_voice_at_the_start_counts_from_then(bare_town: Town) -> None:
    town = bare_town
    hall = town.guild.create_voice_channel("hall")
    await town.member.join_voice(hall)
    await town.guest.join_voice(hall)
    await town.env.advance_time(60)
    assert {each for _, each in (await seen(town)).values()} == {60}
    await away(town)
    await town.env.advance_time(600)
    await town.restart()
    await town.env.advance_time(60)
    assert {each for _, each in (await seen(town)).values()} == {120}


async def test_setup_says_that_it_is_kept_and_switches_it_off(bare_town: Town) -> None:
    town = bare_town
    message = await town.owner.send(town.general, "bingo on sunday")
    await town.member.react(message, "\N{THUMBS UP SIGN}")
    assert await seen(town) == {town.member.id: (1, 0)}
    shown = words((await town.member.slash(town.general, "privacy show")).response)
    assert "react or use a command, and minutes in voice: 1 day, 0 minutes in voice" in shown
    answer = (await town.owner.slash(town.general, "clanstats setup")).response
    assert "minutes in voice, and that they reacted or used a command" in words(answer)
    assert answer is not None
    await press(town, answer, "setup:sure:stop_presence", town.owner)
    assert "cannot be brought back. Are you sure?" in words(answer)
    await press(town, answer, "setup:no", town.owner)
    assert town.member.id in await seen(town)
    await press(town, answer, "setup:sure:stop_presence", town.owner)
    await press(town, answer, "setup:stop_presence", town.owner)
    assert "nothing of it is kept" in words(answer)
    await town.member.react(message, "\N{EYES}")
    assert await seen(town) == {}
    shown = words((await town.member.slash(town.general, "privacy show")).response)
    assert "this clan keeps no days in voice, with reactions or commands" in shown
    await press(town, answer, "setup:keep_presence", town.owner)
    assert "minutes in voice, and that they reacted or used a command" in words(answer)


async def hidden(town: Town) -> dict[str, frozenset[int] | None]:
    await town.env.settle()
    async with town.services.upkeep._database.reading() as connection:
        found = await blind_spots.hidden_channels(connection, (await town.clan()).clan_id)
    return {each.name: each.viewers for each in found}


def shut(town: Town, name: str, *writers: MemberActor, everybody: bool = False) -> ChannelHandle:
    """Return a channel that the bot does not see, and that some, or everybody, can write in."""
    me = town.guild.me
    assert me is not None
    rules: Overwrites = {me: NOTHING}
    if not everybody:
        rules[town.guild.default_role] = NOTHING
    for writer in writers:
        rules[writer] = WRITES
    return town.guild.create_text_channel(name, overwrites=rules)


async def test_a_role_of_members_makes_a_channel_theirs_one_that_keeps_order_or_only_reads_does_not(
    bare_town: Town,
) -> None:
    town = bare_town
    guild, me = town.guild, town.guild.me
    clan = guild.create_role("Clan")
    order = guild.create_role("Order", permissions=discord.Permissions(kick_members=True))
    raider = guild.add_member(town.env.create_user("raider"), roles=[clan])
    marshal = guild.add_member(town.env.create_user("marshal"), roles=[order, town.officer_role])
    quiet = discord.PermissionOverwrite(send_messages=False)
    channels: dict[str, Overwrites] = {
        "clan-only": {guild.default_role: NOTHING, clan: WRITES, order: WRITES},
        "order": {guild.default_role: NOTHING, order: WRITES, town.officer_role: WRITES},
        "rules": {guild.default_role: quiet},
    }
    for name, rules in channels.items():
        guild.create_text_channel(name, overwrites=rules | {me: NOTHING})
    await town.restart()
    assert await hidden(town) == {"clan-only": frozenset({raider.id, marshal.id, town.owner.id})}


async def test_only_of_channels_that_ordinary_members_write_in_is_anything_missed(
    bare_town: Town,
) -> None:
    town = bare_town
    shut(town, "officers", town.officer, town.leader)
    shut(town, "raiders", town.member, town.officer)
    shut(town, "lounge", everybody=True)
    await town.restart()
    viewers = await hidden(town)
    assert viewers.keys() == {"raiders", "lounge"}
    assert viewers["lounge"] is None
    raiders = viewers["raiders"]
    assert raiders is not None
    assert raiders >= {town.member.id, town.officer.id}
    assert town.guest.id not in raiders
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    lacks = "View Channel and Read Message History are missing"
    assert f"Members write in #lounge ({lacks}), #raiders ({lacks}), which the bot" in said
    assert "or leave it out in /clanstats setup" in said
    assert "#officers" not in said
