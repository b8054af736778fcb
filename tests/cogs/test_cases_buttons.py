"""Under a player's history whoever may decide takes a decision back or closes a case, once."""

from dataclasses import replace

from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.cases import CaseKind, CaseState, Move
from bot.clan.ranks import DEFAULT_PERMISSIONS
from tests.cogs.deciding import (
    beside,
    filled,
    fits,
    has,
    ids,
    on_picked,
    options,
    picks,
    placed,
    press,
    refusal_of,
    second_leader,
    select,
    take_roles,
    values_of,
)
from tests.cogs.test_cases import ask, decide, judges
from tests.cogs.test_me import quiet_player
from tests.cogs.town import START, Town, words

__all__ = ["judges"]


async def history(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    """Open what was decided about the quiet player."""
    panel = await ask(town, who or town.leader, player=quiet_player(town).name_at(START))
    assert fits(panel)
    return panel


async def states(town: Town) -> list[CaseState]:
    found = await town.services.cases.of_person(await town.clan(), quiet_player(town).player_id)
    return [each.case.state for each in found]


async def approved(town: Town) -> None:
    await decide(town, CaseKind.PROMOTION, quiet_player(town).player_id, Move.APPROVE)


async def noticed(town: Town) -> None:
    await decide(town, CaseKind.INACTIVITY, quiet_player(town).player_id, Move.NOTICE)


BACK, CLOSE = "cases:reopen", "cases:close"


async def test_what_was_approved_is_taken_back_where_it_is_read(town: Town) -> None:
    await approved(town)
    panel = await history(town)
    await press(town, panel, BACK)
    said = words(panel)
    assert "taken back, and open again." in said
    assert f"reopened by <@{town.leader.id}>" in said
    assert fits(panel)
    assert not has(panel, BACK)
    assert await states(town) == [CaseState.OPEN]


async def test_a_case_is_closed_for_good_with_its_reason_and_that_can_be_taken_back(
    town: Town,
) -> None:
    await noticed(town)
    panel = await history(town)
    form = await press(town, panel, CLOSE)
    assert values_of(form) == [""]
    await filled(town, form, "wrote us a letter")
    assert "the case is closed." in words(panel)
    assert f"closed by <@{town.leader.id}>" in words(panel)
    assert "wrote us a letter" in words(panel)
    assert not has(panel, CLOSE)
    assert await states(town) == [CaseState.CLOSED]
    await press(town, panel, BACK)
    assert await states(town) == [CaseState.OPEN]


async def test_without_a_reason_nothing_is_closed(town: Town) -> None:
    await noticed(town)
    panel = await history(town)
    form = await press(town, panel, CLOSE)
    await filled(town, form, "  ")
    assert "Say why" in words(panel)
    assert await states(town) == [CaseState.NOTICED]


async def test_of_both_kinds_each_has_its_own_buttons(town: Town) -> None:
    await approved(town)
    await noticed(town)
    panel = await history(town)
    said = words(panel)
    for label in ("Take back: promotion", "Close: promotion"):
        assert label in said
    for label in ("Take back: inactivity", "Close: inactivity"):
        assert label in said
    assert {each.split(":")[2].split(".")[0] for each in ids(panel) if each.startswith(CLOSE)} == {
        "promotion",
        "inactivity",
    }


async def test_an_officer_who_only_sees_gets_no_buttons(town: Town) -> None:
    await approved(town)
    await noticed(town)
    panel = await history(town, town.officer)
    assert "notice given" in words(panel)
    assert not has(panel, BACK)
    assert not has(panel, CLOSE)


async def several(town: Town) -> list[int]:
    """Have somebody inactive be noticed, another be added to the removal list, and one approved."""
    ids = [each.player_id for each in town.world.present(START)[:3]]
    await decide(town, CaseKind.INACTIVITY, ids[0], Move.NOTICE)
    await decide(town, CaseKind.INACTIVITY, ids[1], Move.APPROVE)
    await decide(town, CaseKind.PROMOTION, ids[2], Move.APPROVE)
    return ids


async def standing(town: Town) -> dict[int, CaseState]:
    found = await town.services.cases.standing(await town.clan())
    return {each.case.player_id: each.case.state for each in found}


async def test_several_of_both_kinds_are_taken_back_in_one_press_also_after_a_restart(
    town: Town,
) -> None:
    ids = await several(town)
    panel = await ask(town, town.leader)
    assert fits(panel)
    await town.restart()
    await on_picked(town, panel, "cases:decide:reopen", *picks(panel))
    assert await standing(town) == dict.fromkeys(ids, CaseState.OPEN)
    assert words(panel).count("reopened by") == 3
    assert "taken back, and open again." in words(panel)


async def test_what_cannot_be_done_about_one_stops_no_other_and_is_said(town: Town) -> None:
    one, two, three = await several(town)
    panel = await ask(town, town.leader)
    form = await on_picked(town, panel, "cases:ask:snooze", *picks(panel))
    assert values_of(form) == ["", "14"]
    await town.restart()
    await filled(town, form, "on holiday", "3 days")
    assert await standing(town) == {
        one: CaseState.SNOOZED,
        two: CaseState.APPROVED,
        three: CaseState.APPROVED,
    }
    assert "snoozed until" in words(panel)
    assert "Not done for" in words(panel)
    assert "That cannot be done now" in words(panel)


async def test_several_are_closed_with_one_reason_and_listed_as_closed(town: Town) -> None:
    ids = await several(town)
    panel = await ask(town, town.leader)
    await filled(town, await on_picked(town, panel, "cases:ask:close", *picks(panel)), "tidied up")
    assert await standing(town) == {}
    await press(town, panel, "cases:tab:closed")
    assert words(panel).count("tidied up") == len(ids)
    await on_picked(town, panel, "cases:decide:reopen", *picks(panel))
    assert (await standing(town)).keys() == {*ids}


async def test_a_list_is_shown_by_kind_by_state_and_by_rank(town: Town) -> None:
    await several(town)
    panel = await ask(town, town.leader)
    labels = [*options(panel, "choose")]
    assert labels[0] == "Everybody (3)"
    assert {"Kind: inactivity (2)", "Kind: promotion (1)", "State: noticed (1)"} < {*labels}
    assert any(each.startswith("Rank: ") for each in labels)
    await select(town, panel, "choose", "kind.promotion")
    assert "promotion to" in words(panel)
    assert "notice given" not in words(panel)
    assert len(picks(panel)) == 1
    await on_picked(town, panel, "cases:decide:reopen")
    assert "promotion to" in words(panel)
    await select(town, panel, "choose", "state.noticed")
    assert "**Noticed, waiting for a sign of life**  1" in words(panel)


async def test_a_history_is_one_pick_away(town: Town) -> None:
    one, *_ = await several(town)
    panel = await ask(town, town.officer)
    assert not has(panel, "cases:decide")
    assert not has(panel, "cases:pick")
    await select(town, panel, "history", str(one), who=town.officer)
    assert "## Cases of" in words(panel)
    assert "4 messages in 30 days" in words(panel)


async def test_whoever_may_not_decide_any_more_is_refused_with_several_and_at_their_form(
    town: Town,
) -> None:
    await several(town)
    second = await second_leader(town)
    panel = await ask(town, second)
    form = await on_picked(town, panel, "cases:ask:close", *picks(panel), who=second)
    both = frozenset({town.officer_role.id, town.leadership_role.id})
    officers = replace(DEFAULT_PERMISSIONS, discord_officers=both)
    await town.services.clans.set_permissions(await town.clan(), officers)
    for refused in (
        await filled(town, form, "why", who=second),
        await press(town, panel, "cases:decide:reopen", second),
    ):
        assert "Only the clan's leadership may" in refusal_of(refused)
    assert CaseState.OPEN not in (await standing(town)).values()


async def test_whoever_picks_nobody_is_told_to_pick(town: Town) -> None:
    await several(town)
    panel = await ask(town, town.leader)
    for button in ("cases:decide:reopen", "cases:ask:snooze"):
        assert "Pick people in the list above first" in beside(await press(town, panel, button))


async def test_whoever_may_not_decide_any_more_is_refused_at_the_button_and_at_the_form(
    town: Town,
) -> None:
    await noticed(town)
    second = await second_leader(town)
    panel = await history(town, second)
    form = await press(town, panel, CLOSE, second)
    await take_roles(town)
    for button in (BACK, CLOSE):
        refused = await press(town, panel, button, second)
        assert "Only the clan's leadership may" in refusal_of(refused)
    assert "Only the clan's leadership may" in refusal_of(
        await filled(town, form, "why", who=second)
    )
    assert await states(town) == [CaseState.NOTICED]


async def test_whoever_became_an_officer_meanwhile_is_refused_though_they_may_still_look(
    town: Town,
) -> None:
    await noticed(town)
    second = await second_leader(town)
    panel = await history(town, second)
    both = frozenset({town.officer_role.id, town.leadership_role.id})
    officers = replace(DEFAULT_PERMISSIONS, discord_officers=both)
    await town.services.clans.set_permissions(await town.clan(), officers)
    refused = await press(town, panel, BACK, second)
    assert "Only the clan's leadership may" in refusal_of(refused)
    assert len(refused.followups) == 1
    assert "Take back" not in words(await history(town, second))


async def test_a_second_press_is_told_what_happened_and_changes_nothing(town: Town) -> None:
    await approved(town)
    first, late = await history(town), await history(town)
    await press(town, first, BACK)
    await press(town, late, BACK)
    assert "You reopened this already" in words(late)
    assert await states(town) == [CaseState.OPEN]
    assert "reopened by" in words(late)


async def test_two_at_once_the_one_who_is_late_hears_of_the_other(town: Town) -> None:
    await noticed(town)
    second = await second_leader(town)
    panel, late = await history(town), await history(town, second)
    form = await press(town, late, CLOSE, second)
    await press(town, panel, BACK)
    await filled(town, form, "why", who=second)
    said = words(late)
    assert "Somebody else reopened this" in said
    assert f"<@{town.leader.id}>" in said
    assert await states(town) == [CaseState.OPEN]


async def test_after_a_restart_the_buttons_and_the_form_do_what_they_say(town: Town) -> None:
    await noticed(town)
    panel = await history(town)
    await town.restart()
    form = await press(town, panel, CLOSE)
    await filled(town, form, "they wrote")
    assert await states(town) == [CaseState.CLOSED]
    await town.restart()
    await press(town, panel, BACK)
    assert await states(town) == [CaseState.OPEN]
    await press(town, panel, "cases:tab:standing")
    assert "Waiting for a decision" in words(panel)


async def test_what_the_game_has_ended_is_over_and_offers_nothing(town: Town) -> None:
    for button in (BACK, CLOSE):
        await approved(town)
        panel = await history(town)
        await placed(town, quiet_player(town).player_id, role="administrator")
        await press(town, panel, button)
        assert "This has been done for " in words(panel)
        assert not has(panel, button)
        assert "done in the game" in words(panel)
        await placed(town, quiet_player(town).player_id, role="member")
    assert await states(town) == [CaseState.DONE, CaseState.DONE]


async def test_of_whoever_left_meanwhile_nothing_is_decided(town: Town) -> None:
    await noticed(town)
    panel = await history(town)
    await placed(town, quiet_player(town).player_id, left_at=START)
    await press(town, panel, BACK)
    assert "not in the clan any more" in words(panel)
    assert await states(town) == [CaseState.DONE]
