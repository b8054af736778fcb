"""/promotions: who may rise, and what becomes of a press whatever happened meanwhile."""

from dataclasses import replace

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.clan.promotion import PromotionCase, Promotions, promotion_cases
from bot.clan.wording import role_words
from bot.services.review import CaseAction, PromotionReview, Waiting
from cogs._deciding_keys import PATTERN, Act, Key, ReviewState, ReviewTab
from cogs._promotions import promotions_box
from tests.bot.clan.portraits import LADDER, NOW, POLICY, THIN, person
from tests.cogs.deciding import (
    drawn,
    filled,
    fits,
    judged_by,
    keys,
    meanwhile,
    on_card,
    opened,
    parts_fit,
    placed,
    press,
    refusal_of,
    second_leader,
    tab,
    take_roles,
    told,
    values_of,
)
from tests.cogs.town import Town, words

AWKWARD = "=1+1`` ```@everyone *x* <@1> \N{PARTY POPPER}\n- y"


@pytest.fixture
async def town(town: Town) -> Town:
    """Return a town with a policy that finds somebody to promote among so few."""
    rules = {"carry_recent_raids": 1, "carry_top_percent": 100, "pillar_messages": 1}
    await judged_by(town, promotion=rules)
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


async def test_the_strongest_come_first_with_reasons_and_what_is_missing(town: Town) -> None:
    await town.vouch()
    said = words(await promotions(town))
    assert said.index(f"**{await first_name(town)}**") < said.index("Approve")
    assert "**Social pillar**: " in said
    assert "Also considered: Steady" in said
    assert "Not yet because" not in said
    assert "Evidence good" in said
    assert "Judged by version 2 of the settings." in said
    assert "members linked" in said


async def test_an_approved_one_waits_for_the_game_and_can_be_copied_and_taken_back(
    town: Town,
) -> None:
    panel, name, rank = await promotions(town), await first_name(town), await target(town)
    key = on_card(panel, Act.APPROVE)[0]
    await press(town, panel, key)
    assert f"**{name}** is approved: now give them **{rank}** in the game" in words(panel)
    assert await standing(town) == [(key.player_id, CaseState.APPROVED)]
    await press(town, panel, tab(panel, "Approved 1"))
    assert f"```\n{name} -> {rank}\n```" in words(panel)
    assert fits(panel)
    copied = await press(town, panel, on_card(panel, Act.COPY)[0])
    assert f"{name} -> {rank}" in told(copied)
    await press(town, panel, on_card(panel, Act.REOPEN)[0])
    assert f"**{name}**: taken back" in words(panel)
    assert "Nothing that was approved waits" in words(panel)
    assert await standing(town) == [(key.player_id, CaseState.OPEN)]


