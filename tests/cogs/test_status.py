"""/clanstats status: how the bot is doing, for officers."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import httpx
from simcord.results import ResponseMessage

from bot.app import ClanBot, Granted
from bot.clan.enforcement import Verdict
from bot.clan.watching import Memory
from bot.services.ops import FAILED, REFUSED, Archive, poll_clan
from bot.watchdog import remember
from cogs.report.status import status_box
from storage import authors
from storage.archiving import Moved
from tests.cogs.deciding import has, press, refusal_of, second_leader, take_roles
from tests.cogs.town import START, Town, words


async def test_officers_see_how_the_bot_is_doing(town: Town) -> None:
    result = await town.officer.slash(town.general, "clanstats status")
    assert result.ephemeral
    said = words(result.response)
    for line in ("Wise Old Man", "Channels", "Messages", "ClanStats 0.", "MB", "of members linked"):
        assert line in said


async def test_status_says_what_the_data_takes_and_whether_the_watchdog_looks(town: Town) -> None:
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert re.search(r"\*\*Disk\*\*  database \d+\.\d MB; \d+\.\d [GM]B free", said)
    assert "**Watchdog**  not running" in said
    assert await town.services.archive.move() == Moved()
    archive = Archive(town.services.upkeep._database, town.services.clock, timedelta(days=10))
    assert (await archive.move()).messages > 0
    path = town.services.upkeep._database.path
    assert path is not None
    remember(path.with_name("clan.db.watchdog"), Memory(looked_at=START - timedelta(hours=2)))
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert re.search(r"archive \d+\.\d MB, with what is older than <t:\d+:D>; ", said)
    looked_at = int((START - timedelta(hours=2)).timestamp())
    assert f"**Watchdog**  looked <t:{looked_at}:R>" in said


async def test_people_are_counted_by_verdict_with_what_the_words_mean(town: Town) -> None:
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    (line,) = (each for each in said.splitlines() if each.startswith("**People**"))
    counts = (await town.services.upkeep.status(await town.clan())).verdicts
    assert line == "**People**  " + " · ".join(f"{counts[each]} {each}" for each in Verdict)
    assert "Silent: in the clan for 30 days" in said
    assert "enough game and Discord data" in said
    assert "Quiet: not seen for over 50% of that limit" in said


async def test_a_run_that_failed_is_named_with_a_remedy(town: Town) -> None:
    clan = await town.clan()
    async with town.services.upkeep.run("poll", clan.clan_id, "abc12345") as outcome:
        outcome.outcome, outcome.detail = FAILED, {"words": "out of *cabbage*"}
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "Reading Wise Old Man" in said
    assert "out of \\*cabbage\\*" in said
    assert "abc12345" in said


async def test_a_new_server_is_told_what_is_missing(bare_town: Town) -> None:
    said = words((await bare_town.officer.slash(bare_town.general, "clanstats status")).response)
    assert "not read yet" in said
    assert "**People**" not in said
    assert "/clanstats setup" in said


async def test_an_unreadable_channel_is_named(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(view_channel=False)
    sees = discord.PermissionOverwrite(view_channel=True, send_messages=True)
    overwrites: dict[Any, discord.PermissionOverwrite] = {
        town.guild.default_role: nothing,
        town.member: sees,
    }
    town.guild.create_text_channel("secret", overwrites=overwrites)
    await town.restart()
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "1 unreadable" in said
    assert "#secret" in said


async def test_without_the_members_intent_only_what_needs_it_is_off(town: Town) -> None:
    await town.env.restart_bot(ClanBot(town.services, granted=Granted(words=True, members=False)))
    await town.env.settle()
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "Discord does not tell the bot who is on the server" in said
    assert "witch on Server Members Intent in Discord's developer portal" in said
    assert "questions are not noticed" not in said
    asked = await town.member.send(town.general, "how do I get to Zulrah?")
    assert asked
    await town.services.intake.flush()
    async with town.services.upkeep._database.reading() as connection:
        found = await authors.writers(connection, (await town.clan()).clan_id)
    (wrote,) = [each for each in found if each.name == "member"]
    assert (wrote.messages, wrote.questions) == (1, 1)


async def half_gone(town: Town) -> ResponseMessage:
    """Have half of the clan vanish from Wise Old Man's list; return what leadership sees then."""
    clan = await town.clan()
    path = f"/groups/{clan.wom_group_id}"
    group = town.wom(httpx.Request("GET", f"https://wom.example/v2{path}")).json()
    group["memberships"] = group["memberships"][::2]
    town.wom.instead[path] = json.dumps(group).encode()
    async with town.services.upkeep.run("poll", clan.clan_id, "trace") as outcome:
        await poll_clan(town.services.poll, town.services.cases, clan, outcome)
    assert outcome.outcome == REFUSED
    shown = (await town.leader.slash(town.general, "clanstats status")).response
    assert shown is not None
    return shown


async def members(town: Town) -> int:
    return (await town.services.upkeep.status(await town.clan())).members


async def test_leadership_takes_over_a_list_that_looks_wrong_and_is_right(town: Town) -> None:
    before = await members(town)
    shown = await half_gone(town)
    assert "leadership takes it over" in words(shown)
    await town.restart()
    await press(town, shown, "status:sure")
    assert "Are you sure?" in words(shown)
    assert await members(town) == before
    await press(town, shown, "status:no")
    assert "Are you sure?" not in words(shown)
    await press(town, shown, "status:sure")
    await press(town, shown, "status:believed")
    after = await members(town)
    assert f"Taken over: **{after} members**." in words(shown)
    assert after < before
    assert not has(shown, "status:sure")


async def test_only_who_manages_is_offered_the_list_and_asked_again_at_each_press(
    town: Town,
) -> None:
    before = await members(town)
    await half_gone(town)
    theirs = (await town.officer.slash(town.general, "clanstats status")).response
    assert theirs is not None
    assert "leadership takes it over" in words(theirs)
    assert not has(theirs, "status:sure")
    second = await second_leader(town)
    officers = replace(
        (await town.clan()).permissions, discord_officers=frozenset({town.leadership_role.id})
    )
    shown = (await second.slash(town.general, "clanstats status")).response
    assert shown is not None
    await press(town, shown, "status:sure", second)
    await town.services.clans.set_permissions(
        await town.clan(), replace(officers, discord_leadership=frozenset())
    )
    said = refusal_of(await press(town, shown, "status:believed", second))
    assert "Only the clan's leadership may" in said
    await take_roles(town)
    assert "may" in refusal_of(await press(town, shown, "status:believed", second))
    assert await members(town) == before


async def test_of_a_database_on_a_server_the_status_says_who_backs_it_up(town: Town) -> None:
    status = await town.services.upkeep.status(await town.clan())
    box = status_box(
        "Clan", replace(status, disk=replace(status.disk, database_bytes=None)), "", []
    )
    said = json.dumps(box.to_component_dict())
    assert "on a PostgreSQL server: back it up there, with `pg_dump`" in said
    assert "**Disk**" not in said
