"""/clanstats audit: leadership sees how officers do, and when none of them is around."""

from dataclasses import replace

import discord
import pytest

from bot.clan.audit import Audit, OfficerRow, Standing
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.profiles import NOTHING_SEEN
from bot.reports.documents import Document
from bot.services.publish import AuditFiles
from bot.services.review import AuditReview
from cogs.review.audit import AuditFound, AuditScreen, AuditState
from cogs.review.audit_words import gap_words, hours_lines, officer_pages, summary
from tests.bot.clan.portraits import NOW, account, person
from tests.cogs.town import START, Town, control, fits, newest, words

QUIET_WEEK = ((0,) * 24,) * 7
CHART = Document("uncovered_hours.png", b"", "hours")


def row(standing: Standing, number: int = 1, name: str = "Bob", *reasons: str) -> OfficerRow:
    who = person(number, "owner", accounts=(account(number, "owner")._replace(name=name),))
    return OfficerRow(who, standing, reasons)


def audited(*rows: OfficerRow, **fields: object) -> AuditReview:
    review = AuditReview(
        Audit(rows, 12.5, 30), QUIET_WEEK, None, DEFAULT_POLICY, NOW, ("WOM 2 h old",)
    )
    return replace(review, **fields)  # type: ignore[arg-type]


async def everybody_is_an_officer(town: Town) -> None:
    """Let the roles of all members make officers, and keep who holds the Discord roles."""
    clan = await town.clan()
    roles = {player.role_at(START) for player in town.world.present(START)}
    below = frozenset(roles - set(clan.permissions.tier_1))
    await town.services.clans.set_permissions(clan, replace(clan.permissions, officer_roles=below))


async def test_leadership_sees_the_officers_the_hours_and_what_to_do(town: Town) -> None:
    shown = (await town.leader.slash(town.general, "clanstats audit")).response
    assert shown is not None
    assert shown.ephemeral
    said = words(shown)
    for part in (
        "## Officers",
        "**Fine**",
        "the clan's median is",
        "**No officer around**",
        "(UTC): ",
        "Ask an officer in another time zone",
        "WOM under a minute old",
    ):
        assert part in said
    assert "None" not in said
    (chart,) = shown.attachments
    assert chart.filename == "uncovered_hours.png"
    assert chart.description


async def test_where_no_officer_is_known_in_chat_no_hours_are_drawn(town: Town) -> None:
    clan = await town.clan()
    for player in town.world.present(START):
        role = player.role_at(START)
        permissions = replace(
            clan.permissions, tier_1=(role,), tier_2=(), officer_roles=frozenset()
        )
        await town.services.clans.set_permissions(clan, permissions)
        review = await town.services.review.audit(await town.clan())
        if all(each.profile.window(30).messages is None for each in review.audit.officers):
            break
    shown = (await town.leader.slash(town.general, "clanstats audit")).response
    assert shown is not None
    assert "unknown when they are around" in words(shown)
    assert "**Can't tell**" in words(shown)
    assert shown.attachments == []


async def test_a_clan_without_officers_hears_where_to_name_them(town: Town) -> None:
    permissions = replace((await town.clan()).permissions, tier_1=(), officer_roles=frozenset())
    await town.services.clans.set_permissions(await town.clan(), permissions)
    said = words((await town.leader.slash(town.general, "clanstats audit")).response)
    assert "Nobody in the game holds an officer's rank" in said
    assert "/clanstats settings" in said


async def test_without_a_group_it_says_what_to_do(bare_town: Town) -> None:
    result = await bare_town.leader.slash(bare_town.general, "clanstats audit")
    assert result.ephemeral
    assert "/clanstats setup" in words(result.response)


async def test_many_officers_are_turned_by_pages_that_live_on_after_a_restart(town: Town) -> None:
    await everybody_is_an_officer(town)
    shown = (await town.leader.slash(town.general, "clanstats audit")).response
    assert shown is not None
    first = words(shown)
    assert "1 of 2" in first
    await town.leader.click(shown, custom_id=control(shown, "audit:on"))
    second = words(shown)
    assert "2 of 2" in second
    assert [each.filename for each in shown.attachments] == ["uncovered_hours.png"]
    await town.restart()
    await town.leader.click(shown, custom_id=control(shown, "audit:first"))
    assert "1 of 2" in words(shown)
    names = [player.name_at(START) for player in town.world.present(START)]
    assert all(discord.utils.escape_markdown(name) in first + second for name in names)


