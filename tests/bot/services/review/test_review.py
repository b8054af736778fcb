"""The rules asked about a clan as it is stored: lists, officers, alerts, one's own standing."""

from datetime import datetime

import pytest

from bot.clan.audit import Standing
from bot.clan.cases import CaseKind, CaseState, Life, Move
from bot.clan.enforcement import Need, Verdict
from bot.clan.linking import LinkPair
from bot.clan.policy import DEFAULT_POLICY, AlertKind, changed
from bot.clan.promotion import outlook
from bot.clan.ranks import Authority
from bot.clan.signals import comparison
from bot.clan.what_if import Fate
from bot.services.people import Links, Officer
from bot.services.review import Review, Suggestion, Unsuggested, read_context, verdicts_in
from bot.services.setup import Policies
from storage import cases, players
from storage.cases import EntryRow
from storage.players import MembershipEventRow
from tests.bot.services.village import OFFICER, Village, counted, judged_by
from tests.storage.rows import DAY, HOUR, NOW

ANYBODY = 77


@pytest.fixture
def review(village: Village) -> Review:
    return Review(village.database, village.clock)


async def at_home(village: Village, who: int, *, role: str = "member", xp: int = 0) -> None:
    """Settle somebody linked and seen every five days; they wrote long ago and gain `xp` a day."""
    await village.settled({who: f"Player {who}"}, role=role)
    await village.called(who + 100, f"user {who}")
    await village.linked(who, who + 100)
    await village.wrote(who + 100, NOW - 200 * DAY)
    gained = {NOW - days * DAY: (160 - days) * xp for days in range(160, -1, -5)}
    await village.seen_often(who, {at: 1_000_000 + more for at, more in gained.items()})


async def decided(
    village: Village, kind: CaseKind, state: CaseState, who: int = 1, target: str | None = None
) -> None:
    """Put a case into the past of a player."""
    head = {"player_id": who, "role": "member", "target": target, "policy_version": 1}
    lines = [
        EntryRow(Move.OPEN, CaseState.OPEN, None, NOW, "", None, ("the numbers",)),
        EntryRow(Move.APPROVE, state, OFFICER, NOW, "because", None, ()),
    ]
    async with village.database.writing() as connection:
        await cases.add(connection, village.clan.clan_id, [(head | {"kind": kind}, lines)])


def names(rows: object) -> list[str]:
    return [row.profile.main.name for row in rows]  # type: ignore[attr-defined]


