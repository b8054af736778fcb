"""/leaderboard, /compare and the right-click on a user: what is shown, refused and posted."""

from dataclasses import replace

import pytest
from simcord.results import ResponseMessage

from bot.clan.leaderboards import Score, ranked
from bot.clan.linking import LinkPair
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.clan.spans import DAY, Span
from bot.reports.boards import Board
from bot.services.people import Officer
from cogs.boards.words import board_line, own_lines, totals_lines
from tests.cogs.test_me import hero, quiet_player, sure_hero
from tests.cogs.town import START, Town, control, newest, post_here, words
from tests.storage.rows import NOW


def two_names(town: Town) -> tuple[str, str]:
    first, second = (each.name_at(START) for each in town.world.present(START)[:2])
    return first, second


async def compared(town: Town, period: int = 30) -> ResponseMessage:
    first, second = two_names(town)
    return newest(
        await town.officer.slash(town.general, "compare", a=first, b=second, period=period)
    )


async def test_two_members_stand_side_by_side_with_what_each_leads_in(town: Town) -> None:
    shown = await compared(town)
    said, (first, second) = words(shown), two_names(town)
    assert shown.ephemeral
    assert f"## {first} and {second}" in said
    assert "last 30 days" in said
    assert f"**{first}** leads in " in said or f"**{second}** leads in " in said
    assert "\nBoss kills: " in said
    assert "**Gained most in**" in said
    assert [each.filename for each in shown.attachments] == ["comparison.png"]


async def test_another_period_shows_the_same_two_anew_after_a_restart(town: Town) -> None:
    shown, (first, second) = await compared(town), two_names(town)
    await town.restart()
    result = await town.officer.select(shown, ["7"], custom_id=control(shown, "compare:choose"))
    said = words(newest(result))
    assert f"## {first} and {second}" in said
    assert "last 7 days" in said


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((0, "<@1> **x** @everyone"), "No member of the clan is called **<@\u200b1> "),
        ((0, 0), "That is the same member twice"),
    ],
)
async def test_who_cannot_be_compared_is_said_with_what_to_do(
    town: Town, names: tuple[int | str, int | str], told: str
) -> None:
    first, second = (two_names(town)[each] if isinstance(each, int) else each for each in names)
    result = await town.guest.slash(town.general, "compare", a=first, b=second)
    said = words(result.response)
    assert result.ephemeral
    assert told.partition("<@")[0] in said
    assert "@everyone" not in said
    assert "<@1>" not in said


async def test_without_a_group_comparing_says_what_to_do(bare_town: Town) -> None:
    town = bare_town
    for asked in (
        await town.guest.slash(town.general, "compare", a="one", b="two"),
        await town.guest.context_menu(town.general, "Compare with me", town.member),
    ):
        assert "/clanstats setup" in words(asked.response)


async def test_typing_offers_members_for_both(town: Town) -> None:
    name = two_names(town)[0]
    for option in ("a", "b"):
        offered = await town.guest.autocomplete(town.general, "compare", option, name[:4].lower())
        assert name in [each["value"] for each in offered]


async def test_a_right_click_compares_both_main_accounts(town: Town) -> None:
    actor = await hero(town)
    hers = quiet_player(town).player_id
    own = next(each for each in town.world.present(START) if each.player_id != hers)
    refused = await town.member.context_menu(town.general, "Compare with me", actor)
    assert "I do not know which account is yours" in words(refused.response)
    assert "`/link`" in words(refused.response)
    pair = LinkPair(own.player_id, town.member.id)
    assert await town.services.links.confirm_all(await town.clan(), [pair], Officer(town.owner.id))
    result = await town.member.context_menu(town.general, "Compare with me", actor)
    assert result.ephemeral
    said = words(result.response)
    assert f"## {own.name_at(START)} and {quiet_player(town).name_at(START)}" in said
    unknown = words(
        (await actor.context_menu(town.general, "Compare with me", town.guest)).response
    )
    assert "I do not know which account is **guest**'s" in unknown
    itself = await actor.context_menu(town.general, "Compare with me", actor)
    assert "That is you" in words(itself.response)


async def test_officers_post_a_comparison_and_who_lost_the_right_does_not(town: Town) -> None:
    shown = await compared(town)
    (posted,) = (await post_here(town.officer, shown, "Post the comparison")).followups
    assert not posted.ephemeral
    assert f"## {two_names(town)[0]} and " in words(posted)
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    for panel, label in ((shown, "Post here"), (question, "Post the comparison")):
        result = await town.officer.click(panel, label=label)
        assert "Only officers may" in words(newest(result))
    assert len(town.general.history()) == 1
    first, second = two_names(town)
    others = await town.guest.slash(town.general, "compare", a=first, b=second)
    assert "Post here" not in words(others.response)


async def test_who_lost_the_right_meanwhile_posts_no_leaderboard(town: Town) -> None:
    shown = newest(await town.officer.slash(town.general, "leaderboard", metric="xp"))
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    for panel, label in ((shown, "Post here"), (question, "Post the leaderboard")):
        result = await town.officer.click(panel, label=label)
        assert "Only officers may" in words(newest(result))
    assert town.general.history() == []
    others = words((await town.guest.slash(town.general, "leaderboard", metric="xp")).response)
    assert "Post here" not in others


async def test_who_opted_out_meanwhile_is_not_posted_and_sees_their_own_side(town: Town) -> None:
    actor = await sure_hero(town)
    own = quiet_player(town).name_at(START)
    other = next(name for name in two_names(town) if name != own)
    shown = newest(await town.officer.slash(town.general, "compare", a=other, b=own))
    question = newest(await town.officer.click(shown, label="Post here"))
    await town.services.privacy.opt_out(await town.clan(), actor.id)
    await town.officer.click(question, label="Post the comparison")
    assert "There is nothing to post any more" in words(question)
    anew = await town.officer.select(shown, ["7"], custom_id=control(shown, "compare:choose"))
    assert "opted out" in words(newest(anew))
    assert own not in words(newest(anew))
    mine = words((await actor.slash(town.general, "compare", a=own, b=other)).response)
    assert f"## {own} and {other}" in mine
    assert "Post here" not in mine


def test_ones_own_place_is_told_and_who_has_none_of_it_has_no_place() -> None:
    scores = [Score(who, f"P{who}", value) for who, value in ((1, 7), (2, 7), (3, 2), (4, 0))]
    span = Span(NOW - 30 * DAY, NOW)
    board = Board("Clan", "UTC", "zulrah", 30, span, ranked(scores), frozenset({2, 3, 4}))
    assert own_lines(board) == [
        "**Your place**  1 of 3, shared: P2 with 7",
        "**Your place**  3 of 3: P3 with 2",
        "**Your place**  none yet: P4 with 0",
    ]
    assert totals_lines(board) == []


def test_two_numbers_and_a_skill_say_what_they_are() -> None:
    span = Span(NOW - 30 * DAY, NOW)
    scores = ranked([Score(1, "P1", 7, total=90)])
    board = Board("Clan", "UTC", "slayer", 30, span, scores)
    assert board.title == "Slayer XP"
    assert board_line(board, *scores.placed) == "1\\. P1 **7** of 90"
    assert totals_lines(board) == ["-# in the last 30 days, of what they have in all"]
    assert replace(board, metric="zulrah").title == "Zulrah"
