"""/clanstats setup: a checklist whose every control asks the gate again."""

from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.app import ClanBot, Granted
from tests.cogs.town import Town, newest, words
from tests.wom.recorded import recorded

CROSS, TICK, WARNING = "\u274c", "\u2705", "\u26a0\ufe0f"


async def opened(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    result = await (who or town.leader).slash(town.general, "clanstats setup")
    assert result.response is not None
    assert result.ephemeral
    return result.response


async def sent(town: Town, panel: ResponseMessage, form: str, text: str) -> InteractionResult:
    """Open a form from the panel and send it with a text."""
    shown = await town.leader.click(panel, custom_id=f"setup:{form}")
    (field,) = fields(shown)
    return await town.leader.submit_modal(shown, {field["custom_id"]: text})


def fields(shown: InteractionResult) -> list[dict[str, Any]]:
    assert shown.modal is not None
    return [each for each in walk_components(shown.modal["components"]) if each["type"] == 4]


async def test_a_new_server_is_shown_what_is_missing(bare_town: Town) -> None:
    said = words(await opened(bare_town))
    assert f"{CROSS} **Wise Old Man group**  none yet" in said
    assert f"{WARNING} **Report channel**" in said
    assert f"{TICK} **Questions**" in said


@pytest.mark.parametrize(
    "text", ["7404", "https://wiseoldman.net/groups/7404/members", "amber lanterns"]
)
async def test_a_group_is_found_by_number_address_or_name_and_read(
    bare_town: Town, text: str
) -> None:
    town = bare_town
    panel = await opened(town)
    await sent(town, panel, "group", text)
    assert "**Amber Lanterns** is joined: **30 members** found" in words(panel)
    clan = await town.clan()
    assert clan.wom_group_id == town.world.group_id
    assert clan.polled_at == town.env.now()
    ran = (await town.services.upkeep.status(clan)).runs["poll"]
    assert (ran.outcome, ran.detail["members"]) == ("done", 30)
    report = await town.leader.slash(town.general, "clanstats report")
    assert "Clan report" in words(report.response)


async def test_an_unknown_group_changes_nothing(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    for text in ("99", "no **such** @everyone", "0", "   "):
        result = await sent(town, panel, "group", text)
        (told,) = result.followups
        assert told.ephemeral
        assert "knows no group" in words(told)
        assert "@everyone" not in words(told)
    assert (await town.clan()).wom_group_id is None


async def test_of_several_groups_one_is_picked(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.instead["/groups"] = recorded("groups-search-name").body
    await sent(town, panel, "group", "a")
    assert "could be meant" in words(panel)
    (pick,) = [each for each in walk_components(panel.components) if each["type"] == 3]
    assert pick["custom_id"] == "setup:pick"
    first = pick["options"][0]["value"]
    town.wom.shut.add(f"/groups/{first}")
    await town.leader.select(panel, [first], custom_id="setup:pick")
    assert len(town.env.errors) == 1
    town.wom.shut.clear()
    gone = await town.leader.select(panel, [first], custom_id="setup:pick")
    assert "is gone" in words(gone.followups[0])
    assert (await town.clan()).wom_group_id is None


async def test_when_wom_is_down_nothing_is_joined_and_the_panel_still_works(
    bare_town: Town,
) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.shut.add("/groups/7404")
    result = await sent(town, panel, "group", "7404")
    assert "Wise Old Man refused this" in words(result.followups[0])
    assert "Reference" in words(result.followups[0])
    assert len(town.env.errors) == 1
    assert (await town.clan()).wom_group_id is None
    town.wom.shut.clear()
    await sent(town, panel, "group", "7404")
    assert (await town.clan()).wom_group_id == town.world.group_id


async def test_when_the_first_reading_fails_the_group_stays_and_both_are_told(
    bare_town: Town,
) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.shut.add("/groups/7404/bulk-hiscores")
    result = await sent(town, panel, "group", "7404")
    assert "could not be read yet" in words(panel)
    assert "Wise Old Man refused this" in words(result.followups[0])
    assert len(town.env.errors) == 1
    assert (await town.clan()).wom_group_id == town.world.group_id


async def test_while_the_history_cannot_be_read_the_clan_is_set_up_all_the_same(
    bare_town: Town,
) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.shut.add("/groups/7404/bulk-gained")
    await sent(town, panel, "group", "7404")
    assert "Wise Old Man does not tell the year before yet; each poll asks again." in words(panel)
    ran = (await town.services.upkeep.status(await town.clan())).runs["poll"]
    assert (ran.outcome, ran.detail["members"]) == ("done", 30)
    assert ran.detail["history"].startswith("Wise Old Man refused this")


async def test_a_time_zone_is_checked_before_it_is_set(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    wrong = await sent(town, panel, "zone", "Lumbridge/Castle")
    assert "**Lumbridge/Castle** is not the time zone of a place" in words(wrong.followups[0])
    assert "`America/New_York` or `UTC`" in words(wrong.followups[0])
    for text, meant in (("new york", "America/New_York"), ("EST", "America/New_York")):
        wrong = await sent(town, panel, "zone", text)
        assert f"Write `{meant}`, if that is meant." in words(wrong.followups[0])
    assert (await town.clan()).zone.key == "UTC"
    await sent(town, panel, "zone", "Europe/Berlin")
    assert (await town.clan()).zone.key == "Europe/Berlin"
    assert "Europe/Berlin" in words(panel)


async def test_picked_roles_decide_who_is_an_officer(bare_town: Town) -> None:
    town = bare_town
    helper = town.guild.create_role("Helper =1+1")
    panel = await opened(town)
    await town.leader.select(panel, [helper], custom_id="setup:officers")
    await town.leader.select(panel, [], custom_id="setup:leadership")
    permissions = (await town.clan()).permissions
    assert permissions.discord_officers == {helper.id}
    assert permissions.discord_leadership == frozenset()
    refused = await town.officer.slash(town.general, "clanstats status")
    assert "Only officers" in words(refused.response)


async def test_a_role_that_everybody_has_is_refused(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    before = (await town.clan()).permissions
    result = await town.leader.select(panel, [town.guild.default_role], custom_id="setup:officers")
    assert "would let everybody in" in words(newest(result))
    assert (await town.clan()).permissions == before


async def test_channels_that_are_left_out_do_not_count(bare_town: Town) -> None:
    town = bare_town
    spam = town.guild.create_text_channel("bot-spam")
    panel = await opened(town)
    await town.leader.select(panel, [spam], custom_id="setup:left-out")
    assert "1 of 2 channels counted, not #bot-spam" in words(panel)
    await town.member.send(spam, "!roll")
    await town.member.send(town.general, "hello")
    await town.services.intake.flush()
    status = await town.services.upkeep.status(await town.clan())
    assert status.messages == 1
    await town.leader.select(panel, [], custom_id="setup:left-out")
    assert "2 of 2 channels counted" in words(panel)


async def test_an_unreadable_channel_is_named_with_how_to_fix_it(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(read_message_history=False)
    town.guild.create_text_channel("old_hall", overwrites={town.guild.default_role: nothing})
    said = words(await opened(town))
    assert "#old\\_hall cannot be read" in said
    assert "Read Message History" in said


async def test_the_report_channel_is_kept(bare_town: Town) -> None:
    town = bare_town
    notices = town.guild.create_text_channel("notices")
    panel = await opened(town)
    await town.leader.select(panel, [notices], custom_id="setup:report-channel")
    assert (await town.clan()).report_channel_id == notices.id
    assert f"{TICK} **Report channel**" in words(panel)
    await town.leader.select(panel, [], custom_id="setup:report-channel")
    assert (await town.clan()).report_channel_id is None


async def test_every_control_asks_the_gate_again(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    zone = await town.leader.click(panel, custom_id="setup:zone")
    (field,) = fields(zone)
    member = town.env.backend.get_guild(town.guild.id).members[town.leader.id]
    member.role_ids.clear()
    for pressed in (
        await town.leader.click(panel, custom_id="setup:group"),
        await town.leader.click(panel, custom_id="setup:zone"),
        await town.leader.select(panel, [], custom_id="setup:officers"),
        await town.leader.select(panel, [], custom_id="setup:leadership"),
        await town.leader.select(panel, [], custom_id="setup:left-out"),
        await town.leader.select(panel, [], custom_id="setup:report-channel"),
        await town.leader.submit_modal(zone, {field["custom_id"]: "Europe/Berlin"}),
    ):
        assert pressed.modal is None
        assert "Manage Server" in words(newest(pressed))
    clan = await town.clan()
    assert clan.permissions.discord_officers == {town.officer_role.id}
    assert clan.zone.key == "UTC"


async def test_a_panel_from_before_a_restart_still_works(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    await town.restart()
    await sent(town, panel, "zone", "Europe/Berlin")
    await town.leader.select(panel, [town.officer_role], custom_id="setup:leadership")
    await sent(town, panel, "group", "7404")
    assert "30 members" in words(panel)
    assert "Europe/Berlin" in words(panel)


async def test_setup_tells_how_to_hide_the_officers_commands(bare_town: Town) -> None:
    said = words((await bare_town.leader.slash(bare_town.general, "clanstats setup")).response)
    assert "Server Settings, Integrations, this bot" in said
    assert "who sees /clanstats, /promotions and /inactive" in said
    assert "Server Members Intent" not in said


async def test_setup_tells_which_intent_is_missing(bare_town: Town) -> None:
    alone = Granted(words=True, members=False)
    await bare_town.env.restart_bot(ClanBot(bare_town.services, granted=alone))
    said = words((await bare_town.leader.slash(bare_town.general, "clanstats setup")).response)
    assert "Server Members Intent" in said
    assert "Message Content Intent" not in said
