"""/clanstats setup: a checklist whose every control asks the gate again."""

from typing import Any

import aiohttp
import discord
import pytest
from discord.http import HTTPClient
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.app import ClanBot, Granted
from bot.clan.posting import PostingChannel
from tests.cogs.deciding import has, press, select
from tests.cogs.town import Town, control, newest, words
from tests.wom.recorded import recorded

CROSS, TICK, WARNING = "\u274c", "\u2705", "\u26a0\ufe0f"


async def opened(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    result = await (who or town.leader).slash(town.general, "clanstats setup")
    assert result.response is not None
    assert result.ephemeral
    return result.response


async def sent(town: Town, panel: ResponseMessage, form: str, text: str) -> InteractionResult:
    """Open a form from the panel and send it with a text."""
    shown = await press(town, panel, f"setup:{form}")
    (field,) = fields(shown)
    return await town.leader.submit_modal(shown, {field["custom_id"]: text})


def fields(shown: InteractionResult) -> list[dict[str, Any]]:
    assert shown.modal is not None
    return [each for each in walk_components(shown.modal["components"]) if each["type"] == 4]


async def joins(town: Town, panel: ResponseMessage, text: str) -> InteractionResult:
    """Name a group in the form and say that it is the clan's."""
    await sent(town, panel, "group", text)
    return await press(town, panel, "setup:join")


async def picked(
    town: Town,
    panel: ResponseMessage,
    start: str,
    values: list[Any],
    who: MemberActor | None = None,
) -> InteractionResult:
    """Pick roles, channels or values in a select of the page that is shown."""
    custom_id = control(panel, f"setup:{start}")
    return await (who or town.leader).select(panel, values, custom_id=custom_id)


async def turned(
    town: Town, tab: str, panel: ResponseMessage | None = None, who: MemberActor | None = None
) -> ResponseMessage:
    """Show a page of the setup."""
    shown = panel or await opened(town, who)
    await press(town, shown, f"setup:tab:{tab}", who)
    return shown


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
    assert "Is this your group? **Amber Lanterns**, 30 members, number 7404." in words(panel)
    assert (await town.clan()).wom_group_id is None
    await press(town, panel, "setup:join")
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
    assert pick["custom_id"].startswith("setup:join:")
    first = pick["options"][0]["value"]
    town.wom.shut.add(f"/groups/{first}")
    await select(town, panel, "join", first)
    town.wom.shut.clear()
    gone = await select(town, panel, "join", first)
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
    assert (await town.clan()).wom_group_id is None
    town.wom.shut.clear()
    await joins(town, panel, "7404")
    assert (await town.clan()).wom_group_id == town.world.group_id


async def test_when_the_first_reading_fails_the_group_stays_and_both_are_told(
    bare_town: Town,
) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.shut.add("/groups/7404/bulk-hiscores")
    result = await joins(town, panel, "7404")
    assert "could not be read yet" in words(panel)
    assert "Wise Old Man refused this" in words(result.followups[0])
    assert (await town.clan()).wom_group_id == town.world.group_id


async def test_while_the_history_cannot_be_read_the_clan_is_set_up_all_the_same(
    bare_town: Town,
) -> None:
    town = bare_town
    panel = await opened(town)
    town.wom.shut.add("/groups/7404/bulk-gained")
    await joins(town, panel, "7404")
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
    panel = await turned(town, "roles")
    await picked(town, panel, "officers", [helper])
    await picked(town, panel, "leadership", [])
    permissions = (await town.clan()).permissions
    assert permissions.discord_officers == {helper.id}
    assert permissions.discord_leadership == frozenset()
    refused = await town.officer.slash(town.general, "clanstats status")
    assert "Only officers" in words(refused.response)


async def test_a_role_that_everybody_has_is_refused(bare_town: Town) -> None:
    town = bare_town
    panel = await turned(town, "roles")
    before = (await town.clan()).permissions
    result = await picked(town, panel, "officers", [town.guild.default_role])
    assert "would let everybody in" in words(newest(result))
    assert (await town.clan()).permissions == before


async def test_channels_that_are_left_out_do_not_count(bare_town: Town) -> None:
    town = bare_town
    spam = town.guild.create_text_channel("bot-spam")
    panel = await turned(town, "channels")
    await picked(town, panel, "left_out", [spam])
    assert "1 of 2 channels counted, not #bot-spam" in words(panel)
    await town.member.send(spam, "!roll")
    await town.member.send(town.general, "hello")
    await town.services.intake.flush()
    status = await town.services.upkeep.status(await town.clan())
    assert status.messages == 1
    await picked(town, panel, "left_out", [])
    assert "2 of 2 channels counted" in words(panel)


async def test_an_unreadable_channel_is_named_with_how_to_fix_it(bare_town: Town) -> None:
    town = bare_town
    nothing = discord.PermissionOverwrite(read_message_history=False)
    town.guild.create_text_channel("old_hall", overwrites={town.guild.default_role: nothing})
    said = words(await opened(town))
    assert "#old\\_hall cannot be read" in said
    assert "Read Message History" in said


@pytest.mark.parametrize("kind", PostingChannel)
async def test_each_channel_for_posts_is_chosen_said_and_kept(
    bare_town: Town, kind: PostingChannel
) -> None:
    town = bare_town
    place = town.guild.create_text_channel("posts")
    panel = await turned(town, "channels")
    assert kind.means in words(panel).replace("\\", "")
    await picked(town, panel, f"posting:{kind}", [place])
    assert (await town.clan()).posts_in(kind) == place.id
    assert f"{TICK} **{kind.label}**  the bot can post there" in words(panel)
    await picked(town, panel, f"posting:{kind}", [])
    assert (await town.clan()).posts_in(kind) is None


async def test_the_permission_that_the_bot_lacks_in_a_channel_is_named(bare_town: Town) -> None:
    town = bare_town
    mute, me = discord.PermissionOverwrite(send_messages=False), town.guild.me
    assert me is not None
    place = town.guild.create_text_channel(
        "posts", overwrites={town.guild.default_role: mute, me: mute}
    )
    panel = await turned(town, "channels")
    await picked(town, panel, "posting:officer_channel_id", [place])
    said = words(panel)
    assert f"{CROSS} **Officers' channel**  the bot cannot post there" in said
    assert "Give the bot Send Messages there" in said


async def test_a_channel_that_takes_no_chart_is_no_report_channel_and_may_be_the_officers(
    bare_town: Town,
) -> None:
    town = bare_town
    bare, me = discord.PermissionOverwrite(attach_files=False), town.guild.me
    assert me is not None
    place = town.guild.create_text_channel(
        "posts", overwrites={town.guild.default_role: bare, me: bare}
    )
    panel = await turned(town, "channels")
    for kind in (PostingChannel.REPORT, PostingChannel.OFFICERS):
        await picked(town, panel, f"posting:{kind}", [place])
    said = words(panel)
    assert f"{CROSS} **Report channel**  the bot cannot post there" in said
    assert "Give the bot Attach Files there" in said
    assert f"{TICK} **Officers' channel**" in said


async def test_a_channel_that_is_gone_is_told_and_another_can_be_chosen(bare_town: Town) -> None:
    town = bare_town
    await town.services.places.post_in(await town.clan(), PostingChannel.REPORT, 12345)
    panel = await turned(town, "channels")
    assert f"{CROSS} **Report channel**  it was deleted" in words(panel)
    await picked(town, panel, "posting:report_channel_id", [town.general])
    assert f"{TICK} **Report channel**" in words(panel)


async def test_every_control_asks_the_gate_again(bare_town: Town) -> None:
    town = bare_town
    panels = {tab: await turned(town, tab) for tab in ("list", "roles", "channels", "next")}
    zone = await press(town, panels["list"], "setup:zone")
    (field,) = fields(zone)
    member = town.env.backend.get_guild(town.guild.id).members[town.leader.id]
    member.role_ids.clear()
    refused = [
        await town.leader.submit_modal(zone, {field["custom_id"]: "Europe/Berlin"}),
        *[await press(town, panels["list"], f"setup:{act}") for act in ("group", "zone")],
        await press(town, panels["list"], "setup:sure:stop_presence"),
        *[await picked(town, panels["roles"], act, []) for act in ("officers", "leadership")],
        await picked(town, panels["channels"], "left_out", []),
        *[await picked(town, panels["channels"], f"posting:{each}", []) for each in PostingChannel],
        await press(town, panels["next"], "setup:tab:list"),
    ]
    for pressed in refused:
        assert pressed.modal is None
        assert "Manage Server" in words(newest(pressed))
    clan = await town.clan()
    assert clan.permissions.discord_officers == {town.officer_role.id}
    assert (clan.zone.key, clan.keeps_presence) == ("UTC", True)


async def test_a_page_from_before_a_restart_still_works(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    form = await press(town, panel, "setup:zone")
    (field,) = fields(form)
    await town.restart()
    await town.leader.submit_modal(form, {field["custom_id"]: "Europe/Berlin"})
    assert "Europe/Berlin" in words(panel)
    await turned(town, "roles", panel)
    await picked(town, panel, "leadership", [town.officer_role])
    assert (await town.clan()).permissions.discord_leadership == {town.officer_role.id}
    await turned(town, "list", panel)
    await joins(town, panel, "7404")
    assert "30 members" in words(panel)


async def test_a_zone_is_ticked_only_once_somebody_chose_one(bare_town: Town) -> None:
    town = bare_town
    panel = await opened(town)
    assert f"{WARNING} **Time zone**  nobody chose one yet" in words(panel)
    await sent(town, panel, "zone", "UTC")
    assert f"{TICK} **Time zone**  UTC" in words(panel)


async def test_joining_another_group_says_what_becomes_of_the_first(town: Town) -> None:
    panel = await opened(town)
    town.wom.instead["/groups"] = recorded("groups-search-name").body
    await sent(town, panel, "group", "a")
    assert "leave the clan's numbers" not in words(panel)
    await town.services.clans.join_group(await town.clan(), 99, "Others")
    await sent(town, panel, "group", "7404")
    assert "The members of the group that is joined now leave the clan's numbers." in words(panel)
    form = await press(town, panel, "No, another one")
    assert form.modal is not None
    assert (await town.clan()).wom_group_id == 99


async def test_what_comes_next_is_told_and_the_message_is_posted_where_it_is_wanted(
    town: Town,
) -> None:
    panel = await turned(town, "next")
    said = words(panel)
    for step in ("`/clanstats links`", "`/clanstats report`", "`/link`"):
        assert step in said
    assert not has(panel, "setup:post_invite")
    await picked(town, panel, "invite_in", [town.general])
    await town.restart()
    await press(town, panel, "setup:post_invite")
    posted = town.general.last_message
    assert posted is not None
    assert "Type `/link` and your RuneScape name" in posted.content
    assert not posted.mention_everyone
    assert f"Posted in <#{town.general.id}>." in words(panel)
    assert not has(panel, "setup:post_invite")


def chosen_channels(panel: ResponseMessage) -> dict[str, list[int]]:
    """Return what each list of channels sends as chosen, by what the list does."""
    return {
        each["custom_id"].split(":")[1]: [int(one["id"]) for one in each.get("default_values", ())]
        for each in walk_components(panel.components)
        if each["type"] == 8
    }


async def test_a_channel_for_the_message_that_was_deleted_is_told_and_not_sent_as_chosen(
    town: Town,
) -> None:
    place = town.guild.create_text_channel("news")
    panel = await turned(town, "next")
    await picked(town, panel, "invite_in", [place])
    assert chosen_channels(panel) == {"invite_in": [place.id]}
    town.env.backend.delete_channel(place.id)
    await town.env.settle()
    await turned(town, "next", panel)
    assert "was deleted, or the bot cannot see it. Choose another." in words(panel)
    assert chosen_channels(panel) == {"invite_in": []}
    assert not has(panel, "setup:post_invite")
    await picked(town, panel, "invite_in", [town.general])
    assert chosen_channels(panel) == {"invite_in": [town.general.id]}
    assert has(panel, "setup:post_invite")


async def test_a_list_is_another_one_on_another_page_and_once_something_else_is_chosen(
    town: Town,
) -> None:
    panel = await opened(town)
    numbers: list[int] = []

    def note() -> None:
        lists = [each for each in walk_components(panel.components) if each["type"] in {3, 6, 8}]
        numbers.extend(each["id"] for each in lists)

    for tab in ("roles", "channels", "bridge", "next"):
        await turned(town, tab, panel)
        note()
    await picked(town, panel, "invite_in", [town.general])
    note()
    assert len(numbers) == len(set(numbers)) == 10
    assert min(numbers) >= 1_000


@pytest.mark.parametrize("whose", ["bot", "leader", "refused", "cut off"])
async def test_nothing_is_posted_where_it_may_not_be(
    town: Town, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    muted: dict[str, dict[Any, discord.PermissionOverwrite]] = {
        "bot": {town.guild.default_role: mute, town.guild.me: mute},
        "leader": {town.leader: mute},
        "refused": {},
        "cut off": {},
    }

    async def cut_off(*_: object, **__: object) -> None:
        raise aiohttp.ServerDisconnectedError

    place = town.guild.create_text_channel("news", overwrites=muted[whose])
    panel = await turned(town, "next")
    await picked(town, panel, "invite_in", [place])
    if whose == "refused":
        town.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    if whose == "cut off":
        monkeypatch.setattr(HTTPClient, "send_message", cut_off)
    result = await press(town, panel, "setup:post_invite")
    said = {
        "bot": "The bot needs Send Messages",
        "leader": "You need Send Messages",
        "refused": "Discord did not let the bot post there",
        "cut off": "Look whether it stands in the channel",
    }[whose]
    assert said in words(newest(result))
    assert place.last_message is None


async def test_before_the_group_is_read_there_is_nothing_next(bare_town: Town) -> None:
    panel = await turned(bare_town, "next")
    assert "First choose the Wise Old Man group" in words(panel)
    assert not has(panel, "setup:invite_in")


async def test_setup_tells_how_to_hide_the_officers_commands(bare_town: Town) -> None:
    said = words(await turned(bare_town, "roles"))
    assert "Server Settings, Integrations, this bot" in said
    assert "who sees /clanstats, /promotions and /inactive" in said
    assert "Server Members Intent" not in said


async def test_setup_tells_which_intent_is_missing(bare_town: Town) -> None:
    alone = Granted(words=True, members=False)
    await bare_town.env.restart_bot(ClanBot(bare_town.services, granted=alone))
    said = words((await bare_town.leader.slash(bare_town.general, "clanstats setup")).response)
    assert "Server Members Intent" in said
    assert "Message Content Intent" not in said
