"""Clans: found by their server, and what they decide for themselves."""

from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.clan.policy import DEFAULT_POLICY
from bot.clan.ranks import Authority, Caller, Permissions
from bot.clan.shards import Shards
from bot.services.chat import ChannelInfo, Intake, UnknownZone, Zones
from bot.services.setup import Clan, Clans, Only, ladder_of
from storage import clans
from storage.engine import Database
from storage.links import StoredState
from tests.bot.services.contents import one
from tests.bot.services.talk import MINUTE, heard, kept, told
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW, Place


async def test_a_clan_is_founded_once(known_clans: Clans) -> None:
    first = await known_clans.found(7, "Iron Cabbage")
    again = await known_clans.found(7, "Another Name")
    assert again == first
    assert (first.created_at, first.zone, first.wom_group_id) == (NOW, ZoneInfo("UTC"), None)
    assert await known_clans.of_guild(7) == first
    assert await known_clans.of_guild(8) is None
    other = await known_clans.found(8, "Other")
    assert await known_clans.every() == (first, other)


async def again(known_clans: Clans, clan: Clan) -> Clan:
    found = await known_clans.of_guild(clan.guild_id)
    assert found is not None
    return found


async def test_a_zone_is_kept_and_an_unknown_one_refused_in_words(
    database: Database, known_clans: Clans, clan: Clan
) -> None:
    zones = Zones(database)
    await zones.set_zone(clan, "Asia/Kolkata")
    assert (await again(known_clans, clan)).zone == ZoneInfo("Asia/Kolkata")
    for nonsense in ("Europe/Lundon", "", "../etc/passwd", "Europe", "+02:00"):
        with pytest.raises(UnknownZone, match="Europe/London"):
            await zones.set_zone(clan, nonsense)
    assert (await again(known_clans, clan)).zone == ZoneInfo("Asia/Kolkata")


async def test_gates_are_kept_and_make_the_ladder(known_clans: Clans, clan: Clan) -> None:
    permissions = Permissions(
        tier_1=("owner", "king"), discord_officers=frozenset({5}), kick=Authority.OFFICER
    )
    await known_clans.set_permissions(clan, permissions)
    found = await again(known_clans, clan)
    assert found.permissions == permissions
    assert ladder_of(found, DEFAULT_POLICY)[:2] == ("owner", "king")


async def test_roles_that_are_picked_take_nothing_back_that_was_changed_meanwhile(
    known_clans: Clans, clan: Clan
) -> None:
    await known_clans.set_permissions(clan, Permissions(kick=Authority.LEADERSHIP))
    await known_clans.set_discord_roles(clan, discord_officers=frozenset({5}))
    await known_clans.set_discord_roles(clan, discord_leadership=frozenset({6}))
    assert (await again(known_clans, clan)).permissions == Permissions(
        kick=Authority.LEADERSHIP,
        discord_officers=frozenset({5}),
        discord_leadership=frozenset({6}),
    )


async def test_the_same_group_again_keeps_its_members(village: Village) -> None:
    await village.known_clans.join_group(village.clan, 77, "Named")
    await village.settled({1: "One"})
    await village.changed(history_from=NOW, details_etag='"x"')
    await village.known_clans.join_group(village.clan, 77, "Named")
    place = village.database.url
    assert one(place, "SELECT left_at FROM memberships") is None
    assert one(place, "SELECT history_from FROM clans") is not None
    assert one(place, "SELECT details_etag FROM clans") is None
    await village.known_clans.join_group(village.clan, 78, "Other")
    assert one(place, "SELECT left_at FROM memberships") is not None
    assert one(place, "SELECT history_from FROM clans") is None


async def test_only_confirmed_accounts_that_are_present_give_a_caller_roles(
    village: Village,
) -> None:
    await village.settled({1: "One"}, role="owner")
    await village.settled({2: "Two"}, role="zenyte")
    await village.settled({3: "Three"}, role="dragonstone", left_at=NOW)
    for player_id in (1, 3):
        await village.linked(player_id, 11)
    await village.linked(2, 11, state=StoredState.CLAIMED)
    caller = await village.known_clans.caller(
        village.clan, 11, frozenset({5}), owner=False, manager=True
    )
    roles = frozenset({"owner"})
    assert caller == Caller(False, True, frozenset({5}), roles, ranks_count=False)  # noqa: FBT003 - as the table has it
    other = await village.known_clans.found(2, "Other")
    elsewhere = await village.known_clans.caller(other, 11, frozenset(), owner=False, manager=False)
    assert elsewhere == Caller(ranks_count=False)


async def test_a_new_zone_moves_what_was_written_into_its_days(
    village: Village, place: Place
) -> None:
    other = await village.known_clans.found(2, "Other")
    elsewhere = Village(village.database, village.known_clans, village.clock, other)
    elsewhere.numbers = count(1_000)
    theirs = await elsewhere.wrote(
        1, NOW, NOW - DAY, channel_info=ChannelInfo(900, "general", "text")
    )
    messages = [heard(n, 1 + n % 2, NOW - n * 5 * MINUTE, asks=not n % 3) for n in range(300)]
    intake = Intake(village.database, village.known_clans, village.clock)
    await intake.store(village.clan, messages[:200])
    await Zones(village.database).set_zone(village.clan, "Asia/Kolkata")
    assert kept(place) == told(messages[:200], ZoneInfo("Asia/Kolkata"))
    await intake.store(village.clan, messages[200:])  # with the clan as it was before
    assert kept(place) == told(messages, ZoneInfo("Asia/Kolkata"))
    assert kept(place, other.clan_id) == told(theirs, ZoneInfo("UTC"))


