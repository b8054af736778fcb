"""The clan-chat bridge: what webhooks say in it counts for who speaks in the game."""

from collections.abc import Callable, Mapping
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, WebhookHandle
from simcord.gateway import FakeGateway
from simcord.results import InteractionResult, ResponseMessage

from bot.app import ClanBot, Granted
from bot.services.chat import ChannelInfo
from storage import authors, bridges
from storage.authors import Writer
from storage.bridges import Counted, Declared
from tests.cogs.deciding import has, press
from tests.cogs.test_setup import chosen_channels, fields, picked, turned
from tests.cogs.town import START, Town, newest, words
from tests.storage.rows import DAY


async def writers(town: Town) -> dict[str, Writer]:
    """Return who wrote, by name."""
    await town.env.settle()
    await town.services.intake.flush()
    async with town.services.upkeep._database.reading() as connection:
        found = await authors.writers(connection, (await town.clan()).clan_id)
    return {each.name: each for each in found}


async def counted(town: Town) -> dict[str, int]:
    """Return the messages of everybody who wrote any."""
    return {name: each.messages for name, each in (await writers(town)).items() if each.messages}


async def events(town: Town) -> list[Counted]:
    await town.services.intake.flush()
    async with town.services.upkeep._database.reading() as connection:
        clan = await town.clan()
        return await bridges.counts(connection, clan.clan_id, START - DAY, START + 900 * DAY)


async def declared(town: Town) -> list[Declared]:
    async with town.services.upkeep._database.reading() as connection:
        return await bridges.of_clan(connection, (await town.clan()).clan_id)


async def hall(town: Town, source: str = "bold") -> tuple[ChannelHandle, WebhookHandle]:
    """Return a channel that is a bridge, and a webhook in it."""
    channel = town.guild.create_text_channel("clan-chat")
    webhook = town.guild.create_webhook(channel)
    channel_info = ChannelInfo(channel.id, "clan-chat", "text")
    await town.services.bridges.declare(await town.clan(), channel_info, source)
    return channel, webhook


async def test_talk_counts_for_the_speaker_and_broadcasts_as_events(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town)
    await webhook.send("**No ob**: anyone for a raid?")
    await webhook.send("**no_OB**: I am there")
    await webhook.send("**Zezima** received a drop: Abyssal whip (1,300,000 coins).")
    await webhook.send("Zezima has reached Slayer level 99.")
    await webhook.send("Server restarts in 5 minutes")
    assert await counted(town) == {"No ob": 2}
    found = await writers(town)
    assert (found["No ob"].discord_user_id, found["No ob"].bridge_name) == (None, "no ob")
    assert found["No ob"].questions == 1
    zezima = found["Zezima"].author_id
    assert await events(town) == [Counted(zezima, "drop", 1), Counted(zezima, "level", 1)]


async def test_a_webhook_elsewhere_is_nobody(bare_town: Town) -> None:
    town = bare_town
    await hall(town)
    await town.guild.create_webhook(town.general).send("**No ob**: hi")
    assert await counted(town) == {}


async def test_a_human_who_forges_a_line_counts_as_the_human(bare_town: Town) -> None:
    town = bare_town
    channel, _ = await hall(town)
    await town.member.send(channel, "**Zezima**: I quit")
    await town.member.send(channel, "Zezima received a drop: Twisted bow")
    assert await counted(town) == {"member": 2}
    assert await events(town) == []


async def test_only_the_named_webhook_is_read(bare_town: Town) -> None:
    town = bare_town
    channel, webhook = await hall(town)
    forger = town.guild.create_webhook(channel)
    channel_info = ChannelInfo(channel.id, "clan-chat", "text")
    await town.services.bridges.declare(await town.clan(), channel_info, "bold", webhook.id)
    await forger.send("**Zezima**: I quit")
    await webhook.send("**No ob**: hi")
    assert await counted(town) == {"No ob": 1}