async def test_the_silent_are_sure_the_unlinked_need_a_link_and_the_active_are_on_no_list(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    await at_home(village, 2, xp=5_000)
    await village.settled({3: "Player 3"})
    found = await review.inactive(village.clan)
    assert names(found.listed.sure) == ["Player 1"]
    assert names(found.listed.cant_tell) == ["Player 3"]
    assert Need.LINK in found.listed.cant_tell[0].judgement.needs
    assert found.policy == DEFAULT_POLICY
    assert "WOM never polled" in found.evidence


async def test_another_limit_can_be_asked_for_without_changing_the_policy(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    await village.wrote(101, NOW - 20 * DAY)
    assert names((await review.inactive(village.clan)).listed.sure) == []
    found = await review.inactive(village.clan, 14)
    assert names(found.listed.sure) == ["Player 1"]
    assert (found.days, found.policy.version) == (14, 1)


async def test_earlier_cases_are_counted_without_the_standing_one(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    for state in (CaseState.CLOSED, CaseState.CLOSED, CaseState.NOTICED):
        await decided(village, CaseKind.INACTIVITY, state)
    found = await review.inactive(village.clan)
    assert found.earlier == {1: 2}
    assert found.cases[1].state is CaseState.NOTICED
    assert names(found.listed.sure) == ["Player 1"]


async def test_who_is_to_be_removed_stands_apart_with_a_warning_once_they_are_back(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    await at_home(village, 2)
    for who in (1, 2):
        await decided(village, CaseKind.INACTIVITY, CaseState.APPROVED, who)
    await village.wrote(102, NOW - HOUR)
    found = await review.inactive(village.clan)
    assert names(found.listed.sure) == []
    told = {each.name: each.remark for each in found.to_remove}
    assert told["Player 1"] == ""
    assert told["Player 2"].startswith("active again: 1 message")


async def test_somebody_approved_waits_for_the_game_and_is_not_suggested_again(
    village: Village, review: Review
) -> None:
    village.clan = await village.changed(role_orders=[["owner", 0], ["captain", 1], ["member", 2]])
    await at_home(village, 1, xp=200_000)
    four_a_day = (NOW - (1 + n // 4) * DAY - n % 4 * HOUR for n in range(200))
    await village.wrote(101, *four_a_day)
    assert names((await review.promotions(village.clan)).promotions.cases) == ["Player 1"]
    await decided(village, CaseKind.PROMOTION, CaseState.APPROVED, target="captain")
    found = await review.promotions(village.clan)
    assert names(found.promotions.cases) == []
    assert [(each.name, each.case.target) for each in found.approved] == [("Player 1", "captain")]


async def test_a_suggestion_is_what_is_known_now(village: Village, review: Review) -> None:
    await at_home(village, 1)
    found = (await review.suggestions(village.clan, CaseKind.INACTIVITY, [1])).found[0]
    assert isinstance(found, Suggestion)
    assert (found.name, found.role, found.target, found.policy_version) == (
        "Player 1",
        "member",
        None,
        1,
    )
    assert found.numbers[0].startswith("no message in 30 days")
    await village.wrote(101, NOW - HOUR)
    gone = (await review.suggestions(village.clan, CaseKind.INACTIVITY, [1])).found[0]
    assert isinstance(gone, Unsuggested)
    assert "1 message and 0 XP in 30 days" in gone.words


async def test_nobody_is_suggested_who_left_or_was_never_here(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    async with village.database.writing() as connection:
        await players.take_out(connection, village.clan.clan_id, [1], NOW)
    for kind in CaseKind:
        found = (await review.suggestions(village.clan, kind, [1])).found[0]
        assert isinstance(found, Unsuggested)
        assert "not a member any more" in found.words


async def test_no_promotion_is_suggested_without_a_reason(village: Village, review: Review) -> None:
    await at_home(village, 1, xp=5_000)
    found = (await review.suggestions(village.clan, CaseKind.PROMOTION, [1])).found[0]
    assert isinstance(found, Unsuggested)
    assert (found.name, "not suggested" in found.words) == ("Player 1", True)


async def test_officers_are_held_against_everybody_and_their_hours_cover(
    village: Village, review: Review
) -> None:
    await at_home(village, 1, role="owner")
    await at_home(village, 2, role="administrator")
    monday = datetime(2026, 11, 16, 9, tzinfo=NOW.tzinfo)
    for hour in range(3):
        await village.wrote(ANYBODY, *[monday + hour * HOUR] * 6)
    await village.wrote(102, monday + HOUR)
    found = await review.audit(village.clan)
    told = {row.profile.main.name: row.standing for row in found.audit.officers}
    assert told["Player 1"] is Standing.AWOL
    assert [found.uncovered[0][hour] for hour in (9, 10, 11)] == [6, 0, 6]
    assert found.gap == (0, 9, 1)


async def test_a_newcomer_nobody_answered_is_an_alert(village: Village, review: Review) -> None:
    await at_home(village, 1)
    await village.settled({1: "Player 1"}, joined_at=NOW - 3 * DAY)
    await village.wrote(101, NOW - DAY)
    found = await review.alerts(village.clan)
    assert [(each.kind, each.profile.main.name) for each in found.alerts] == [
        (AlertKind.UNANSWERED, "Player 1")
    ]


async def test_of_a_newcomer_nobody_answered_officers_are_told_once(
    village: Village, review: Review
) -> None:
    assert await review.newly_unanswered(village.clan) == ()
    await at_home(village, 1)
    await village.settled({1: "Player 1"}, joined_at=NOW - 3 * DAY)
    await village.wrote(101, NOW - DAY)
    assert await review.newly_unanswered(village.clan) == ("Player 1",)
    await village.wrote(101, NOW - HOUR)
    assert await review.newly_unanswered(village.clan) == ()


async def test_ones_own_standing_has_slack_and_what_is_missing(
    village: Village, review: Review
) -> None:
    village.clan = await village.changed(role_orders=[["owner", 0], ["captain", 1], ["member", 2]])
    await at_home(village, 1)
    await village.wrote(101, NOW - 10 * DAY)
    found = await review.standing(village.clan, 1)
    assert found is not None
    assert (found.slack.days, found.slack.chat_days, found.slack.game_days) == (20, 20, 0)
    assert found.outlook is not None
    assert found.outlook.next_rank == "captain"
    told = (*found.outlook.not_yet, *found.outlook.considered)
    assert any("active days in chat" in words for words in told)
    assert await review.standing(village.clan, 404) is None


async def test_verdicts_count_everybody_once(village: Village, review: Review) -> None:
    await at_home(village, 1)
    await at_home(village, 2, xp=5_000)
    await village.settled({3: "Player 3"})
    assert verdicts_in(await review.context(village.clan, silence_only=True)) == {
        Verdict.ACTIVE: 1,
        Verdict.QUIET: 0,
        Verdict.SILENT: 1,
        Verdict.CANT_TELL: 1,
    }
    assert await review.living(village.clan) == {2: Life(NOW, "0 messages and 150k XP in 30 days")}


async def test_what_if_tells_who_would_be_flagged_now_and_who_came_back_since(
    village: Village, review: Review
) -> None:
    for who in (1, 2, 3):
        await at_home(village, who)
    await village.wrote(102, NOW - 50 * DAY, NOW - 20 * DAY)
    await village.wrote(103, NOW - 110 * DAY, NOW - 40 * DAY)
    proposed = changed(DEFAULT_POLICY, enforcement={"window_days": 15})
    found = await review.what_if(village.clan, proposed)
    assert names_of(found.before.flagged) == ["Player 1", "Player 3"]
    assert names_of(found.after.flagged) == ["Player 1", "Player 2", "Player 3"]
    assert names_of(found.newly) == ["Player 2"]
    assert found.past_before is not None
    assert found.past_after is not None
    assert found.past_before.named(Fate.BACK) == ("Player 2",)
    assert set(found.past_after.named(Fate.BACK)) == {"Player 2", "Player 3"}
    assert found.past_after.named(Fate.SILENT) == ("Player 1",)


def names_of(profiles: object) -> list[str]:
    return [profile.main.name for profile in profiles]  # type: ignore[attr-defined]


async def test_where_nobody_had_seen_anything_there_is_no_past(
    village: Village, review: Review
) -> None:
    await village.settled({1: "Player 1"})
    found = await review.what_if(village.clan, changed(DEFAULT_POLICY, cases={"not_yet_days": 9}))
    assert (found.past_before, found.past_after) == (None, None)


async def test_a_changed_policy_holds_for_the_next_answer(village: Village, review: Review) -> None:
    await at_home(village, 1)
    policies = Policies(village.database, village.clock)
    lenient = changed(DEFAULT_POLICY, enforcement={"limits": {"member": 300}})
    await judged_by(policies, village.clan, lenient)
    found = await review.inactive(village.clan)
    assert (names(found.listed.sure), found.policy.version) == ([], 2)


async def test_another_clans_people_are_not_looked_at(village: Village, review: Review) -> None:
    await at_home(village, 1)
    other = await village.known_clans.found(2, "Others")
    assert (await review.inactive(other)).listed.sure == ()
    assert await review.standing(other, 1) is None
    assert isinstance(
        (await review.suggestions(other, CaseKind.INACTIVITY, [1])).found[0], Unsuggested
    )


async def test_both_lists_cost_a_few_dozen_statements(village: Village, review: Review) -> None:
    await at_home(village, 1)
    with counted(village.database) as sent:
        await review.inactive(village.clan)
    assert len(sent) <= 35


async def test_a_close_look_at_one_says_the_same_as_a_look_at_all(
    village: Village, review: Review
) -> None:
    village.clan = await village.changed(role_orders=[["owner", 0], ["captain", 1], ["member", 2]])
    for who in (1, 2, 3):
        await at_home(village, who, xp=who * 1_000)
        await village.seen(who, NOW - HOUR, 9_000_000, tombs_of_amascut=60 * who)
        await village.wrote(who + 100, *(NOW - days * DAY for days in range(1, 10 * who)))
    await village.linked(2, 101)
    found = await review.standing(village.clan, 2)
    async with village.database.reading() as connection:
        context = await read_context(connection, village.clan, NOW)
    assert found is not None
    assert found.profile == context.by_player()[2]
    bars = comparison(context.profiles, context.ladder, DEFAULT_POLICY.promotion)
    assert found.outlook == outlook(found.profile, bars, context.ladder, DEFAULT_POLICY, NOW)


async def test_what_if_flags_only_who_was_a_member_then(village: Village, review: Review) -> None:
    """Who had left by then and returned since was not there, and did not come back."""
    for who in (1, 2, 3, 4):
        await at_home(village, who)
        await village.wrote(who + 100, NOW - 20 * DAY)
    left, back = NOW - 150 * DAY, NOW - 60 * DAY
    async with village.database.writing() as connection:
        clan_id = village.clan.clan_id
        moves = [
            MembershipEventRow(2, "left", left),
            MembershipEventRow(2, "returned", back),
            MembershipEventRow(3, "returned", back),
            MembershipEventRow(3, "left", NOW - 50 * DAY),
            MembershipEventRow(4, "left", NOW - 70 * DAY),
            MembershipEventRow(4, "returned", NOW - 65 * DAY),
        ]
        await players.note_events(connection, clan_id, moves)
        await players.take_out(connection, clan_id, [3], NOW - 50 * DAY)
    found = await review.what_if(village.clan, changed(DEFAULT_POLICY, cases={"not_yet_days": 9}))
    assert found.past_before is not None
    assert set(names_of(found.past_before.then.flagged)) == {"Player 1", "Player 4"}
    assert set(found.past_before.named(Fate.BACK)) == {"Player 1", "Player 4"}
    assert found.past_before.named(Fate.LEFT) == ()


async def test_what_if_names_people_by_the_account_that_was_the_main_one_then(
    village: Village, review: Review
) -> None:
    await at_home(village, 1)
    await village.linked(1, 101, is_main=True)
    await village.settled({2: "Player 2"}, role="captain")
    seen = (NOW - days * DAY for days in range(200, -1, -5))
    await village.seen_often(2, dict.fromkeys(seen, 100))
    links, officer = Links(village.database, village.clock), Officer(OFFICER, Authority.LEADERSHIP)
    village.clock.now = NOW - 150 * DAY
    assert (await links.confirm(village.clan, LinkPair(2, 101), officer)).refusal is None
    village.clock.now = NOW - 10 * DAY
    assert (await links.make_main(village.clan, LinkPair(2, 101), officer)).refusal is None
    village.clock.now = NOW
    found = await review.what_if(village.clan, changed(DEFAULT_POLICY, cases={"not_yet_days": 9}))
    assert names_of(found.before.flagged) == ["Player 2"]
    assert found.past_before is not None
    assert names_of(found.past_before.then.flagged) == ["Player 1"]
    assert found.past_before.named(Fate.SILENT) == ("Player 1",)
    assert list(found.past_before.then.by_role) == ["member"]