async def test_whoever_leads_no_more_is_refused_at_the_button(town: Town) -> None:
    await everybody_is_an_officer(town)
    marked = town.guild.add_member(town.env.create_user("marked"), roles=[town.leadership_role])
    await town.env.settle()
    shown = (await marked.slash(town.general, "clanstats audit")).response
    assert shown is not None
    permissions = replace((await town.clan()).permissions, discord_leadership=frozenset())
    await town.services.clans.set_permissions(await town.clan(), permissions)
    pressed = await marked.click(shown, custom_id=control(shown, "audit:on"))
    assert newest(pressed).ephemeral
    assert "Only the clan's leadership may" in words(newest(pressed))
    assert "1 of 2" in words(shown)


async def test_officers_themselves_do_not_see_it(town: Town) -> None:
    result = await town.officer.slash(town.general, "clanstats audit")
    assert result.ephemeral
    assert "Only the clan's leadership may" in words(result.response)


def test_the_worst_come_first_with_their_numbers_and_reasons() -> None:
    review = audited(
        row(Standing.AWOL, 1, "*Away*"),
        row(Standing.CANT_TELL, 2, "Dim", "nothing known", "chat: not linked to a Discord user"),
        row(Standing.PAUSED, 3, "Rest", "exempt: @everyone"),
    )
    assert summary(review) == "1 AWOL · 1 can't tell · 1 excluded"
    ((awol, dim, rest),) = officer_pages(review, 1_000)
    assert "**\\*Away\\***  Owner · 60 messages · 4M XP · last seen <t:" in awol
    assert dim.endswith("chat\\: not linked to a Discord user")
    assert "@everyone" not in rest
    assert rest.endswith("everyone")


def test_every_page_says_how_those_on_it_did() -> None:
    rows = [row(Standing.AWOL, 1), *(row(Standing.FINE, n) for n in range(2, 30))]
    first, *others = officer_pages(audited(*rows), 600)
    assert [each.splitlines()[0] for each in first] == ["**AWOL**  1", "**Fine**  28"]
    assert others
    assert all(page[0].startswith("**Fine**  28\n") for page in others)
    assert (
        sum(
            line.startswith("**Bob**")
            for page in (first, *others)
            for line in "\n".join(page).splitlines()
        )
        == 29
    )


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ((0, 5, 2), "Monday 05:00 to 07:00"),
        ((2, 22, 2), "Wednesday 22:00 to 24:00"),
        ((5, 22, 4), "Saturday 22:00 to Sunday 02:00"),
        ((6, 23, 26), "Sunday 23:00 to Tuesday 01:00"),
        ((1, 0, 168), "all week long"),
    ],
)
def test_a_gap_is_told_by_day_and_hour(gap: tuple[int, int, int], said: str) -> None:
    assert gap_words(gap) == said


async def test_officers_who_are_not_seen_in_chat_are_said_to_be_so(town: Town) -> None:
    unseen = row(Standing.CANT_TELL, 2)
    unseen = replace(unseen, profile=replace(unseen.profile, windows={30: NOTHING_SEEN}))
    made = AuditFiles(audited(row(Standing.FINE), unseen), CHART)
    *_, small = hours_lines(made, await town.clan())
    assert small.startswith("-# 1 of 2 officers is not linked and may have been there")


async def test_messages_of_a_gap_are_counted_past_the_end_of_the_week(town: Town) -> None:
    hours = [[0] * 24 for _ in range(7)]
    hours[6][23], hours[0][0], hours[3][9] = 30, 18, 6
    review = audited(
        row(Standing.FINE), gap=(6, 23, 2), uncovered=tuple(tuple(each) for each in hours)
    )
    line, advice, small = hours_lines(AuditFiles(review, CHART), await town.clan())
    assert (
        line == "**No officer around**  Sunday 23:00 to Monday 01:00 (UTC): 48 messages in 30 days."
    )
    assert "another time zone" in advice
    assert "in all, no officer in 3 hours of the week with 54 messages" in small
    covered = hours_lines(AuditFiles(audited(row(Standing.FINE)), CHART), await town.clan())
    assert covered[0].endswith(
        "never: an officer wrote in every hour of the week with at least 5 messages in 30 days."
    )


async def test_five_hundred_officers_with_awkward_names_fit_discord(town: Town) -> None:
    clan = await town.clan()
    rows = [row(list(Standing)[n % 5], n, "*_~`|>@everyone", "why " * 40) for n in range(500)]
    blank = replace(rows[1], profile=replace(rows[1].profile, windows={30: NOTHING_SEEN}))
    review = audited(blank, *rows, evidence=("a long word on how well it was seen ",) * 8)
    made = AuditFiles(review, CHART)
    for page in (0, 1, 10_000):
        rendered = AuditScreen(town.services).render(AuditState(page), AuditFound(clan, made))
        assert fits(rendered.view)
