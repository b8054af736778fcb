"""/clanstats status: how the bot is doing, for officers."""

from typing import Any

import discord

from bot.app import ClanBot, Granted
from bot.clan.enforcement import Verdict
from bot.services.ops import FAILED
from storage import authors
from tests.cogs.town import Town, words


async def test_officers_see_how_the_bot_is_doing(town: Town) -> None:
    result = await town.officer.slash(town.general, "clanstats status")
    assert result.ephemeral
    said = words(result.response)
    for line in ("Wise Old Man", "Channels", "Messages", "ClanStats 0.", "MB", "of members linked"):
        assert line in said


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