async def test_not_yet_asks_why_and_for_how_long_and_is_remembered(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    shown = await press(town, panel, on_card(panel, Act.NOT_YET)[0])
    assert values_of(shown) == ["", "30"]
    await filled(town, shown, "not at events", "2 weeks")
    assert f"**{name}**: not yet. Not suggested again before <t:" in words(panel)
    assert "takes it back" in words(panel)
    assert on_card(panel, Act.APPROVE)
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
        ("good reason", "soon", '"soon" is no day'),
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
    shown = await press(town, panel, on_card(panel, Act.NOT_YET)[0])
    answer = told(await filled(town, shown, why, until))
    assert said in answer
    assert (why in answer) is (why == "good reason")
    assert await standing(town) == []


async def test_each_press_asks_the_gate_again(town: Town) -> None:
    second = await second_leader(town)
    panel = await promotions(town, second)
    shown = await press(town, panel, on_card(panel, Act.NOT_YET)[0], second)
    before = words(panel)
    await take_roles(town)
    pressed = [key for key, _ in keys(panel)]
    assert len(pressed) >= 14
    for key in pressed:
        said = refusal_of(await press(town, panel, key, second))
        assert "Only the clan's leadership may decide on promotions" in said
    assert "leadership may" in refusal_of(await filled(town, shown, "why", who=second))
    assert words(panel) == before
    assert await standing(town) == []


async def test_a_card_outlives_a_restart(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    await town.restart()
    await press(town, panel, on_card(panel, Act.APPROVE)[0])
    assert f"**{name}** is approved" in words(panel)
    await town.restart()
    await press(town, panel, tab(panel, "Approved 1"))
    await town.restart()
    await press(town, panel, on_card(panel, Act.REOPEN)[0])
    assert f"**{name}**: taken back" in words(panel)


async def test_pressing_twice_does_it_once(town: Town) -> None:
    panel, again = await promotions(town), await promotions(town)
    key = on_card(panel, Act.APPROVE)[0]
    await press(town, panel, key)
    said = told(await press(town, again, key))
    assert "You approved this already" in said
    assert "<@" not in said
    assert "Approved 1" in words(again)
    (found,) = await town.services.cases.of_person(await town.clan(), key.player_id)
    assert [each.move for each in found.case.history] == [Move.OPEN, Move.APPROVE]


async def test_of_two_leaders_at_the_same_moment_one_decides(town: Town) -> None:
    second = await second_leader(town)
    panel = await promotions(town)
    key = on_card(panel, Act.APPROVE)[0]
    meanwhile(town, CaseAction(CaseKind.PROMOTION, key.player_id, Move.APPROVE), second.id)
    said = told(await press(town, panel, key))
    assert "Somebody else approved this" in said
    assert f"<@{second.id}>" in said
    (found,) = await town.services.cases.of_person(await town.clan(), key.player_id)
    assert [each.move for each in found.case.history] == [Move.OPEN, Move.APPROVE]
    assert "Approved 1" in words(panel)


async def test_a_late_press_names_who_stands_in_the_way(town: Town) -> None:
    second = await second_leader(town)
    mine, theirs = await promotions(town), await promotions(town, second)
    key = on_card(mine, Act.APPROVE)[0]
    await press(town, mine, key)
    said = told(await press(town, theirs, key, second))
    assert "Somebody else approved this" in said
    assert f"(<@{town.leader.id}>)" in said
    assert "Approved 1" in words(theirs)


async def test_where_two_have_to_agree_the_second_one_approves(town: Town) -> None:
    await judged_by(town, cases={"second_officer": True})
    second = await second_leader(town)
    panel, name = await promotions(town), await first_name(town)
    key = on_card(panel, Act.APPROVE)[0]
    await press(town, panel, key)
    assert f"**{name}**: your approval is noted" in words(panel)
    assert f"<@{town.leader.id}> approved this <t:" in words(panel)
    assert "Approve as second" in words(panel)
    assert "Take back" in words(panel)
    own = told(await press(town, panel, on_card(panel, Act.APPROVE)[0]))
    assert "now a second officer has to agree" in own
    theirs = await promotions(town, second)
    await press(town, theirs, on_card(theirs, Act.APPROVE)[0], second)
    assert f"**{name}** is approved" in words(theirs)


async def test_a_case_that_wom_ended_cannot_be_pressed(town: Town) -> None:
    panel = await promotions(town)
    key = on_card(panel, Act.APPROVE)[0]
    await press(town, panel, key)
    await press(town, panel, tab(panel, "Approved 1"))
    await placed(town, key.player_id, role="onyx")
    said = told(await press(town, panel, on_card(panel, Act.REOPEN)[0]))
    assert "This is done" in said
    assert "now onyx" in said
    assert "Nothing that was approved waits" in words(panel)


async def test_nothing_is_decided_about_a_member_who_has_left(town: Town) -> None:
    panel, form = await promotions(town), await promotions(town)
    key = on_card(panel, Act.APPROVE)[0]
    shown = await press(town, form, on_card(form, Act.NOT_YET)[0])
    await placed(town, key.player_id, left_at=town.env.now())
    assert "not in the clan any more" in told(await press(town, panel, key))
    assert f":{key.player_id}:" not in str(panel.components)
    assert "not in the clan any more" in told(await filled(town, shown, "why"))
    assert f":{key.player_id}:" not in str(form.components)
    assert (await press(town, form, on_card(form, Act.NOT_YET)[0])).modal is not None
    assert await standing(town) == []


async def test_a_form_is_not_opened_where_nothing_is_suggested_any_more(town: Town) -> None:
    panel = await promotions(town)
    key = on_card(panel, Act.NOT_YET)[0]
    await placed(town, key.player_id, left_at=town.env.now())
    result = await press(town, panel, key)
    assert result.modal is None
    assert "not a member any more" in told(result)


async def test_a_press_is_judged_by_the_policy_of_now(town: Town) -> None:
    panel = await promotions(town)
    await judged_by(town, promotion={"signals": []})
    said = told(await press(town, panel, on_card(panel, Act.APPROVE)[0]))
    assert "not suggested for a promotion any more" in said
    assert "No signal is switched on" in words(panel)
    assert await standing(town) == []


async def test_details_have_everything_with_a_picture_and_decide_as_well(town: Town) -> None:
    panel, name = await promotions(town), await first_name(town)
    result = await press(town, panel, on_card(panel, Act.DETAILS)[0])
    (details,) = result.followups
    assert details.ephemeral
    said = words(details)
    for part in (f"## **{name}**", "Speaks for it", "Also considered", "none so far", "There on"):
        assert part in said
    assert [each.filename.rpartition(".")[2] for each in details.attachments] == ["png"]
    assert fits(details)
    await town.restart()
    shown = await press(town, details, on_card(details, Act.NOT_YET)[0])
    await filled(town, shown, AWKWARD)
    assert "Not suggested again before" in words(details)
    assert f"not yet by <@{town.leader.id}>" in words(details)
    assert "@everyone" not in words(details)
    await press(town, details, on_card(details, Act.REOPEN)[0])
    assert f"**{name}**: taken back, and open again." in words(details)
    assert on_card(details, Act.APPROVE)
    assert [each.filename.rpartition(".")[2] for each in details.attachments] == ["png"]
    assert fits(details)


async def test_details_of_somebody_who_left_say_so(town: Town) -> None:
    panel = await promotions(town)
    key = on_card(panel, Act.DETAILS)[0]
    await placed(town, key.player_id, left_at=town.env.now())
    (details,) = (await press(town, panel, key)).followups
    assert "not a member any more" in words(details)


async def test_a_server_without_a_group_is_told_what_is_missing(bare_town: Town) -> None:
    result = await bare_town.leader.slash(bare_town.general, "promotions")
    assert "no Wise Old Man group yet" in words(result.response)


async def test_pages_turn_after_a_restart_as_well(town: Town) -> None:
    panel = await promotions(town)
    await town.restart()
    await press(town, panel, on_card(panel, Act.ON)[0])
    assert "2 of " in words(panel)
    assert fits(panel)
    await press(town, panel, on_card(panel, Act.BACK)[0])
    assert "1 of " in words(panel)


def test_a_page_that_is_gone_becomes_the_last_one() -> None:
    box = promotions_box(review(9), ReviewState(CaseKind.PROMOTION, ReviewTab.SUGGESTED, 99))
    assert "3 of 3" in str(drawn(box))


# Drawn by hand


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
@pytest.mark.parametrize(
    "tab", [ReviewTab.SUGGESTED, ReviewTab.OTHERS, ReviewTab.UNDER, ReviewTab.APPROVED]
)
def test_five_hundred_with_the_longest_names_stay_within_discord_s_limits(
    name: str, tab: ReviewTab
) -> None:
    listed = review(500, name)
    assert len(listed.promotions.cases) == 500
    for page in (0, 1, 124, 500):
        box = promotions_box(
            listed, ReviewState(CaseKind.PROMOTION, tab, page), f"**{name}** is approved " * 9
        )
        assert parts_fit(drawn(box))
        assert "@everyone" not in str(drawn(box))


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        (ReviewTab.SUGGESTED, "Nobody reaches a signal at the moment, and nobody is near one."),
        (ReviewTab.OTHERS, "Nobody else qualifies: everybody who does is under Suggested."),
        (ReviewTab.UNDER, "Nobody is just under what a signal asks."),
        (ReviewTab.APPROVED, "Nothing that was approved waits for the game."),
    ],
)
def test_an_empty_list_says_so(tab: ReviewTab, said: str) -> None:
    assert said in str(drawn(promotions_box(review(), ReviewState(CaseKind.PROMOTION, tab))))


def test_a_key_is_read_as_it_was_written() -> None:
    key = Key(
        Act.NOT_YET,
        ReviewState(CaseKind.INACTIVITY, ReviewTab.UNSURE, 99, 365, 2**31 - 1),
        2**31 - 1,
        9_999,
    )
    told_id = PATTERN.fullmatch(key.custom_id)
    assert told_id is not None
    assert Key.read(told_id) == key
    assert len(key.custom_id) <= 100