async def test_a_bot_that_nobody_named_says_what_anybody_has_it_say(
    bare_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = bare_town
    channel, webhook = await hall(town)
    proxy = town.guild.create_webhook(channel)
    feed: Callable[..., None] = FakeGateway.feed

    def fed(gateway: FakeGateway, event: str, told: Mapping[str, Any]) -> None:
        # Of a webhook that an application made Discord tells whose it is.
        of_bot = str(told.get("webhook_id")) == str(proxy.id)
        feed(gateway, event, {**told, "application_id": robot.id} if of_bot else told)

    monkeypatch.setattr(FakeGateway, "feed", fed)
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(channel, "**Zezima**: I quit")
    await webhook.send("**No ob**: hi")
    await proxy.send("**Zezima**: I quit, says a webhook of a bot")
    assert await counted(town) == {"No ob": 1}


async def test_a_bot_may_repeat_the_clan_chat_but_never_we_ourselves(bare_town: Town) -> None:
    town = bare_town
    channel, _ = await hall(town)
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    channel_info = ChannelInfo(channel.id, "clan-chat", "text")
    await town.services.bridges.declare(await town.clan(), channel_info, "bold", robot.id)
    await robot.send(channel, "**No ob**: hi")
    ours = town.env.bot.get_channel(channel.id)
    assert isinstance(ours, discord.TextChannel)
    await ours.send("**Report**: 5 messages")
    assert await counted(town) == {"No ob": 1}


async def test_embeds_name_the_speaker_as_their_author(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town, "embed")
    talk = discord.Embed(description="anyone for a raid?").set_author(name="No ob")
    game = discord.Embed(description="Zezima has left the clan.").set_author(name="Amber Lanterns")
    await webhook.send(embed=talk)
    await webhook.send(embed=game)
    assert await counted(town) == {"No ob": 1}
    assert [each.kind for each in await events(town)] == ["left"]


async def test_a_webhook_that_is_called_as_the_player_speaks_for_them(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town, "webhook")
    await webhook.send("anyone for a raid", username="No ob")
    await webhook.send("me: and two alts", username="Zezima [W330]")
    await webhook.send("Zezima has left the clan.", username="Amber Lanterns")
    await webhook.send("mass at 8", username="Announcements")
    assert await counted(town) == {"No ob": 1, "Zezima": 1}
    assert (await writers(town))["No ob"].questions == 1
    assert [each.kind for each in await events(town)] == ["left"]


async def test_two_lines_in_one_post_are_two_and_are_deleted_together(bare_town: Town) -> None:
    town = bare_town
    channel, webhook = await hall(town)
    sent = await webhook.send("**No ob**: hi\n**Zezima:** yo\nZezima has left the clan.")
    await webhook.send("**No ob**: still here")
    assert await counted(town) == {"No ob": 2, "Zezima": 1}
    await town.restart()
    assert await counted(town) == {"No ob": 2, "Zezima": 1}
    ours = town.env.bot.get_channel(channel.id)
    assert isinstance(ours, discord.TextChannel)
    await ours.delete_messages([ours.get_partial_message(sent.id)])
    assert await counted(town) == {"No ob": 1}
    assert await events(town) == []


async def test_ten_lines_by_three_webhooks_are_ten(bare_town: Town) -> None:
    town = bare_town
    channel, webhook = await hall(town)
    relays = [webhook, *(town.guild.create_webhook(channel) for _ in range(2))]
    for number in range(10):
        for relay in relays:
            await relay.send(f"**No ob**: {number}")
    for relay in relays:
        await relay.send("Zezima has left the clan.")
    assert await counted(town) == {"No ob": 10}
    assert [each.times for each in await events(town)] == [1]


async def test_mentions_and_markdown_are_no_names(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town)
    for line in ("**@everyone**: hi", "**<@1>**: hi", r"**\_\_Bold\_\_**: @everyone", "**a*b**: x"):
        await webhook.send(line)
    assert await counted(town) == {"__Bold__": 1}


async def test_what_a_bridge_said_while_the_bot_was_away_counts_once(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town)
    await webhook.send("**No ob**: live")
    assert await counted(town) == {"No ob": 1}
    await town.env._detach_bot()
    for number in range(130):
        await webhook.send(f"**Zezima**: {number}")
    await webhook.send("Zezima received a drop: Abyssal whip")
    await town.restart()
    assert await counted(town) == {"No ob": 1, "Zezima": 130}
    await town.restart()
    assert await counted(town) == {"No ob": 1, "Zezima": 130}
    assert [each.times for each in await events(town)] == [1]


async def test_deleted_lines_and_broadcasts_leave_the_count(bare_town: Town) -> None:
    town = bare_town
    channel, webhook = await hall(town)
    sent = [
        await webhook.send(line)
        for line in ("**No ob**: hi", "**No ob**: ho", "No ob received a drop: Abyssal whip")
    ]
    assert await counted(town) == {"No ob": 2}
    ours = town.env.bot.get_channel(channel.id)
    assert isinstance(ours, discord.TextChannel)
    await ours.delete_messages(sent[1:])
    assert await counted(town) == {"No ob": 1}
    assert await events(town) == []


# ---- setup's page


async def page(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    """Return the page of the bridge, opened from the checklist."""
    return await turned(town, "bridge", who=who)


async def filled(
    town: Town, panel: ResponseMessage, *, pattern: str = "bold", source: str = "", line: str = ""
) -> InteractionResult:
    """Fill the form for an own pattern and send it."""
    shown = await press(town, panel, "setup:own")
    ids = [each["custom_id"] for each in fields(shown)]
    texts = dict(zip(ids, (pattern, source, line), strict=True))
    return await town.leader.submit_modal(shown, texts)


async def test_a_channel_is_chosen_and_how_it_writes(bare_town: Town) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    panel = await page(town)
    assert "**Clan-chat bridge**" in words(panel)
    await picked(town, panel, "channel", [channel])
    assert f"<#{channel.id}> is not read as a bridge" in words(panel)
    assert await declared(town) == []
    await picked(town, panel, "preset", ["plain"])
    said = words(panel)
    assert (
        f"<#{channel.id}> is read as a bridge, by webhooks that people made: the chat box" in said
    )
    assert "**No ob** says: anyone for a raid?" in said
    assert await declared(town) == [Declared(channel.id, "clan-chat", "plain", None)]
    await town.guild.create_webhook(channel).send("[Amber] No ob: hi")
    assert await counted(town) == {"No ob": 1}
    await press(town, panel, "setup:tab:list")
    assert "#clan-chat counts for those who speak in the game" in words(panel)


async def test_an_own_pattern_names_its_webhook_and_shows_how_a_line_is_read(
    bare_town: Town,
) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    webhook = town.guild.create_webhook(channel)
    panel = await page(town)
    await picked(town, panel, "channel", [channel])
    own = r"(?P<name>[^|]+)\|(?P<text>.*)"
    address = f"https://discord.com/api/webhooks/{webhook.id}/very-secret"
    await filled(town, panel, pattern=own, source=address, line="_Zezima_ 1|hi @everyone")
    said = words(panel)
    assert f"only by number {webhook.id}" in said
    assert r"**\_Zezima\_ 1** says: hi @" in said
    assert "@everyone" not in said
    assert "very-secret" not in said
    assert await declared(town) == [Declared(channel.id, "clan-chat", own, webhook.id)]
    await filled(town, panel, pattern=own, line="Zezima has left the clan.")
    assert "That line: the game tells of **Zezima**: left" in words(panel)
    await filled(town, panel, pattern=own, line="hello")
    assert "That line: neither talk nor a broadcast" in words(panel)
    assert "by webhooks that people made" in words(panel)


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("(.+): (.+)", "needs the groups name and text"),
        ("(?P<name>.+: (?P<text>.*)", "is not a regular expression"),
        ("(?P<name>(a+)+): (?P<text>.*)", "may not have"),
        ("(?P<name>.*.*.*.*): (?P<text>.*)", "at most three"),
    ],
)
async def test_what_is_wrong_with_a_pattern_is_said_in_words(
    bare_town: Town, pattern: str, wrong: str
) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    panel = await page(town)
    await picked(town, panel, "channel", [channel])
    result = await filled(town, panel, pattern=pattern)
    assert "This pattern cannot be used" in words(newest(result))
    assert wrong in words(newest(result)).replace("\\", "")
    assert await declared(town) == []


