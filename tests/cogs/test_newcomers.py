"""/clanstats newcomers: how far they get, whom nobody answered; and what is not posted."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage
from sqlalchemy import update

from bot.clan.newcomers import Newcomer, TimeInClan, Welcomer, cohort_of, newcomer_figures
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.clan.spans import Period, last
from bot.clan.wording import DASH
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.people import Officer
from bot.services.publish import NewcomersAnswer
from cogs.newcomers.screen import NewcomersFound, NewcomersScreen, NewcomersState, NewcomersTab
from cogs.newcomers.words import LEAST_POSTED, total_lines, week_lines
from storage.columns import first_snowflake
from storage.tables import MEMBERSHIPS
from tests.cogs.test_me import quiet_player
from tests.cogs.town import Town, control, fits, newest, post_here, words
from tests.storage.rows import DAY, HOUR, NOW

LONG = "*_~`|>@everyone"
ELSEWHERE = 4_711
WHY_UNHEARD = "not linked, or here before the bot listened"


async def shown_to(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    return newest(await (who or town.officer).slash(town.general, "clanstats newcomers"))


async def newcomer(town: Town, ago: timedelta = 3 * DAY) -> tuple[MemberActor, str]:
    """Let somebody who is linked have joined; return them and their name in the game."""
    player, clan = quiet_player(town), await town.clan()
    name = player.name_at(town.env.now())
    actor = town.guild.add_member(town.env.create_user("fresh"), nick="Fresh One")
    await town.env.settle()
    await town.services.links.link_by_hand(clan, actor.id, name, Officer(town.officer.id))
    async with town.services.intake._database.writing() as connection:
        await connection.execute(
            update(MEMBERSHIPS)
            .where(MEMBERSHIPS.c.player_id == player.player_id)
            .values(joined_at=town.env.now() - ago)
        )
    return actor, name


async def said(town: Town, who: MemberActor, ago: timedelta, reply_to: int | None = None) -> int:
    """Let somebody have written; return the id of the message."""
    at = town.env.now() - ago
    message_id = first_snowflake(at) + who.id % 1000
    place = ChannelInfo(ELSEWHERE if reply_to is None else town.general.id, "place", "text")
    names = (who.member.display_name if who.member else who.name, who.name)
    heard = IncomingMessage(message_id, place, who.id, *names, at, reply_to=reply_to)
    await town.services.intake.store(await town.clan(), [heard])
    return message_id


async def test_whom_nobody_answered_is_named_to_officers_and_not_posted(town: Town) -> None:
    fresh, name = await newcomer(town)
    await said(town, fresh, 2 * DAY)
    panel = await shown_to(town, town.leader)
    assert "joined**" in words(panel)
    assert name not in words(panel)
    await town.leader.click(panel, custom_id=control(panel, "newcomers:tab:unanswered"))
    assert f"**{name}**  joined 3 days ago" in words(panel)
    for part in ("Post the funnel", "Post who welcomes"):
        await post_here(town.leader, panel, part)
        posted = words(town.general.last_message)
        assert "**Newcomers**  last 90 days" in posted
        assert name not in posted
    assert "Who welcomes" in words(town.general.last_message)


async def test_a_reply_makes_who_welcomes(town: Town) -> None:
    fresh, name = await newcomer(town)
    first = await said(town, fresh, 2 * DAY)
    await said(town, town.member, DAY, reply_to=first)
    panel = await shown_to(town)
    await town.officer.click(panel, custom_id=control(panel, "newcomers:tab:unanswered"))
    assert name not in words(panel)
    await town.officer.click(panel, custom_id=control(panel, "newcomers:tab:welcomes"))
    assert "#1  **" in words(panel)
    assert "  first to answer " in words(panel)


async def test_nothing_is_posted_when_they_think_better_of_it(town: Town) -> None:
    before = town.general.last_message
    await post_here(town.leader, await shown_to(town, town.leader), "Post nothing")
    assert town.general.last_message == before


async def test_who_may_not_is_told_so(town: Town) -> None:
    assert "Only officers may" in words(await shown_to(town, town.member))


async def test_who_lost_the_right_is_refused_at_the_button(town: Town) -> None:
    panel = await shown_to(town)
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    custom_id = control(panel, "newcomers:tab:unanswered")
    result = await town.officer.click(panel, custom_id=custom_id)
    assert "Only officers may" in words(newest(result))


def joined(days: int, who: int, **facts: object) -> Newcomer:
    at = NOW - days * DAY
    return replace(Newcomer(who, at, (TimeInClan(at),), wrote_at=at + HOUR), **facts)  # type: ignore[arg-type]


def answer_of(*people: Newcomer, period: Period = Period.YEAR) -> NewcomersAnswer:
    zone = ZoneInfo("UTC")
    return NewcomersAnswer(
        period,
        last(period, NOW, zone),
        newcomer_figures(people, NOW, zone),
        {each.who: LONG for each in people},
        {each.who: LONG for each in people},
        2,
        zone.key,
        NOW,
        NOW - 20 * DAY,
        ("how well it was seen " * 3,) * 8,
    )


@pytest.mark.parametrize("tab", NewcomersTab)
@pytest.mark.parametrize("page", [0, 1, 10_000])
def test_every_page_fits_under_the_worst_of_names(tab: NewcomersTab, page: int) -> None:
    people = [joined(n % 360, n) for n in range(500)]
    answer = answer_of(*people)
    welcomers = tuple(Welcomer(1, each.who, 10**6) for each in people)
    figures = replace(answer.figures, welcomers=welcomers)
    found = NewcomersFound(LONG, replace(answer, figures=figures), may_post=True)
    screen = NewcomersScreen(None)  # type: ignore[arg-type]  # nothing is read
    assert fits(screen.render(NewcomersState(Period.YEAR, tab, page), found).view)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ((), "Nobody joined in this time."),
        ((joined(2, 1, answered_at=NOW),), "Every newcomer who wrote was answered."),
        ((joined(2, 1, is_heard=False),), "Nobody knows yet what these newcomers wrote."),
    ],
)
def test_an_empty_list_of_the_unanswered_says_why(people: tuple[Newcomer, ...], told: str) -> None:
    screen = NewcomersScreen(None)  # type: ignore[arg-type]  # nothing is read
    state = NewcomersState(Period.YEAR, NewcomersTab.UNANSWERED)
    box = screen.render(state, NewcomersFound("Clan", answer_of(*people))).box
    assert told in str([each.to_component_dict() for each in box.walk_children()])


def test_what_cannot_be_known_yet_is_a_dash_and_who_is_unknown_stands_apart() -> None:
    week = cohort_of(NOW.date(), [joined(2, 1), joined(2, 2, is_heard=False)], NOW)
    head, numbers = week_lines(week)
    assert head == ("**Week of 20 Nov**  2 joined · 1 with unknown messages")
    assert numbers.replace("\N{NO-BREAK SPACE}", " ") == (
        f"0 linked · 1 of 1 wrote · 0 of 1 answered · back {DASH} · still here {DASH}"
    )


def test_everything_is_said_in_full() -> None:
    people = (joined(40, 1, answered_at=NOW, was_back=True), joined(2, 2, is_heard=False))
    assert total_lines(answer_of(*people)) == [
        "**2 newcomers joined**",
        "Linked  **0** of 2 (0%)",
        "First message  **1** of 1 (100%)",
        "First reply received  **1** of 1 (100%)",
        "Back after 7 days  **1** of 1 (100%)",
        "Still here after 30 days  **1** of 1 (100%)",
        f"-# 1 newcomer with unknown messages, in no number of them: {WHY_UNHEARD}",
        "-# 2 members left out: nobody knows when they joined",
    ]
    assert total_lines(answer_of())[0] == "Nobody joined in this time."


def test_a_week_with_hardly_anybody_is_not_posted_in_full() -> None:
    few = [joined(2, n) for n in range(LEAST_POSTED - 1)]
    assert week_lines(cohort_of(NOW.date(), few, NOW), LEAST_POSTED) == [
        "**Week of 20 Nov**  2 joined"
    ]
    assert len(total_lines(answer_of(*few), LEAST_POSTED)) == 2
    enough = [*few, joined(2, 9)]
    assert len(week_lines(cohort_of(NOW.date(), enough, NOW), LEAST_POSTED)) == 2