async def test_the_group_of_the_settings_is_the_server_s_and_its_phantom_is_merged(
    village: Village,
) -> None:
    known = village.known_clans
    lone = await known.found(0, "Group 139")
    assert (await known.adopt(lone, 139)).wom_group_id == 139
    phantom = Village(village.database, known, village.clock, lone)
    await phantom.settled({1: "One", 2: "Two"})
    assert [each.guild_id for each in await known.every()] == [village.clan.guild_id]
    ours = await known.adopt(village.clan, 139)
    assert (ours.guild_id, ours.wom_group_id) == (village.clan.guild_id, 139)
    assert await known.known() == (ours,)
    place = village.database.url
    assert one(place, "SELECT count(*) FROM memberships WHERE left_at IS NULL") == 2
    assert await known.adopt(ours, 139) == ours


async def test_a_group_that_was_chosen_stays_and_takes_nothing_of_another(village: Village) -> None:
    known = village.known_clans
    await known.adopt(await known.found(0, "Group 139"), 139)
    await known.join_group(village.clan, 77, "Chosen")
    assert (await known.adopt(village.clan, 139)).wom_group_id == 77
    # What is nobody's is not served any more: no poll of it ever happens.
    assert [each.wom_group_id for each in await known.every()] == [77]
    assert len(await known.known()) == 2


async def test_a_clan_whose_server_the_bot_left_is_served_again_when_it_is_back(
    village: Village,
) -> None:
    known, clan = village.known_clans, village.clan
    await known.leave(clan.guild_id)
    assert await known.every() == ()
    assert [each.removed_at for each in await known.known()] == [NOW]
    await known.be_in({55: "Elsewhere"})
    assert [each.removed_at for each in await known.known()] == [NOW, None]
    await known.be_in({clan.guild_id: clan.name})
    assert [each.removed_at for each in await known.known()] == [None, NOW]
    assert [each.guild_id for each in await known.every()] == [clan.guild_id]


async def test_of_servers_on_other_shards_a_process_notes_nothing(village: Village) -> None:
    known, (even, odd) = village.known_clans, (Shards(2, (0,)), Shards(2, (1,)))
    servers = {number << 22: f"Clan {number}" for number in range(2, 6)}
    await known.be_in(servers)
    await known.be_in({2 << 22: "Clan 2"}, even)
    there = {2 << 22, 3 << 22, 5 << 22}
    assert {each.guild_id for each in await known.every()} == there
    await known.be_in({}, odd)
    assert {each.guild_id for each in await known.every()} == {2 << 22}
    async with village.database.reading() as connection:
        found = await clans.on_shards(connection, 2, (0,))
        assert set(found.values()) == {2 << 22}
        assert await clans.on_shards(connection, 2, (1,)) == {}


async def test_a_server_that_discord_shows_again_is_served_however_that_is_told(
    village: Village,
) -> None:
    known, clan = village.known_clans, village.clan
    await known.leave(clan.guild_id)
    assert clan.guild_id not in {each.guild_id for each in await known.every()}
    assert (await known.found(clan.guild_id, clan.name)).removed_at is None
    assert clan.guild_id in {each.guild_id for each in await known.every()}


async def test_clans_are_found_by_what_is_to_be_done_for_them(
    database: Database, known_clans: Clans
) -> None:
    async with database.writing() as connection:
        await clans.be_in(connection, {n: f"Clan {n}" for n in range(21, 26)}, NOW)
        ids = {row.guild_id: row.clan_id for row in await clans.every(connection)}
        await clans.change(connection, ids[21], wom_group_id=7, polled_at=NOW)
        await clans.change(connection, ids[22], greeted_at=NOW)
        await clans.change(connection, ids[23], wom_group_id=8, forget_after_days=3)
        await clans.leave(connection, 23, NOW)
        await clans.leave(connection, 24, NOW + DAY)
    assert {24, 25} <= await known_clans.ungreeted()
    assert not {21, 22} & await known_clans.ungreeted()
    assert [await known_clans.is_served(group_id) for group_id in (7, 8, 9)] == [True, False, False]
    assert [clan.guild_id for clan in await known_clans.removed_before(NOW)] == [23]

    async def of(only: Only) -> set[int]:
        return {clan.guild_id async for clan in known_clans.each(only=only)} & {*ids}

    assert {21, 22, 25} <= await of(Only.ALL)
    assert await of(Only.WITH_GROUP) & {21, 22, 23} == {21}
    assert await of(Only.POLLED) & {21, 22} == {21}
    assert not await of(Only.FORGETTING) & {21, 22, 23}
    found = await known_clans.of_guilds(range(1, 5_000))
    assert {21, 22, 23, 24, 25} <= found.keys()