async def test_a_webhook_that_is_not_named_by_a_number_is_refused(bare_town: Town) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    panel = await page(town)
    await picked(town, panel, "channel", [channel])
    result = await filled(town, panel, source="my webhook")
    assert "named by its number" in words(newest(result))
    assert await declared(town) == []


async def test_the_history_of_a_channel_is_read_again_once_it_is_a_bridge(bare_town: Town) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    webhook = town.guild.create_webhook(channel)
    for number in range(120):
        await webhook.send(f"**No ob**: {number}")
    await webhook.send("No ob received a drop: Abyssal whip")
    await town.member.send(channel, "hello")
    await town.restart()
    assert await counted(town) == {"member": 1}
    panel = await page(town)
    await picked(town, panel, "channel", [channel])
    await picked(town, panel, "preset", ["bold"])
    assert await counted(town) == {"member": 1}
    await press(town, panel, "setup:again")
    assert "Its history is read: **121 lines** more than before." in words(panel)
    assert await counted(town) == {"member": 1, "No ob": 120}
    await press(town, panel, "setup:again")
    assert "**0 lines** more" in words(panel)
    await webhook.send("**No ob**: after")
    await town.restart()
    assert await counted(town) == {"member": 1, "No ob": 121}


async def test_a_channel_that_was_deleted_is_told_and_not_sent_as_chosen(bare_town: Town) -> None:
    town = bare_town
    channel = town.guild.create_text_channel("clan-chat")
    panel = await page(town)
    await picked(town, panel, "channel", [channel])
    assert chosen_channels(panel) == {"channel": [channel.id]}
    town.env.backend.delete_channel(channel.id)
    await town.env.settle()
    await turned(town, "bridge", panel)
    assert "was deleted, or the bot cannot see it. Choose another." in words(panel)
    assert chosen_channels(panel) == {"channel": []}
    assert not has(panel, "setup:preset")
    await picked(town, panel, "channel", [town.general])
    assert chosen_channels(panel) == {"channel": [town.general.id]}


