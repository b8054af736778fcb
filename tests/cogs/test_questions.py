"""/clanstats questions: what is open, how long answers take, who helps; and what is not posted."""

import re
from datetime import timedelta

import discord
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.chat import ChannelInfo, IncomingMessage
from storage.columns import first_snowflake
from tests.cogs.town import Town, control, newest, post_here, words

MINUTE = timedelta(minutes=1)


async def shown_to(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    result = await (who or town.officer).slash(town.general, "clanstats questions", period=7)
    return newest(result)


async def said(  # noqa: PLR0913 - who says what where
    town: Town,
    who: MemberActor,
    ago: timedelta,
    *,
    asks: bool = False,
    reply_to: int | None = None,
    channel: int | None = None,
) -> int:
    """Let somebody have written; return the id of the message."""
    at = town.env.now() - ago
    place = ChannelInfo(channel or town.general.id, "place", "text")
    names = (who.member.display_name if who.member else who.name, who.name)
    message_id = first_snowflake(at) + who.id % 1000
    heard = IncomingMessage(message_id, place, who.id, *names, at, asks, reply_to)
    await town.services.intake.store(await town.clan(), [heard])
    return message_id


async def test_an_open_question_is_listed_with_a_link_to_it(town: Town) -> None:
    asked = await said(town, town.guest, 90 * MINUTE, asks=True)
    told = words(await shown_to(town))
    link = f"https://discord.com/channels/{town.guild.id}/{town.general.id}/{asked}"
    assert f"[Go to it]({link})" in told
    assert f"<#{town.general.id}>" in told
    assert "Nobody is shown" not in told


async def test_a_reply_closes_it_and_makes_a_helper(town: Town) -> None:
    before = words(await shown_to(town))
    asked = await said(town, town.guest, 90 * MINUTE, asks=True)
    await said(town, town.member, 60 * MINUTE, reply_to=asked)
    panel = await shown_to(town)
    assert f"/{asked})" not in words(panel)
    assert _count(words(panel), "question") == _count(before, "question") + 1
    await town.officer.click(panel, custom_id=control(panel, "questions:tab:helpers"))
    assert re.search(r"#\d+ \*\*.+\*\*  answered \d+, half of them within", words(panel))


async def test_an_officer_sees_no_question_of_a_channel_that_they_cannot_see(town: Town) -> None:
    shut = discord.PermissionOverwrite(view_channel=False)
    secret = town.guild.create_text_channel("leaders", overwrites={town.guild.default_role: shut})
    await town.env.settle()
    before = _count(words(await shown_to(town)), "open question")
    asked = await said(town, town.guest, 90 * MINUTE, asks=True, channel=secret.id)
    told = words(await shown_to(town))
    assert f"/{asked})" not in told
    assert f"<#{secret.id}>" not in told
    assert _count(told, "open question") == before + 1
    assert f"/{asked})" in words(await shown_to(town, town.owner))


async def test_posted_are_times_and_helpers_and_no_open_question(town: Town) -> None:
    asked = await said(town, town.guest, 90 * MINUTE, asks=True)
    panel = await shown_to(town, town.leader)
    await post_here(town.leader, panel, "Post times and helpers")
    posted = words(town.general.last_message)
    assert "First answer" in posted
    assert "Who helps" in posted
    assert f"/{asked})" not in posted
    assert "<#" not in posted


async def test_nothing_is_posted_when_they_think_better_of_it(town: Town) -> None:
    before = town.general.last_message
    panel = await shown_to(town, town.leader)
    await post_here(town.leader, panel, "Post nothing")
    assert town.general.last_message == before


async def test_who_may_not_is_told_so(town: Town) -> None:
    assert "Only officers may" in words(await shown_to(town, town.member))


async def test_who_lost_the_right_is_refused_at_the_button(town: Town) -> None:
    panel = await shown_to(town)
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    custom_id = control(panel, "questions:tab:helpers")
    result = await town.officer.click(panel, custom_id=custom_id)
    assert "Only officers may" in words(newest(result))


def _count(told: str, noun: str) -> int:
    found = re.search(rf"([\d,]+) {noun}s?(\*\*| in channels)", told)
    return 0 if found is None else int(found[1].replace(",", ""))
