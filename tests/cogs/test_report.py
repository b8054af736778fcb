"""/clanstats report: for officers, alone or for everybody, and shared by a button."""

import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import discord
import pytest
from discord.webhook.async_ import AsyncWebhookAdapter
from openpyxl import load_workbook
from simcord.actors import _component_interaction
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority
from bot.clan.spans import DAY, Period
from bot.reports.clan_report import top_movers
from storage.columns import to_ms
from tests.cogs.town import START, Town, control, newest, post_here, words

PEOPLE = {"Promotions", "Inactive"}


async def sheets(message: ResponseMessage | discord.Message | None) -> set[str]:
    assert message is not None
    book = next(each for each in message.attachments if each.filename == "clan_report.xlsx")
    return set(load_workbook(io.BytesIO(await book.read()), read_only=True).sheetnames)


async def reported(town: Town, **options: object) -> ResponseMessage:
    """Return the report that an officer asked for."""
    shown = (await town.officer.slash(town.general, "clanstats report", **options)).response
    assert shown is not None
    return shown


async def test_an_officer_sees_the_report_alone(town: Town) -> None:
    result = await town.officer.slash(town.general, "clanstats report")
    shown = result.response
    assert shown is not None
    assert shown.ephemeral
    said = words(shown)
    for line in ("Clan report", "XP gained", "Most boss kills", "WOM under a minute old"):
        assert line in said
    assert "None" not in said


async def test_what_may_be_older_than_the_span_is_marked_and_in_no_total(town: Town) -> None:
    """Of one member nothing was seen from the 20th to the 3rd day before: not in the 7 days."""
    clan = await town.clan()
    report = await town.services.publish.clan_report(clan, Period.WEEK)
    first = report.roster.by_player()
    name = top_movers(report, 1).xp[0].name
    who = next(player_id for player_id, each in first.items() if each.name == name)
    span = [to_ms(START - days * DAY) for days in (20, 3)]
    async with town.services.intake._database.writing() as connection:
        await connection.exec_driver_sql(
            "DELETE FROM observations WHERE player_id = ? AND seen_at > ? AND seen_at < ?",
            (who, *span),
        )
    result = await town.officer.slash(town.general, "clanstats report", period=7)
    assert result.response is not None
    said = words(result.response)
    unseen = report.totals.thin + 1
    assert f"{unseen} members not in the totals: no game data near the start" in said
    observed, members = report.totals.observed - 1, report.totals.members
    assert f"({observed} of {members} members)" in said
    assert not said.partition("**Most XP**")[2].startswith(f"  {name}")
    chart = result.response.attachments[0]
    assert chart.description is not None
    assert "not in the totals" in chart.description
    result = await town.officer.slash(town.general, "member", player=name, period=7)
    card = words(result.response)
    line = next(each for each in card.splitlines() if each.startswith("**XP gained**"))
    assert " since " in line
    assert "#" not in line


async def test_the_report_brings_a_chart_and_a_workbook_that_opens(town: Town) -> None:
    result = await town.leader.slash(town.general, "clanstats report", period=30)
    assert result.response is not None
    chart, workbook = result.response.attachments
    assert (chart.filename, workbook.filename) == ("clan_report.png", "clan_report.xlsx")
    assert chart.description
    with zipfile.ZipFile(io.BytesIO(await workbook.read())) as book:
        assert "xl/workbook.xml" in book.namelist()


