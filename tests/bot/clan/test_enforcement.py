"""Only well-observed silence on both sides is called silent; the unknown is held against nobody."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.enforcement import InactivityList, Judgement, Need, Verdict, inactivity, judge
from bot.clan.evidence import Evidence, Grade
from bot.clan.leave import Exemption, Leave
from bot.clan.policy import changed
from bot.clan.profiles import Profile, Window
from bot.clan.spans import DAY
from bot.clan.standings import Link
from tests.bot.clan.portraits import (
    BUSY,
    GOOD,
    LADDER,
    NONE,
    NOW,
    POLICY,
    THIN,
    ZERO,
    Fields,
    account,
    ago,
    days,
    person,
    silent,
)

LEAVE = Leave(1001, None, date(2026, 5, 1), date(2026, 6, 3), set_by=1)


def verdict(profile: Profile) -> Verdict:
    return judge(profile, POLICY, NOW).verdict


def lists(*profiles: Profile) -> InactivityList:
    return inactivity(profiles, LADDER, POLICY, NOW)


def test_silence_on_both_sides_is_said_with_its_numbers() -> None:
    assert judge(silent(), POLICY, NOW) == Judgement(
        Verdict.SILENT,
        30,
        (
            "no message in 30 days, the last one 45 days ago",
            "0 XP in 30 days, under 10,000, the last gain 40 days ago",
        ),
    )


def test_somebody_never_seen_is_said_to_be_so() -> None:
    someone = silent(game_seen_at=None, chat_seen_at=None)
    assert all(reason.endswith("none ever seen") for reason in judge(someone, POLICY, NOW).reasons)
    assert lists(someone).sure[0].over_days is None


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (replace(ZERO, messages=1), Verdict.ACTIVE),
        (replace(ZERO, xp=10_000), Verdict.ACTIVE),
        (replace(ZERO, xp=9_999), Verdict.SILENT),
        (replace(ZERO, xp=None, game=NONE, messages=1), Verdict.ACTIVE),
        (replace(ZERO, xp=10_000, messages=None, chat=NONE), Verdict.ACTIVE),
        (replace(ZERO, xp=None), Verdict.CANT_TELL),
        (replace(ZERO, messages=None), Verdict.CANT_TELL),
        (replace(ZERO, game=THIN), Verdict.CANT_TELL),
        (replace(ZERO, chat=THIN), Verdict.CANT_TELL),
        (replace(ZERO, game=NONE), Verdict.CANT_TELL),
        (Window(), Verdict.CANT_TELL),
    ],
)
def test_one_side_alone_keeps_somebody_active_and_the_unknown_cannot_be_told(
    window: Window, expected: Verdict
) -> None:
    someone = silent(window=window, game_seen_at=ago(1))
    assert verdict(someone) is expected


def test_what_was_done_is_said_of_the_active() -> None:
    assert judge(person(), POLICY, NOW).reasons == ("60 messages and 4M XP in 30 days",)
    once = person(window=replace(BUSY, messages=1, xp=None))
    assert judge(once, POLICY, NOW).reasons == ("1 message and \N{EN DASH} XP in 30 days",)


def test_whoever_was_not_seen_for_half_the_limit_is_quiet() -> None:
    gone: Fields = {"game_seen_at": ago(20), "chat_seen_at": ago(16)}
    assert judge(person(**gone), POLICY, NOW).reasons[1] == "not seen on either side for 16 days"
    assert verdict(person(**gone)) is Verdict.QUIET
    assert verdict(person(game_seen_at=ago(20), chat_seen_at=ago(15))) is Verdict.ACTIVE
    assert verdict(person(window=replace(BUSY, chat=NONE), **gone)) is Verdict.ACTIVE
    assert verdict(person(game_seen_at=None, chat_seen_at=None)) is Verdict.ACTIVE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"accounts": (account(joined=12),)}, "joined 12 days ago"),
        ({"back_at": ago(5)}, "came back 5 days ago"),
        (
            {"accounts": (account()._replace(joined_at=None),), "back_at": ago(5)},
            "came back 5 days ago",
        ),
    ],
)
def test_the_new_and_the_returned_cannot_be_told(fields: Fields, reason: str) -> None:
    judgement = judge(silent(**fields), POLICY, NOW)
    assert judgement.verdict is Verdict.CANT_TELL
    assert judgement.reasons == (reason,)
    found = lists(silent(**fields))
    assert (found.sure, found.cant_tell) == ((), ())


@pytest.mark.parametrize(
    ("joined_at", "reason"),
    [
        (None, "when they joined is unknown"),
        (ago(-1), "the day they joined lies ahead, so it must be wrong"),
    ],
)
def test_whoever_joined_nobody_knows_when_is_on_the_second_list(
    joined_at: datetime | None, reason: str
) -> None:
    someone = silent(accounts=(account()._replace(joined_at=joined_at),))
    (row,) = lists(someone).cant_tell
    assert (row.judgement.verdict, row.judgement.reasons) == (Verdict.CANT_TELL, (reason,))
    assert lists(someone).sure == ()
    active = person(accounts=(account()._replace(joined_at=joined_at),))
    assert verdict(active) is Verdict.ACTIVE


@pytest.mark.parametrize(
    ("window", "expected", "words"),
    [
        (
            replace(ZERO, kills=2),
            Verdict.QUIET,
            "2 boss kills in the game, nothing else",
        ),
        (
            replace(ZERO, kills=1, scores=("Clue Scrolls All",)),
            Verdict.QUIET,
            "1 boss kill and Clue Scrolls All in the game, nothing else",
        ),
        (
            replace(ZERO, scores=("Clue Scrolls All",), elsewhere=("League Points",)),
            Verdict.QUIET,
            "Clue Scrolls All in the game, nothing else",
        ),
        (
            replace(ZERO, elsewhere=("League Points",)),
            Verdict.CANT_TELL,
            "game: playing elsewhere: League Points rose",
        ),
    ],
)
def test_any_score_that_rose_is_life_and_a_seasonal_one_is_life_elsewhere(
    window: Window, expected: Verdict, words: str
) -> None:
    judgement = judge(silent(window=window), POLICY, NOW)
    assert judgement.verdict is expected
    assert judgement.reasons[-1] == words


def test_voice_a_reaction_or_a_command_protects_and_counts_as_seen() -> None:
    there = replace(ZERO, present_days=12, voice_days=9)
    found = judge(silent(window=there, present_at=ago(1)), POLICY, NOW)
    assert found.verdict is Verdict.ACTIVE
    assert found.reasons == (
        "0 messages and 0 XP in 30 days, on Discord without writing on 12 days",
    )
    assert verdict(silent(window=there, present_at=ago(20))) is Verdict.QUIET
    wrote = replace(there, messages=3)
    assert judge(silent(window=wrote, present_at=ago(1)), POLICY, NOW).reasons == (
        "3 messages and 0 XP in 30 days",
    )


def test_what_is_played_outside_the_clan_counts_and_has_to_be_seen_too() -> None:
    plays = dict.fromkeys(POLICY.windows(), replace(ZERO, xp=10_000))
    assert verdict(silent(whole=plays)) is Verdict.QUIET
    assert verdict(silent(whole=plays, game_seen_at=ago(1))) is Verdict.ACTIVE
    assert verdict(silent(whole=dict.fromkeys(POLICY.windows(), ZERO))) is Verdict.SILENT
    unseen = dict.fromkeys(POLICY.windows(), replace(ZERO, game=THIN))
    assert verdict(silent(whole=unseen)) is Verdict.CANT_TELL


def test_another_user_of_the_same_name_who_writes_leaves_it_in_doubt() -> None:
    wrote = NOW - 3 * DAY
    judgement = judge(silent(namesake_wrote_at=wrote), POLICY, NOW)
    assert judgement.verdict is Verdict.CANT_TELL
    assert judgement.needs == {Need.LINK}
    assert judgement.reasons == (
        "chat: another Discord user has the same name and wrote 3 days ago",
    )
    long_ago = silent(namesake_wrote_at=NOW - 31 * DAY)
    assert verdict(long_ago) is verdict(silent()) is Verdict.SILENT


def test_a_return_of_long_ago_is_no_excuse() -> None:
    assert verdict(silent(back_at=ago(31))) is Verdict.SILENT
    assert verdict(silent(back_at=ago(800))) is Verdict.SILENT


def test_what_would_help_to_tell_is_said() -> None:
    unlinked: Fields = {"user_id": None, "link": Link.NONE}
    dark = replace(ZERO, xp=None, messages=None, game=THIN, chat=NONE)
    both = judge(silent(window=dark, **unlinked), POLICY, NOW)
    assert both.needs == {Need.UPDATE, Need.LINK}
    assert both.reasons == (
        "game: last update 9 days ago",
        "chat: not linked to a Discord user",
    )
    no_discord = silent(window=dark, has_no_discord=True, **unlinked)
    assert judge(no_discord, POLICY, NOW).needs == {Need.UPDATE, Need.TIME}
    bare = judge(silent(window=replace(ZERO, xp=None, messages=None)), POLICY, NOW)
    assert bare.reasons == ("game: XP unknown", "chat: messages unknown")


def test_a_rank_has_its_own_limit_and_of_several_accounts_the_longest_counts() -> None:
    policy = changed(POLICY, enforcement={"limits": {"prospector": 14, "owner": 60}})
    twenty = {14: ZERO, 30: BUSY, 60: BUSY}
    recruit = silent(role="prospector", windows=twenty)
    assert judge(recruit, policy, NOW).verdict is Verdict.SILENT
    assert judge(recruit, policy, NOW).limit_days == 14
    leads = replace(recruit, accounts=(account(1, "prospector"), account(2, "owner")))
    assert judge(leads, policy, NOW).limit_days == 60
    assert judge(leads, policy, NOW).verdict is Verdict.QUIET


def test_the_three_lists_hold_whom_they_should() -> None:
    sure, unsure = silent(1), silent(2, window=replace(ZERO, game=THIN))
    away, exempt = silent(3, leave=LEAVE), silent(4, exemption=Exemption(4, None, "founder"))
    snoozed = silent(5, snoozed_until=NOW + days(3))
    awake = silent(6, snoozed_until=NOW)
    open_leave = silent(8, leave=replace(LEAVE, until_on=None))
    found = lists(
        sure, unsure, away, exempt, snoozed, awake, open_leave, person(9),
        person(10, leave=LEAVE),
    )  # fmt: skip
    assert [row.profile for row in found.sure] == [sure, awake]
    assert [row.over_days for row in found.sure] == [10, 10]
    assert [row.profile for row in found.cant_tell] == [unsure]
    assert [row.apart for row in found.away_or_exempt] == [
        "away until 3 June",
        "exempt: founder",
        "asked again in 3 days",
        "away",
    ]


def test_the_lowest_rank_comes_first_and_then_the_least_xp() -> None:
    some_xp = replace(ZERO, xp=5)
    people = [
        silent(1, "owner"),
        silent(2, "member", window=some_xp),
        silent(3, "member"),
        silent(4, "member", total_xp=5),
        silent(5, "prospector"),
        silent(6, "unheard_of"),
        silent(7, "member", total_xp=None),
    ]
    rows = lists(*people).sure
    assert [row.profile.main.player_id for row in rows] == [6, 5, 4, 3, 7, 2, 1]


evidence = st.builds(Evidence, st.sampled_from(Grade), st.just(("why",)))
counts = st.none() | st.integers(0, 30_000)
windows = st.builds(
    Window, xp=counts, messages=counts, game=evidence | st.just(GOOD), chat=evidence | st.just(GOOD)
)
instants = st.none() | st.floats(0, 90).map(ago)
people = st.builds(
    lambda number, role, joined, **fields: silent(
        accounts=(account(number, role, joined),), **fields
    ),
    st.integers(1, 9),
    st.sampled_from(LADDER),
    st.floats(0, 90),
    window=windows,
    game_seen_at=instants,
    chat_seen_at=instants,
    back_at=instants,
    leave=st.none() | st.just(LEAVE),
)


@given(people)
def test_nobody_is_silent_on_what_was_not_well_observed(profile: Profile) -> None:
    if verdict(profile) is Verdict.SILENT:
        window = profile.window(30)
        assert window.is_well_observed
        assert window.messages == 0
        assert window.xp is not None
        assert window.xp < 10_000


HARM = (Verdict.ACTIVE, Verdict.QUIET, Verdict.CANT_TELL, Verdict.SILENT)


@given(people, st.integers(0, 20_000), st.integers(0, 9), st.booleans())
def test_more_activity_never_makes_a_verdict_worse(
    profile: Profile,
    xp: int,
    messages: int,
    seen_today: bool,  # noqa: FBT001 - drawn
) -> None:
    window = profile.window(30)
    more = replace(
        window,
        xp=None if window.xp is None else window.xp + xp,
        messages=None if window.messages is None else window.messages + messages,
    )
    livelier = replace(
        profile,
        windows={30: more},
        game_seen_at=NOW if seen_today else profile.game_seen_at,
        chat_seen_at=NOW if seen_today else profile.chat_seen_at,
    )
    assert HARM.index(verdict(livelier)) <= HARM.index(verdict(profile))


@given(st.lists(people, max_size=6, unique_by=lambda each: each.main.player_id), st.randoms())
def test_the_lists_do_not_depend_on_the_order_and_hold_nobody_twice(
    profiles: list[Profile], lots: Random
) -> None:
    found = lists(*profiles)
    shuffled = list(profiles)
    lots.shuffle(shuffled)
    assert lists(*shuffled) == found
    rows = (*found.sure, *found.cant_tell, *found.away_or_exempt)
    assert len({row.profile.main.player_id for row in rows}) == len(rows)
    assert all(row.profile.leave is None for row in found.sure)
