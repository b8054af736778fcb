"""/promotions: who may rise, and what becomes of a press whatever happened meanwhile."""

from dataclasses import replace
from itertools import count

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.clan.evidence import Grade
from bot.clan.names import escaped
from bot.clan.promotion import PromotionCase, Promotions, Strength, promotion_cases
from bot.clan.wording import role_words
from bot.services.review import CaseAction, PromotionReview, Waiting
from cogs.review.deciding import Pick
from cogs.review.promotions import PromotionsScreen, PromotionsState
from cogs.review.promotions_words import PromotionTab, promotion_line
from tests.bot.clan.portraits import LADDER, NOW, POLICY, THIN, person
from tests.cogs.deciding import (
    beside,
    drawn,
    filled,
    fits,
    has,
    ids,
    judged_by,
    meanwhile,
    on_picked,
    opened,
    options,
    parts_fit,
    picks,
    placed,
    player_of,
    press,
    refusal_of,
    said_in,
    second_leader,
    select,
    take_roles,
    told,
    values_of,
)
from tests.cogs.town import Town, words

AWKWARD = "=1+1`` ```@everyone *x* <@1> \N{PARTY POPPER}\n- y"
APPROVE, NOT_YET, BACK = "promotions:decide:approve", "promotions:ask:not yet", "promotions:decide"

MANY = {"carry_recent_raids": 1, "carry_top_percent": 100, "pillar_messages": 1}
"""What a clan of thirty has to ask for, so that five are suggested."""


@pytest.fixture
async def town(town: Town) -> Town:
    """Return a town with a policy that finds somebody to promote among so few."""
    await judged_by(town, promotion=MANY)
    return town


async def target(town: Town) -> str:
    review = await town.services.review.promotions(await town.clan())
    return role_words(review.promotions.cases[0].next_rank)


