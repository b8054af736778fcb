"""/clanstats report: for officers, alone or for everybody, and shared by a button."""

import io
import zipfile
from dataclasses import replace

import discord
import pytest
from openpyxl import load_workbook
from simcord.results import ResponseMessage

from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority
from bot.clan.spans import DAY, Period
from bot.reports.clan_report import top_movers
from storage.columns import to_ms
from tests.cogs.town import START, Town, newest, words

PEOPLE = {"Promotions", "Inactive"}


async def sheets(message: ResponseMessage | discord.Message | None) -> set[str]:
    assert message is not None
    book = next(each for each in message.attachments if each.filename == "clan_report.xlsx")
    return set(load_workbook(io.BytesIO(await book.read()), read_only=True).sheetnames)


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
    assert f"{report.totals.thin + 1} members not in the totals: not seen near the start" in said
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


async def test_for_everybody_it_is_public_and_has_no_button(town: Town) -> None:
    result = await town.officer.slash(
        town.general, "clanstats report", period=1, visibility="everybody"
    )
    (posted,) = result.followups
    assert not posted.ephemeral
    assert "Post here" not in words(posted)
    assert "24 hours" in words(posted)


async def test_the_button_posts_the_same_report_once(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    pressed = await town.officer.click(shown, label="Post here")
    (posted,) = pressed.followups
    assert not posted.ephemeral
    assert words(posted) == words(shown).removesuffix("\nPosted")
    assert [each.filename for each in posted.attachments] == ["clan_report.png", "clan_report.xlsx"]
    assert [each.filename for each in shown.attachments] == ["clan_report.png", "clan_report.xlsx"]
    with pytest.raises(Exception, match="disabled"):
        await town.officer.click(shown, label="Posted")


async def test_whoever_is_no_officer_any_more_is_refused_at_the_button(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    pressed = await town.officer.click(shown, label="Post here")
    assert newest(pressed).ephemeral
    assert "Only officers" in words(newest(pressed))
    assert town.general.history() == []


async def test_the_button_still_posts_after_a_restart(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    await town.restart()
    (posted,) = (await town.officer.click(shown, label="Post here")).followups
    assert not posted.ephemeral
    assert "Clan report" in words(posted)


async def test_after_a_quarter_of_an_hour_the_button_posts_a_fresh_report(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    await town.env.advance_time(16 * 60)
    (posted,) = (await town.officer.click(shown, label="Post here")).followups
    assert "WOM 16 min old" in words(posted)


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
    (posted,) = (
        await town.leader.slash(town.general, "clanstats report", visibility="everybody")
    ).followups
    assert not posted.ephemeral
    assert not await sheets(posted) & PEOPLE


async def test_what_leadership_posts_from_their_own_report_does_not(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats report")).response
    assert shown is not None
    (posted,) = (await town.leader.click(shown, label="Post here")).followups
    assert not posted.ephemeral
    assert [each.filename for each in posted.attachments] == ["clan_report.png", "clan_report.xlsx"]
    assert not await sheets(posted) & PEOPLE
    assert "Promotions" not in words(posted)
    assert await sheets(shown) >= PEOPLE


async def test_nor_what_they_post_from_it_after_a_restart(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats report")).response
    assert shown is not None
    await town.restart()
    (posted,) = (await town.leader.click(shown, label="Post here")).followups
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
    result = await town.officer.slash(town.general, "clanstats report", visibility="everybody")
    assert result.ephemeral
    assert "within the hour" in words(result.response)


async def test_when_discord_fails_the_officer_is_told_privately_with_a_reference(
    town: Town, journal: io.StringIO
) -> None:
    town.env.inject_error("POST", "/webhooks/*", times=1)
    result = await town.officer.slash(town.general, "clanstats report", visibility="everybody")
    (told,) = result.followups
    assert told.ephemeral
    assert "Discord did not take the answer" in words(told)
    reference = words(told).split("`")[1]
    assert f"[{reference}] [cogs._errors] could not answer" in journal.getvalue()
    assert "Traceback" in journal.getvalue()


async def test_a_post_that_failed_can_be_tried_again(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    town.env.inject_error("POST", "/webhooks/*", status=400, times=1)
    failed = await town.officer.click(shown, label="Post here")
    assert "Reference" in words(failed.followups[-1])
    assert len(town.env.errors) == 1
    again = await town.officer.click(shown, label="Post here")
    assert "Clan report" in words(again.followups[-1])


async def test_a_clans_name_cannot_ping_or_format(town: Town) -> None:
    clan = await town.clan()
    await town.services.clans.join_group(clan, town.world.group_id, "=@everyone *x* \U0001f984")
    shown = (await town.officer.slash(town.general, "clanstats report")).response
    assert shown is not None
    assert "@everyone" not in words(shown)
    assert "\\*x\\* \U0001f984" in words(shown)