async def test_a_bridge_ends_and_what_it_brought_stays(bare_town: Town) -> None:
    town = bare_town
    _, webhook = await hall(town)
    await webhook.send("**No ob**: hi")
    assert await counted(town) == {"No ob": 1}
    panel = await page(town)
    await press(town, panel, "setup:end")
    assert await declared(town) == []
    await webhook.send("**No ob**: unheard")
    assert await counted(town) == {"No ob": 1}


async def test_a_bridge_that_does_not_count_is_told(bare_town: Town) -> None:
    town = bare_town
    channel, _ = await hall(town)
    panel = await turned(town, "channels")
    await picked(town, panel, "left_out", [channel])
    await turned(town, "list", panel)
    assert "#clan-chat does not count, being left out" in words(panel)


async def test_every_control_of_the_page_asks_the_gate_again(bare_town: Town) -> None:
    town = bare_town
    channel, _ = await hall(town)
    panel = await page(town)
    form = await press(town, panel, "setup:own")
    texts = {each["custom_id"]: "plain" for each in fields(form)[:1]}
    before = await declared(town)
    town.env.backend.get_guild(town.guild.id).members[town.leader.id].role_ids.clear()
    for pressed in (
        await picked(town, panel, "channel", [channel]),
        await picked(town, panel, "preset", ["plain"]),
        await press(town, panel, "setup:own"),
        await press(town, panel, "setup:again"),
        await press(town, panel, "setup:end"),
        await press(town, panel, "setup:tab:list"),
    ):
        assert pressed.modal is None
        assert "Manage Server" in words(newest(pressed))
    refused = await town.leader.submit_modal(form, texts)
    assert "Manage Server" in words(newest(refused))
    assert await declared(town) == before


async def test_the_owner_may_and_the_page_works_after_a_restart(bare_town: Town) -> None:
    town = bare_town
    channel, _ = await hall(town)
    panel = await page(town, town.owner)
    await town.restart()
    await picked(town, panel, "preset", ["logger"], town.owner)
    assert [each.pattern for each in await declared(town)] == ["logger"]
    await press(town, panel, "setup:tab:list", town.owner)
    assert "## Set up ClanStats" in words(panel)
    assert f"#{channel.name}" in words(panel)


async def test_without_words_a_bridge_is_blind_and_is_read_once_they_are_granted(
    bare_town: Town,
) -> None:
    town = bare_town
    _, webhook = await hall(town)
    await town.env.restart_bot(ClanBot(town.services, granted=Granted(words=False, members=True)))
    await webhook.send("**No ob**: hi")
    await town.member.send(town.general, "hello")
    assert await counted(town) == {"member": 1}
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    said = said.replace("\\", "")
    assert "Discord does not tell the bot what is written: questions are not noticed" in said
    assert "#clan-chat is not read to the end: Discord does not tell" in said
    assert "Switch on Message Content Intent" in said
    await town.restart()
    await town.env.settle()
    assert await counted(town) == {"No ob": 1, "member": 1}
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "Message Content Intent" not in said
    assert "not read to the end" not in said


async def test_a_bridge_that_is_chosen_without_words_is_blind_at_once(bare_town: Town) -> None:
    town = bare_town
    await town.env.restart_bot(ClanBot(town.services, granted=Granted(words=False, members=True)))
    await town.env.settle()
    panel = await page(town)
    await picked(town, panel, "channel", [town.general])
    await picked(town, panel, "preset", ["bold"])
    said = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "#general is not read to the end: Discord does not tell" in said.replace("\\", "")
    result = await press(town, panel, "setup:again")
    assert "Switch on Message Content Intent" in words(newest(result))