async def test_a_year_knows_who_wrote(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report", period=365)).response
    said = words(shown)
    assert "**Most messages**  nobody" not in said
    assert "0% of messages by known members" not in said


@pytest.mark.parametrize(
    ("part", "files"),
    [("summary", ["clan_report.png"]), ("workbook", ["clan_report.png", "clan_report.xlsx"])],
)
async def test_for_everybody_it_is_what_was_chosen_and_has_no_button(
    town: Town, part: str, files: list[str]
) -> None:
    result = await town.officer.slash(town.general, "clanstats report", period=1, visibility=part)
    posted = newest(result)
    assert not posted.ephemeral
    assert "Post here" not in words(posted)
    assert "24 hours" in words(posted)
    assert [each.filename for each in posted.attachments] == files


async def test_post_here_asks_what_and_posts_only_that(town: Town) -> None:
    shown = await reported(town)
    question = newest(await town.officer.click(shown, label="Post here"))
    assert question.ephemeral
    said = words(question)
    assert "The workbook has every member by name and when they were last seen" in said
    assert town.general.history() == []
    pressed = await town.officer.click(question, label="Post the summary")
    posted = newest(pressed)
    assert not posted.ephemeral
    assert words(posted) == words(shown).removesuffix("\nPost here\nGet JSON\nGet CSV")
    assert [each.filename for each in posted.attachments] == ["clan_report.png"]
    assert words(question) == "Posted, with the numbers as they are now."
    assert [each.filename for each in shown.attachments] == ["clan_report.png", "clan_report.xlsx"]


async def test_the_workbook_is_posted_when_that_is_chosen(town: Town) -> None:
    (posted,) = (await post_here(town.officer, await reported(town))).followups
    assert not posted.ephemeral
    assert "Roster" in await sheets(posted)


async def test_nothing_is_posted_when_nothing_is_chosen(town: Town) -> None:
    shown = await reported(town)
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.officer.click(question, label="Post nothing")
    assert words(question) == "Nothing was posted."
    assert town.general.history() == []


async def test_a_question_is_answered_once_however_often_it_is_pressed(town: Town) -> None:
    """A second press may be on its way before Discord shows that the first was heard."""
    question = newest(await town.officer.click(await reported(town), label="Post here"))
    told = {"custom_id": control(question, "report:posted:summary"), "component_type": 2}
    late = deepcopy(town.env.backend.get_message(town.general.id, question.id))
    await town.officer.click(question, label="Post the summary")
    assert (await _component_interaction(town.officer, late, told)).acknowledged
    assert len(town.general.history()) == 1


async def test_whoever_is_no_officer_any_more_is_refused_at_both_buttons(town: Town) -> None:
    shown = await reported(town)
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    for message, label in ((shown, "Post here"), (question, "Post the summary")):
        pressed = await town.officer.click(message, label=label)
        assert newest(pressed).ephemeral
        assert "Only officers" in words(newest(pressed))
    assert town.general.history() == []


async def test_both_buttons_still_post_after_a_restart(town: Town) -> None:
    shown = await reported(town, period=30)
    await town.restart()
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.restart()
    (posted,) = (await town.officer.click(question, label="Post the summary")).followups
    assert not posted.ephemeral
    assert "**Clan report**  last 30 days" in words(posted)


async def test_what_is_posted_is_as_of_the_press_and_that_is_said(town: Town) -> None:
    shown = await reported(town)
    await town.env.advance_time(16 * 60)
    (posted,) = (await post_here(town.officer, shown)).followups
    assert "WOM 16 min old" in words(posted)


def closed_channel(town: Town, whom: str, denied: str) -> ChannelHandle:
    """Return a channel in which the bot or the officer lacks a permission."""
    assert town.env.bot is not None
    assert town.env.bot.user is not None
    denies = discord.PermissionOverwrite(**{denied: False})
    if whom == "bot":
        return town.guild.create_text_channel("closed", overwrites={town.env.bot.user: denies})
    return town.guild.create_text_channel("closed", overwrites={town.officer_role: denies})


@pytest.mark.parametrize(
    ("whom", "denied", "told"),
    [
        ("bot", "attach_files", "The bot lacks **Attach Files** in this channel"),
        ("bot", "send_messages", "The bot lacks **Send Messages** in this channel"),
        ("officer", "send_messages", "You cannot write in this channel"),
    ],
)
async def test_in_a_channel_that_is_closed_to_somebody_nothing_is_posted_and_why(
    town: Town, whom: str, denied: str, told: str
) -> None:
    closed = closed_channel(town, whom, denied)
    shown = (await town.officer.slash(closed, "clanstats report")).response
    assert shown is not None
    refused = newest(await town.officer.click(shown, label="Post here"))
    assert refused.ephemeral
    assert told in words(refused)
    at_once = await town.officer.slash(closed, "clanstats report", visibility="summary")
    assert told in words(newest(at_once))
    assert closed.history() == []


async def test_a_channel_that_is_closed_between_the_two_presses_gets_nothing(town: Town) -> None:
    shown = await reported(town)
    question = newest(await town.officer.click(shown, label="Post here"))
    closed = closed_channel(town, "bot", "send_messages")
    town.general._channel.overwrites.extend(closed._channel.overwrites)
    await town.officer.click(question, label="Post the summary")
    assert "The bot lacks **Send Messages**" in words(question)
    assert town.general.history() == []


async def test_where_the_connection_breaks_as_it_posts_nobody_is_told_that_it_failed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord may have taken it: pressed again, it would stand there twice."""
    shown = await reported(town)
    question = newest(await town.officer.click(shown, label="Post here"))
    execute: Callable[..., Any] = AsyncWebhookAdapter.execute_webhook

    async def executed(*told: Any, **parts: Any) -> None:  # noqa: ANN401 - those of discord.py
        await execute(*told, **parts)
        raise ConnectionResetError(104, "reset by peer")

    monkeypatch.setattr(AsyncWebhookAdapter, "execute_webhook", executed)
    await town.officer.click(question, label="Post the summary")
    assert "Look whether it stands in the channel" in words(question)
    assert len(town.general.history()) == 1


async def test_leaderships_own_workbook_says_who_may_rise_and_who_is_inactive(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats report")).response
    assert shown is not None
    assert shown.ephemeral
    assert await sheets(shown) >= PEOPLE
    assert "a posted copy has neither" in words(shown)


async def test_an_officers_workbook_does_not(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert "Roster" in await sheets(shown)
    assert not await sheets(shown) & PEOPLE
    assert "Promotions" not in words(shown)


async def test_what_leadership_posts_for_everybody_does_not(town: Town) -> None:
    result = await town.leader.slash(town.general, "clanstats report", visibility="workbook")
    posted = newest(result)
    assert not posted.ephemeral
    assert not await sheets(posted) & PEOPLE


async def test_what_leadership_posts_from_their_own_report_does_not(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats report")).response
    assert shown is not None
    (posted,) = (await post_here(town.leader, shown)).followups
    assert not posted.ephemeral
    assert [each.filename for each in posted.attachments] == ["clan_report.png", "clan_report.xlsx"]
    assert not await sheets(posted) & PEOPLE
    assert "Promotions" not in words(posted)
    assert await sheets(shown) >= PEOPLE


async def test_nor_what_they_post_from_it_after_a_restart(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats report")).response
    assert shown is not None
    await town.restart()
    (posted,) = (await post_here(town.leader, shown)).followups
    assert not await sheets(posted) & PEOPLE


async def test_who_may_not_call_anybody_inactive_gets_no_list_of_them(town: Town) -> None:
    clan = await town.clan()
    permissions = replace(clan.permissions, promote=Authority.OFFICER, kick=Authority.LEADERSHIP)
    await town.services.clans.set_permissions(clan, permissions)
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert not await sheets(shown) & PEOPLE
    await town.services.clans.set_permissions(clan, replace(permissions, kick=Authority.OFFICER))
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert await sheets(shown) >= PEOPLE


async def test_without_a_group_it_says_what_to_do(bare_town: Town) -> None:
    result = await bare_town.officer.slash(bare_town.general, "clanstats report")
    assert result.ephemeral
    assert "/clanstats setup" in words(result.response)


async def test_before_the_first_reading_it_says_so(bare_town: Town) -> None:
    town = bare_town
    await town.services.clans.join_group(await town.clan(), town.world.group_id, "Amber")
    result = await town.officer.slash(town.general, "clanstats report", visibility="summary")
    assert result.ephemeral
    assert "within the hour" in words(result.response)


async def test_when_discord_fails_the_officer_is_told_privately_with_a_reference(
    town: Town, journal: io.StringIO
) -> None:
    town.env.inject_error("POST", "/webhooks/*", times=1)
    result = await town.officer.slash(town.general, "clanstats report", visibility="summary")
    (told,) = result.followups
    assert told.ephemeral
    assert "Discord did not take the answer" in words(told)
    reference = words(told).split("`")[1]
    assert f"[{reference}] [cogs._errors] could not answer" in journal.getvalue()
    assert "Traceback" in journal.getvalue()


async def test_a_post_that_failed_can_be_tried_again(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    question = newest(await town.officer.click(shown, label="Post here"))
    town.env.inject_error("POST", "/webhooks/*", status=400, times=1)
    failed = await town.officer.click(question, label="Post the summary")
    assert "Reference" in words(failed.followups[-1])
    again = await town.officer.click(question, label="Post the summary")
    assert "Clan report" in words(again.followups[-1])


async def test_a_clans_name_cannot_ping_or_format(town: Town) -> None:
    clan = await town.clan()
    await town.services.clans.join_group(clan, town.world.group_id, "=@everyone *x* \U0001f984")
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    assert "@everyone" not in words(shown)
    assert "\\*x\\* \U0001f984" in words(shown)


@pytest.mark.parametrize(
    ("label", "name"), [("JSON", "clan_export.json"), ("CSV", "clan_export.zip")]
)
async def test_the_numbers_are_to_be_had_for_other_programs_and_by_who_asked_alone(
    town: Town, label: str, name: str
) -> None:
    shown = await reported(town)
    result = await town.officer.click(shown, label=f"Get {label}")
    message = newest(result)
    assert message.ephemeral
    (sent,) = message.attachments
    assert sent.filename == name
    content = await sent.read()
    if label == "JSON":
        told = json.loads(content)
        assert told["period_days"] == Period.WEEK
        assert len(told["tables"]["roster"]) == len(town.world.present(START))
    else:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
        assert {"roster.csv", "gains.csv", "messages.csv", "bosses.csv", "activity.csv"} <= names


async def test_who_lost_the_right_meanwhile_gets_no_numbers(town: Town) -> None:
    shown = await reported(town)
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    refused = newest(await town.officer.click(shown, label="Get JSON"))
    assert not refused.attachments
