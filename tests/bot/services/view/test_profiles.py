"""A person as the rules look at them: both sides of all accounts, now or then, nothing made up."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clan.activity import ChangeKind
from bot.clan.cases import CaseKind, CaseState, Move
from bot.clan.enforcement import Verdict, judge
from bot.clan.evidence import Grade
from bot.clan.policy import DEFAULT_POLICY, Policy, changed
from bot.clan.profiles import Profile, Week, days_alive
from bot.clan.signals import comparison
from bot.clan.standings import Link
from bot.services.people import Exemptions, Leaves, Whom
from bot.services.privacy import Privacy
from bot.services.review import ReviewContext, context_of, standing_cases
from bot.services.view import profiles_of, read_view, verdict_query
from storage import blind_spots, cases, players
from storage.cases import EntryRow
from storage.players import MembershipEventRow
from tests.bot.services.village import OFFICER, Village, counted
from tests.storage.rows import DAY, HOUR, NOW, a_player

ANYBODY = 77


async def reviewed(
    village: Village,
    policy: Policy = DEFAULT_POLICY,
    at: datetime | None = None,
    *,
    silence_only: bool = False,
    about: int | None = None,
) -> ReviewContext:
    query = verdict_query(policy, at or NOW, silence_only=silence_only)
    async with village.database.reading() as connection:
        view = await read_view(connection, village.clan, query)
        cases = (
            () if at is not None and at < NOW else await standing_cases(connection, village.clan)
        )
    return context_of(view, policy, cases, silence_only=silence_only, about=about)


async def profile_of(village: Village, player_id: int = 1, at: datetime | None = None) -> Profile:
    return (await reviewed(village, at=at)).by_player()[player_id]


async def long_heard(village: Village) -> None:
    """Have the bot listen since long ago: somebody else wrote a year ago."""
    await village.wrote(ANYBODY, NOW - 365 * DAY)


async def told_by_wom(village: Village, **columns: datetime | None) -> None:
    async with village.database.writing() as connection:
        await players.note_players(connection, [a_player(1, "Player 1") | columns], NOW)


async def silent(village: Village, player_id: int = 1, user: int = 5) -> None:
    """Settle somebody linked who was seen every ten days and did nothing for a hundred days."""
    await long_heard(village)
    await village.settled({player_id: f"Player {player_id}"})
    await village.called(user, f"user {user}")
    await village.linked(player_id, user)
    days_ago = range(120, -1, -10)
    await village.seen_often(
        player_id, {NOW - days * DAY: 5_000 if days > 100 else 9_000 for days in days_ago}
    )


async def test_a_person_has_sums_over_all_accounts_and_one_chat(village: Village) -> None:
    await long_heard(village)
    await village.settled({1: "Main", 2: "Alt"})
    await village.linked(1, 5, is_main=True)
    await village.linked(2, 5)
    for who, had, has in ((1, 1_000, 4_000), (2, 10, 20)):
        await village.seen(who, NOW - 32 * DAY, had)
        await village.seen(who, NOW - HOUR, has)
    await village.wrote(5, NOW - DAY, NOW - 2 * DAY)
    found = await profile_of(village, 2)
    month = found.window(30)
    assert [each.name for each in found.accounts] == ["Main", "Alt"]
    assert (month.xp, month.messages, found.total_xp) == (3_010, 2, 4_020)
    assert (found.user_id, found.link) == (5, Link.CONFIRMED)
    assert found.weeks[-1] == Week(1, 2, game_seen=1)
    assert found.weeks[0].game_days is None
    assert found.chat_seen_at == NOW - DAY
    assert found.game_seen_at == NOW - HOUR


async def test_days_without_a_look_are_unknown_in_the_weeks(village: Village) -> None:
    """Looked at on three days of this week, and on two of them something had risen."""
    await long_heard(village)
    await village.settled({1: "Ann"})
    await village.linked(1, 5)
    await village.wrote(5, NOW - DAY)
    for days, xp in ((12, 0), (5, 50), (3, 50), (0, 90)):
        await village.seen(1, NOW - days * DAY, xp)
    weeks = (await profile_of(village)).weeks
    assert weeks[-1] == Week(2, 1, game_seen=3)
    assert [week.game_days for week in weeks[:-1]] == [None] * 7
    assert [week.chat_days for week in weeks[:-1]] == [0] * 7


async def test_who_was_there_before_us_has_held_their_rank_since_nobody_knows_when(
    village: Village,
) -> None:
    await long_heard(village)
    await village.settled({1: "Ann"})
    await village.seen(1, NOW - 300 * DAY, 5)
    main = (await profile_of(village)).main
    assert (main.role_since_at, main.seen_from) == (None, NOW - 300 * DAY)


async def test_well_observed_silence_is_silence(village: Village) -> None:
    await silent(village)
    await told_by_wom(village, changed_at=NOW - 100 * DAY)
    found = await profile_of(village)
    judgement = judge(found, DEFAULT_POLICY, NOW)
    assert judgement.verdict is Verdict.SILENT, judgement.reasons
    assert found.window(30).messages == 0
    assert found.game_seen_at == NOW - 100 * DAY


async def test_before_anybody_listened_silence_is_unknown(village: Village) -> None:
    await silent(village)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM clan_hours")
    found = await profile_of(village)
    assert found.window(30).chat.reasons == ("no chat seen in 30 days",)
    assert judge(found, DEFAULT_POLICY, NOW).verdict is Verdict.CANT_TELL
    assert {week.chat_days for week in found.weeks} == {None}


async def test_the_bots_own_absence_counts_against_the_evidence_of_that_time(
    village: Village,
) -> None:
    await silent(village)
    async with village.database.writing() as connection:
        await blind_spots.go_blind(connection, village.clan.clan_id, None, NOW - 5 * DAY, "down")
        await blind_spots.see_again(connection, village.clan.clan_id, None, NOW - 2 * DAY)
    found = await profile_of(village)
    assert found.window(30).chat.reasons == ("bot away 3 of 30 days",)
    assert judge(found, DEFAULT_POLICY, NOW).verdict is Verdict.CANT_TELL


async def test_somebody_never_updated_is_unknown_in_the_game_and_not_zero(
    village: Village,
) -> None:
    await long_heard(village)
    await village.settled({1: "One"})
    await village.called(5, "Five")
    await village.linked(1, 5)
    await told_by_wom(village, updated_at=None, changed_at=None)
    found = await profile_of(village)
    month = found.window(30)
    assert (month.xp, month.kills, found.total_xp, found.total_raids) == (None, None, None, None)
    assert month.game.reasons[0] == "never updated on WOM"
    assert {week.game_days for week in found.weeks} == {None}


async def test_what_wom_merely_says_of_a_time_is_no_snapshot_of_it(village: Village) -> None:
    await long_heard(village)
    await village.settled({1: "One"})
    await village.called(5, "Five")
    await village.linked(1, 5)
    await village.seen_often(1, {NOW - days * DAY: 9_000 for days in range(120, 8, -1)})
    await told_by_wom(village, updated_at=NOW - HOUR, changed_at=NOW - 40 * DAY)
    found = await profile_of(village)
    assert found.window(30).game.reasons == ("newest snapshot 9 days old",)
    judgement = judge(found, DEFAULT_POLICY, NOW)
    assert judgement.verdict is Verdict.CANT_TELL
    assert judgement.reasons == ("game: newest snapshot 9 days old",)
    await village.seen(1, NOW - HOUR, 12_509_000)
    assert judge(await profile_of(village), DEFAULT_POLICY, NOW).verdict is Verdict.ACTIVE


async def test_nobody_is_silent_whom_wom_saw_gain_after_our_newest_snapshot(
    village: Village,
) -> None:
    await silent(village)
    await told_by_wom(village, updated_at=NOW, changed_at=NOW)
    assert judge(await profile_of(village), DEFAULT_POLICY, NOW).verdict is Verdict.SILENT
    village.clock.forward(2 * HOUR)
    await told_by_wom(village, updated_at=NOW + 2 * HOUR, changed_at=NOW + HOUR)
    await village.changed(listened_at=NOW + 2 * HOUR)
    later = NOW + 2 * HOUR
    found = await profile_of(village, at=later)
    judgement = judge(found, DEFAULT_POLICY, later)
    assert judgement.verdict is Verdict.CANT_TELL
    assert judgement.reasons == ("game: WOM saw a gain 1 h ago that is not stored here yet",)
    past = judge(await profile_of(village), DEFAULT_POLICY, NOW)
    assert past.verdict is Verdict.SILENT


async def test_nobody_is_silent_without_a_snapshot_near_the_start_of_the_limit(
    village: Village,
) -> None:
    await long_heard(village)
    await village.settled({1: "One"})
    await village.called(5, "Five")
    await village.linked(1, 5)
    for days in (50, 20, 0):
        await village.seen(1, NOW - days * DAY, 9_000)
    found = await profile_of(village)
    assert found.window(30).game.reasons == ("baseline is 50 days old",)
    assert judge(found, DEFAULT_POLICY, NOW).verdict is Verdict.CANT_TELL


async def test_a_player_whom_nobody_linked_is_unknown_in_chat(village: Village) -> None:
    await long_heard(village)
    await village.settled({1: "One"})
    found = await profile_of(village)
    assert found.window(30).messages is None
    assert found.window(30).chat.grade is Grade.NONE
    assert found.chat_seen_at is None


async def test_whoever_opted_out_is_unknown_in_chat_whatever_was_kept(village: Village) -> None:
    await silent(village)
    await village.wrote(5, NOW - DAY)
    await Privacy(village.database, village.clock).opt_out(village.clan, 5)
    assert (await reviewed(village)).profiles == ()
    found = (await reviewed(village, about=1)).by_player()[1]
    assert (found.window(30).messages, found.chat_seen_at) == (None, None)
    assert found.window(30).chat.reasons == ("opted out",)


async def test_messages_are_capped_by_the_hour_and_days_are_joined(village: Village) -> None:
    await silent(village)
    burst = [NOW - DAY + timedelta(seconds=n) for n in range(50)]
    await village.wrote(5, *burst, NOW - 9 * DAY)
    found = await profile_of(village)
    assert (found.window(30).messages, found.window(30).capped) == (51, 21)
    assert [week.chat_days for week in found.weeks[-2:]] == [1, 1]


async def test_raids_are_counted_in_all_modes_and_gained_in_ninety_days(village: Village) -> None:
    await village.settled({1: "One"})
    raids = {"chambers_of_xeric": 100, "tombs_of_amascut_expert": 50, "zulrah": 900}
    await village.seen(1, NOW - 100 * DAY, 100, **raids)
    raids["tombs_of_amascut_expert"] = 53
    await village.seen(1, NOW - 60 * DAY, 100, **raids)
    await village.seen(1, NOW - DAY, 200, **(raids | {"chambers_of_xeric": 104}))
    found = await profile_of(village)
    assert (found.total_raids, found.recent_raids) == (157, 7)


async def test_raids_of_nobody_knows_when_are_unknown_and_none_are_none(village: Village) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    raids = {"chambers_of_xeric": 100}
    await village.seen(1, NOW - 400 * DAY, 100, chambers_of_xeric=5)
    await village.seen(1, NOW - DAY, 200, **raids)
    for days in (100, 1):
        await village.seen(2, NOW - days * DAY, 100 + days, **raids)
    found = (await reviewed(village)).profiles
    assert [each.recent_raids for each in found] == [None, 0, None]


async def test_any_sign_of_life_makes_a_day_of_the_eight_weeks(village: Village) -> None:
    await long_heard(village)
    await village.settled({1: "One", 2: "Two"})
    for days in (57, 40, 3, 2):
        await village.seen(1, NOW - days * DAY, 1_000 - days)
    await village.linked(1, 5)
    await village.wrote(5, NOW - 2 * DAY, NOW - 9 * DAY, NOW - 57 * DAY)
    one, two = (await reviewed(village)).profiles
    assert (days_alive(one), days_alive(one, 30), days_alive(one, 3)) == (4, 3, 1)
    assert days_alive(two) is None


async def test_the_newest_time_since_which_enough_xp_was_gained_is_known(
    village: Village,
) -> None:
    await village.settled({1: "One"})
    for days, xp in ((50, 0), (20, 8_000), (10, 14_000), (2, 15_000)):
        await village.seen(1, NOW - days * DAY, xp)
    assert (await profile_of(village)).enough_xp_at == NOW - 20 * DAY


async def test_a_leave_covers_and_its_end_is_when_somebody_came_back(village: Village) -> None:
    await silent(village)
    leaves = Leaves(village.database, village.clock)
    await leaves.go(village.clan, Whom(5), ("today", "2 weeks"), reason=None, by=5)
    assert (await profile_of(village)).leave is not None
    village.clock.now = NOW - 20 * DAY
    await leaves.end(village.clan, 1)
    await leaves.go(village.clan, Whom(5), ("today", "4 days"), reason=None, by=5)
    found = await profile_of(village)
    assert found.leave is None
    assert found.back_at == datetime.combine(NOW.date() - 15 * DAY, datetime.min.time(), NOW.tzinfo)


async def test_somebody_who_left_and_came_back_is_judged_from_then_on(village: Village) -> None:
    await silent(village)
    back = MembershipEventRow(1, ChangeKind.RETURNED, NOW - 3 * DAY)
    async with village.database.writing() as connection:
        await players.note_events(connection, village.clan.clan_id, [back])
    found = await profile_of(village)
    assert found.back_at == NOW - 3 * DAY
    assert judge(found, DEFAULT_POLICY, NOW).verdict is Verdict.CANT_TELL


@pytest.mark.parametrize("who", [("Player 1", None), (None, "member")])
async def test_an_exemption_of_the_player_or_the_role_is_theirs(
    village: Village, who: tuple[str | None, str | None]
) -> None:
    await silent(village)
    exemptions = Exemptions(village.database, village.clock)
    await exemptions.add(village.clan, who, reason="founder", until_text=None, by=OFFICER)
    found = await profile_of(village)
    assert found.exemption is not None
    assert found.exemption.reason == "founder"


async def test_what_people_decided_lets_somebody_rest(village: Village) -> None:
    await silent(village)
    until = NOW + 9 * DAY
    line = EntryRow(Move.SNOOZE, CaseState.SNOOZED, OFFICER, NOW, "", until, ())
    opened = {"player_id": 1, "role": "member", "target": None, "policy_version": 1}
    async with village.database.writing() as connection:
        row = opened | {"kind": CaseKind.INACTIVITY}
        await cases.add(connection, village.clan.clan_id, [(row, [line])])
    found = await profile_of(village)
    assert (found.snoozed_until, found.cooldown_until) == (until, None)


@pytest.mark.parametrize("reply_after", [5, 20])
async def test_a_newcomer_was_answered_when_somebody_wrote_within_15_minutes(
    village: Village, reply_after: int
) -> None:
    await village.settled({1: "One"}, joined_at=NOW - 5 * DAY)
    await village.called(5, "Five")
    await village.linked(1, 5)
    assert (await profile_of(village)).was_answered is None
    at = NOW - 2 * DAY
    await village.wrote(5, at)
    await village.wrote(ANYBODY, at + timedelta(minutes=reply_after))
    assert (await profile_of(village)).was_answered is (reply_after < 15)


async def test_the_past_knows_only_what_was_seen_by_then(village: Village) -> None:
    await silent(village)
    await village.wrote(5, NOW - DAY, NOW - 95 * DAY)
    await village.seen(1, NOW - HOUR, 900_000)
    then = NOW - 60 * DAY
    found = await profile_of(village, at=then)
    month = found.window(30)
    assert (month.xp, month.messages, found.total_xp) == (0, 0, 9_000)
    assert found.game_seen_at == NOW - 100 * DAY
    assert found.chat_seen_at is not None
    assert found.chat_seen_at <= NOW - 94 * DAY
    assert judge(found, DEFAULT_POLICY, then).verdict is Verdict.SILENT


async def test_who_left_since_is_a_member_of_the_past_with_the_role_of_then(
    village: Village,
) -> None:
    await village.settled({1: "One", 2: "Two"}, role="onyx")
    cid = village.clan.clan_id
    raised = [
        MembershipEventRow(1, ChangeKind.PROMOTED, NOW - 50 * DAY, "guest", "member"),
        MembershipEventRow(1, ChangeKind.PROMOTED, NOW - 20 * DAY, "member", "onyx"),
    ]
    async with village.database.writing() as connection:
        await players.note_events(connection, cid, raised)
        await players.take_out(connection, cid, [1], NOW - 10 * DAY)
    assert set((await reviewed(village)).by_player()) == {2}
    past = (await reviewed(village, at=NOW - 30 * DAY)).by_player()
    assert {who: profile.main.role for who, profile in past.items()} == {1: "member", 2: "onyx"}
    assert past[1].main.role_since_at == NOW - 50 * DAY
    assert set((await reviewed(village, at=NOW - 400 * DAY)).by_player()) == set()


async def test_a_policy_with_other_windows_is_read_with_them(village: Village) -> None:
    await silent(village)
    policy = changed(DEFAULT_POLICY, enforcement={"window_days": 45, "limits": {"guest": 70}})
    found = (await reviewed(village, policy)).by_player()[1]
    assert {7, 30, 45, 56, 70} <= found.windows.keys()


async def test_a_look_for_silence_alone_says_the_same_about_silence(village: Village) -> None:
    await silent(village)
    await village.wrote(5, NOW - 40 * DAY)
    whole = await profile_of(village)
    found = (await reviewed(village, silence_only=True)).by_player()[1]
    assert found.window(30) == replace(whole.window(30), capped=None)
    assert judge(found, DEFAULT_POLICY, NOW) == judge(whole, DEFAULT_POLICY, NOW)
    assert found.weeks == ()


async def test_who_looks_at_one_person_finds_the_bars_that_all_of_them_set(
    village: Village,
) -> None:
    rules = replace(DEFAULT_POLICY.promotion, comparison_ranks=("member",))
    policy = replace(DEFAULT_POLICY, promotion=rules)
    await long_heard(village)
    await village.settled({who: f"Player {who}" for who in range(1, 6)}, role="member")
    for who in range(1, 6):
        seen = {NOW - days * DAY: 9_000 - days * who for days in range(60, -1, -1)}
        await village.seen_often(who, seen)
        await village.linked(who, who)
        for hours in range(who):
            await village.wrote(who, NOW - hours * HOUR)
    await Privacy(village.database, village.clock).opt_out(village.clan, 5)
    query = verdict_query(policy, NOW)
    async with village.database.reading() as connection:
        whole = await read_view(connection, village.clan, query)
        one = await read_view(connection, village.clan, replace(query, about=1))
    bars = comparison(profiles_of(whole, policy), (), rules)
    assert None not in (bars.median_xp, bars.message_cut)
    assert comparison(profiles_of(one, policy), (), rules) == bars


async def test_the_number_of_statements_does_not_depend_on_the_members(village: Village) -> None:
    await silent(village)
    with counted(village.database) as few:
        await reviewed(village)
    await village.settled({who: f"Player {who}" for who in range(2, 40)})
    with counted(village.database) as many:
        found = await reviewed(village)
    assert len(found.profiles) == 39
    assert len(few) == len(many) <= 30


async def test_an_empty_clan_has_nobody_and_says_so(village: Village) -> None:
    found = await reviewed(village)
    assert found.profiles == ()
    assert "no members known" in found.evidence