async def promotions(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    panel = await opened(town, "promotions", who)
    assert fits(panel)
    return panel


async def first_name(town: Town) -> str:
    review = await town.services.review.promotions(await town.clan())
    return review.promotions.cases[0].profile.main.name


async def standing(town: Town) -> list[tuple[int, CaseState]]:
    found = await town.services.cases.standing(await town.clan())
    return [(each.case.player_id, each.case.state) for each in found]


async def details(town: Town, panel: ResponseMessage, player_id: int) -> ResponseMessage:
    """Open the details of somebody beside the list."""
    shown = (await select(town, panel, "details", str(player_id))).response
    assert shown is not None
    return shown


async def test_a_line_a_person_says_from_where_to_where_and_why_the_strongest_first(
    town: Town,
) -> None:
    await town.vouch()
    panel, rank = await promotions(town), await target(town)
    review = await town.services.review.promotions(await town.clan())
    lines = [each for each in words(panel).splitlines() if each.startswith("**")]
    for line, case in zip(lines, review.promotions.cases, strict=True):
        main = case.profile.main
        assert line.startswith(
            f"**{escaped(main.name)}** <@{case.profile.user_id}> \N{MIDDLE DOT} "
        )
        assert f"{role_words(main.role)} \N{RIGHTWARDS ARROW} **{rank}**" in line
        assert "good evidence" in line
    said = words(panel)
    assert "Social pillar" in lines[0]
    assert "Sorted by days seen in the last 8 weeks" in said
    assert "Not yet because" not in said
    assert "Settings version 2." in said
    assert "members linked" in said


async def test_five_people_are_decided_in_under_ten_presses(town: Town) -> None:
    presses = count(1)
    panel = await promotions(town)
    names = list(options(panel, "pick"))
    assert len(names) == 5
    next(presses)  # the command
    next(presses)  # the list of people is opened
    for _ in names:
        next(presses)
    await select(town, panel, "pick", *picks(panel))
    next(presses)  # Approve
    await press(town, panel, APPROVE)
    assert next(presses) - 1 < 10
    assert [state for _, state in await standing(town)] == [CaseState.APPROVED] * 5
    said = words(panel)
    assert all(f"**{escaped(name)}**" in said for name in names)
    assert "approved. Now promote to" in said
    assert "Approved 5" in said
    assert fits(panel)
    await press(town, panel, "Approved 5")
    copied = beside(await press(town, panel, "promotions:copy"))
    assert all(f"{name} -> " in copied for name in names)


async def test_of_several_only_those_who_were_decided_meanwhile_are_refused(town: Town) -> None:
    second = await second_leader(town)
    panel, theirs = await promotions(town), await promotions(town, second)
    one, two, *_ = picks(panel)
    await on_picked(town, theirs, APPROVE, two, who=second)
    await on_picked(town, panel, NOT_YET, one, two)
    shown = await press(town, panel, NOT_YET)
    assert values_of(shown) == ["", "30"]
    await filled(town, shown, "not at events")
    name = next(name for name, pick in options(theirs, "pick").items() if pick == one)
    said = words(panel)
    assert f"**{escaped(name)}**: not yet. Not suggested again before <t:" in said
    assert "Not done for " in said
    assert (
        f"Somebody else approved this under a minute ago. Look at it again. (<@{second.id}>)"
        in (said.replace("\\", ""))
    )
    assert dict(await standing(town)) == {
        player_of(one): CaseState.NOT_YET,
        player_of(two): CaseState.APPROVED,
    }


async def test_what_is_picked_stays_picked_and_without_anybody_nothing_is_decided(
    town: Town,
) -> None:
    panel = await promotions(town)
    for button in (APPROVE, NOT_YET):
        answer = await press(town, panel, button)
        assert "Pick people in the list above first" in "\n".join(
            map(words, filter(None, (answer.response, *answer.followups)))
        )
    before, all_ids = words(panel), ids(panel)
    await select(town, panel, "pick", *picks(panel)[:2])
    assert (words(panel), ids(panel)) == (before, all_ids)
    assert fits(panel)
    await town.restart()
    await press(town, panel, APPROVE)
    assert len(await standing(town)) == 2


async def test_a_form_can_leave_somebody_out(town: Town) -> None:
    panel = await promotions(town)
    one, two, *_ = picks(panel)
    await select(town, panel, "pick", one, two)
    shown = await press(town, panel, NOT_YET)
    await filled(town, shown, "why", people=[two])
    assert [player_id for player_id, _ in await standing(town)] == [player_of(two)]


async def test_a_part_of_the_list_is_shown_and_what_is_pressed_there_counts(town: Town) -> None:
    panel = await promotions(town)
    parts = options(panel, "choose")
    label, key = next(each for each in parts.items() if each[1].startswith("signal."))
    how_many = int(label.rpartition("(")[2].rstrip(")"))
    await select(town, panel, "choose", key)
    assert len(picks(panel)) == how_many < 5
    await town.restart()
    await on_picked(town, panel, APPROVE, *picks(panel))
    assert len(await standing(town)) == how_many
    assert "Nobody is left of what was chosen" in words(panel)
    await press(town, panel, "Also qualify")
    assert "Nobody is left" not in words(panel)


async def test_an_approved_one_waits_for_the_game_and_can_be_copied_and_taken_back(
    town: Town,
) -> None:
    panel, name, rank = await promotions(town), await first_name(town), await target(town)
    player_id = player_of(picks(panel)[0])
    await on_picked(town, panel, APPROVE)
    assert f"**{name}**: approved. Now promote to **{rank}** in the game" in words(panel)
    assert await standing(town) == [(player_id, CaseState.APPROVED)]
    await press(town, panel, "Approved 1")
    assert f"```\n{name} -> {rank}\n```" in words(panel)
    assert fits(panel)
    copied = await press(town, panel, "promotions:copy")
    assert f"{name} -> {rank}" in beside(copied)
    await on_picked(town, panel, "Take back")
    assert f"**{name}**: taken back" in words(panel)
    assert "Nothing that was approved waits" in words(panel)
    assert await standing(town) == [(player_id, CaseState.OPEN)]


async def test_not_yet_asks_why_and_for_how_long_and_is_remembered(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    shown = await on_picked(town, panel, NOT_YET)
    assert shown.modal is not None
    assert shown.modal["title"] == f"Not yet: {name}"
    assert values_of(shown) == ["", "30"]
    await filled(town, shown, "not at events", "2 weeks")
    assert f"**{name}**: not yet. Not suggested again before <t:" in words(panel)
    assert "takes it back" in words(panel)
    assert has(panel, APPROVE)
    review = await town.services.review.promotions(await town.clan())
    assert name not in {each.profile.main.name for each in review.promotions.cases}
    (case,) = review.cases.values()
    assert case.last.why == "not at events"
    assert case.last.until_at is not None
    assert (case.last.until_at - case.last.at).days in {13, 14}


@pytest.mark.parametrize(
    ("why", "until", "said"),
    [
        ("  ", "30", "Say why, so that others can understand it later"),
        ("good reason", "soon", '"soon" is not a day'),
        ("good reason", "0", "Write 1 to 365 days"),
        ("good reason", "366", "Write 1 to 365 days"),
        ("good reason", "today", "take a day from tomorrow on"),
        ("good reason", "2 years", "within 365 days"),
    ],
)
async def test_a_form_that_lacks_something_says_what_and_keeps_the_words(
    town: Town, why: str, until: str, said: str
) -> None:
    panel = await promotions(town)
    shown = await on_picked(town, panel, NOT_YET)
    answer = told(await filled(town, shown, why, until)) + words(panel)
    assert said in answer
    assert (why in answer) is (why == "good reason")
    assert await standing(town) == []


async def test_each_press_asks_the_gate_again(town: Town) -> None:
    second = await second_leader(town)
    panel = await promotions(town, second)
    shown = await on_picked(town, panel, NOT_YET, who=second)
    before = words(panel)
    values = {"pick": picks(panel), "choose": ["-"], "details": [picks(panel)[0].split(".")[0]]}
    await take_roles(town)
    pressed = ids(panel)
    assert len(pressed) >= 9
    for custom_id in pressed:
        act = custom_id.split(":")[1]
        if act in values:
            refused = await second.select(panel, values[act][:1], custom_id=custom_id)
        else:
            refused = await second.click(panel, custom_id=custom_id)
        assert "Only the clan's leadership may decide on promotions" in refusal_of(refused)
    assert "leadership may" in refusal_of(await filled(town, shown, "why", who=second))
    assert words(panel) == before
    assert await standing(town) == []


async def test_a_list_outlives_a_restart(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    await town.restart()
    await on_picked(town, panel, APPROVE)
    assert f"**{name}**: approved" in words(panel)
    await town.restart()
    await press(town, panel, "Approved 1")
    await town.restart()
    await on_picked(town, panel, "Take back")
    assert f"**{name}**: taken back" in words(panel)


async def test_a_form_is_taken_after_a_restart(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    shown = await on_picked(town, panel, NOT_YET)
    await town.restart()
    await filled(town, shown, "not at events")
    assert f"**{name}**: not yet." in words(panel)


async def test_pressing_twice_does_it_once(town: Town) -> None:
    panel, again = await promotions(town), await promotions(town)
    player_id = player_of(picks(panel)[0])
    await on_picked(town, panel, APPROVE)
    await on_picked(town, again, APPROVE)
    said = words(again)
    assert "Not done for " in said
    assert "You approved this already" in said
    assert f"(<@{town.leader.id}>)" not in said
    assert "Approved 1" in said
    (found,) = await town.services.cases.of_person(await town.clan(), player_id)
    assert [each.move for each in found.case.history] == [Move.OPEN, Move.APPROVE]


async def test_of_two_leaders_at_the_same_moment_one_decides(town: Town) -> None:
    second = await second_leader(town)
    panel = await promotions(town)
    player_id = player_of(picks(panel)[0])
    await select(town, panel, "pick", picks(panel)[0])
    meanwhile(town, CaseAction(CaseKind.PROMOTION, player_id, Move.APPROVE), second.id)
    await press(town, panel, APPROVE)
    assert "Somebody else approved this" in words(panel)
    assert f"(<@{second.id}>)" in words(panel)
    (found,) = await town.services.cases.of_person(await town.clan(), player_id)
    assert [each.move for each in found.case.history] == [Move.OPEN, Move.APPROVE]
    assert "Approved 1" in words(panel)


async def test_a_late_press_names_who_stands_in_the_way(town: Town) -> None:
    second = await second_leader(town)
    mine, theirs = await promotions(town), await promotions(town, second)
    await on_picked(town, mine, APPROVE)
    await on_picked(town, theirs, APPROVE, who=second)
    assert "Somebody else approved this" in words(theirs)
    assert f"(<@{town.leader.id}>)" in words(theirs)
    assert "Approved 1" in words(theirs)


async def test_where_two_have_to_agree_the_second_one_approves(town: Town) -> None:
    await judged_by(town, cases={"second_officer": True})
    second = await second_leader(town)
    panel, name = await promotions(town), await first_name(town)
    await on_picked(town, panel, APPROVE)
    assert f"**{name}**: your approval is noted" in words(panel)
    assert f"<@{town.leader.id}> approved this <t:" in words(panel)
    assert "Approve as second" in words(panel)
    assert "Take back" in words(panel)
    await on_picked(town, panel, "Approve as second")
    assert "now a second officer has to agree" in words(panel)
    theirs = await promotions(town, second)
    await on_picked(town, theirs, "Approve as second", who=second)
    assert f"**{name}**: approved." in words(theirs)


async def test_a_case_that_wom_ended_cannot_be_pressed(town: Town) -> None:
    panel = await promotions(town)
    player_id = player_of(picks(panel)[0])
    await on_picked(town, panel, APPROVE)
    await press(town, panel, "Approved 1")
    await placed(town, player_id, role="onyx")
    await on_picked(town, panel, "Take back")
    assert "This has been done" in words(panel)
    assert "now Onyx" in words(panel)
    assert "Nothing that was approved waits" in words(panel)


async def test_nothing_is_decided_about_a_member_who_has_left(town: Town) -> None:
    panel, form = await promotions(town), await promotions(town)
    first, second, *_ = picks(panel)
    shown = await on_picked(town, form, NOT_YET, first)
    await placed(town, player_of(first), left_at=town.env.now())
    await on_picked(town, panel, APPROVE, first)
    assert "not in the clan any more" in words(panel)
    assert first not in picks(panel)
    await filled(town, shown, "why")
    assert "not in the clan any more" in words(form)
    assert first not in picks(form)
    assert (await on_picked(town, form, NOT_YET, second)).modal is not None
    assert await standing(town) == []


async def test_a_form_is_not_opened_where_nothing_is_suggested_any_more(town: Town) -> None:
    panel = await promotions(town)
    gone = picks(panel)[0]
    await placed(town, player_of(gone), left_at=town.env.now())
    result = await on_picked(town, panel, NOT_YET, gone)
    assert result.modal is None
    assert "not a member any more" in words(panel)
    assert gone not in picks(panel)


async def test_a_press_is_judged_by_the_policy_of_now(town: Town) -> None:
    panel = await promotions(town)
    await judged_by(town, promotion={"signals": []})
    await on_picked(town, panel, APPROVE)
    assert "not suggested for a promotion any more" in words(panel)
    assert "No signal is switched on" in words(panel)
    assert await standing(town) == []


async def test_details_have_everything_with_a_picture_and_decide_as_well(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    shown = await details(town, panel, player_of(picks(panel)[0]))
    assert shown.ephemeral
    said = words(shown)
    for part in (f"## **{name}**", "Speaks for it", "Also considered", "none so far", "Seen on"):
        assert part in said
    assert "Not yet because" not in said
    assert [each.filename.rpartition(".")[2] for each in shown.attachments] == ["png"]
    assert fits(shown)
    await town.restart()
    form = await press(town, shown, "promotion:ask:not yet")
    await town.restart()
    await filled(town, form, AWKWARD)
    assert "Not suggested again before" in words(shown)
    assert f"not yet by <@{town.leader.id}>" in words(shown)
    assert "@everyone" not in words(shown)
    await press(town, shown, "Take back")
    assert f"**{name}**: taken back, and open again." in words(shown)
    assert has(shown, "promotion:decide:approve")
    assert [each.filename.rpartition(".")[2] for each in shown.attachments] == ["png"]
    assert fits(shown)


async def test_details_ask_the_gate_and_the_revision_that_they_show(town: Town) -> None:
    second = await second_leader(town)
    panel = await promotions(town, second)
    player_id = player_of(picks(panel)[0])
    shown = (await select(town, panel, "details", str(player_id), who=second)).response
    assert shown is not None
    await on_picked(town, await promotions(town), APPROVE)
    await press(town, shown, "promotion:decide:approve", second)
    assert "Somebody else approved this" in words(shown)
    await take_roles(town)
    refused = await press(town, shown, "Take back", second)
    assert "leadership may decide on promotions" in refusal_of(refused)


async def test_details_of_somebody_who_left_say_so(town: Town) -> None:
    panel = await promotions(town)
    player_id = player_of(picks(panel)[0])
    await placed(town, player_id, left_at=town.env.now())
    assert "not a member any more" in words(await details(town, panel, player_id))


async def test_a_server_without_a_group_is_told_what_is_missing(bare_town: Town) -> None:
    result = await bare_town.leader.slash(bare_town.general, "promotions")
    assert "no Wise Old Man group yet" in words(result.response)


async def test_pages_turn_after_a_restart_as_well(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs._deciding_filters.list_page.__defaults__", (2,))
    panel = await promotions(town)
    await town.restart()
    for turn, said in (("on", "2 of 3"), ("last", "3 of 3"), ("back", "2 of 3"), ("first", "1 of")):
        await press(town, panel, f"promotions:{turn}")
        assert said in words(panel)
        assert fits(panel)


@pytest.mark.parametrize(
    ("long", "said"),
    [("", "the bar is 128, on 14 days · thin"), (", and more" * 9, "… · thin")],
)
def test_what_is_just_under_says_what_was_asked_and_shows_where_it_is_cut(
    long: str, said: str
) -> None:
    near = "Social pillar: 115 messages in 30 days (at most 20 an hour), on 23 of 28 days; "
    case = PromotionCase(
        person(), "captain", (), (f"{near}the bar is 128, on 14 days{long}",), (), frozenset(),
        Grade.THIN, (), Strength(40, 20), 1,
    )  # fmt: skip
    assert said in promotion_line(case, None).replace("\\", "")


def test_a_page_that_is_gone_becomes_the_last_one() -> None:
    assert "3 of 3" in str(shown_of(review(25), PromotionTab.SUGGESTED, 99))


# Drawn by hand


def shown_of(
    listed: PromotionReview, tab: PromotionTab, page: int = 0, note: str = ""
) -> list[dict[str, object]]:
    """Return a page of a list as Discord gets it."""
    screen = PromotionsScreen.__new__(PromotionsScreen)
    return drawn(screen.render(PromotionsState(tab, page), listed, note).box)


def review(count: int = 0, name: str = "x") -> PromotionReview:
    """Return a list of so many people who reach everything, all called the same."""
    people = []
    for number in range(1, count + 1):
        usual = person(number, "prospector")
        people.append(replace(usual, accounts=(usual.main._replace(name=name),) * 3))
    found = promotion_cases(people, LADDER, POLICY, NOW)
    grown = tuple(grown_of(each) for each in (*found.cases, *found.others))
    cases = {each.profile.main.player_id: seconding(each) for each in grown}
    waiting = tuple(Waiting(approved(case), name, "active again") for case in cases.values())
    evidence = ("a good deal of words about how well the clan was observed lately",) * 12
    return PromotionReview(
        Promotions(grown, grown, grown), cases, waiting, POLICY, NOW, evidence if count else ()
    )


def grown_of(case: PromotionCase) -> PromotionCase:
    return replace(
        case,
        reasons=tuple(each * 2 for each in case.reasons) * 3,
        not_yet=("Steady: something is missing_" * 5,) * 4,
        considered=("Carry potential: something is missing_" * 5,) * 4,
        doubts=THIN.reasons * 30,
    )


def seconding(case: PromotionCase) -> Case:
    history = (
        CaseEntry(Move.OPEN, CaseState.OPEN, None, NOW),
        CaseEntry(Move.APPROVE, CaseState.SECONDING, 10**18, NOW, AWKWARD * 5),
    )
    player_id = case.profile.main.player_id
    return Case(CaseKind.PROMOTION, player_id, "prospector", 1, history, "member")


def approved(case: Case) -> Case:
    entry = CaseEntry(Move.APPROVE, CaseState.APPROVED, 10**18, NOW)
    return replace(case, history=(*case.history, entry))


@pytest.mark.parametrize("name", ["Wwwwwwwwwwww", AWKWARD, "*_`~|" * 20])
@pytest.mark.parametrize("tab", list(PromotionTab))
def test_five_hundred_with_the_longest_names_stay_within_discord_s_limits(
    name: str, tab: PromotionTab
) -> None:
    listed = review(500, name)
    assert len(listed.promotions.cases) == 500
    for page in (0, 1, 49, 500):
        box = shown_of(listed, tab, page, f"**{escaped(name)}**: approved. " * 90)
        assert parts_fit(box)
        assert "@everyone" not in said_in(box)


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        (PromotionTab.SUGGESTED, "Nobody reaches a signal at the moment, and nobody is near one."),
        (PromotionTab.OTHERS, "Nobody else qualifies: everybody who does is under Suggested."),
        (PromotionTab.UNDER, "Nobody is just under what a signal asks."),
        (PromotionTab.APPROVED, "Nothing that was approved waits for the game."),
    ],
)
def test_an_empty_list_says_so(tab: PromotionTab, said: str) -> None:
    assert said in str(shown_of(review(), tab))


def test_a_pick_is_read_as_it_was_written() -> None:
    pick = Pick(2**31 - 1, 9_999)
    assert Pick.read(pick.text) == pick
