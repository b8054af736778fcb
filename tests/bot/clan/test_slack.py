"""Slack says how long either side still keeps somebody active, by the very same definition."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.clan.enforcement import LIVING, Verdict, judge
from bot.clan.leave import Exemption, Leave
from bot.clan.policy import DEFAULT_POLICY, changed
from bot.clan.profiles import Profile, enough_since
from bot.clan.slack import Slack, slack
from bot.clan.spans import DAY
from bot.clan.standings import Link
from tests.bot.clan.portraits import BUSY, NONE, NOW, THIN, ZERO, account, ago, person, silent
from tests.bot.clan.test_enforcement import people


def left(profile: Profile) -> Slack:
    return slack(profile, DEFAULT_POLICY, NOW)


def test_each_side_has_its_days_and_the_longer_one_keeps_somebody_active() -> None:
    assert left(person(enough_xp_at=ago(10), chat_seen_at=ago(4.5))) == Slack(
        limit_days=30,
        game_days=20,
        chat_days=26,
        days=26,
        saves_soonest="one message or 10,000 XP",
    )


def test_the_limit_is_that_of_the_rank() -> None:
    policy = changed(DEFAULT_POLICY, enforcement={"limits": {"prospector": 14}})
    recruit = replace(person(role="prospector", chat_seen_at=ago(4)), windows={14: BUSY})
    found = slack(recruit, policy, NOW)
    assert (found.limit_days, found.chat_days) == (14, 10)


def test_somebody_silent_has_nothing_left_and_is_told_what_helps() -> None:
    found = left(silent(window=replace(ZERO, xp=1_204)))
    assert (found.game_days, found.chat_days, found.days) == (0, 0, 0)
    assert found.saves_soonest == "one message or 8,796 XP"
    assert found.not_judged is None


def test_an_unknown_side_is_unknown_and_not_run_out() -> None:
    dark = replace(BUSY, messages=None, chat=NONE)
    found = left(person(window=dark, user_id=None, link=Link.NONE, enough_xp_at=ago(1)))
    assert (found.game_days, found.chat_days, found.days) == (29, None, 29)
    assert found.saves_soonest == "10,000 XP; linked to a Discord user, one message would do"
    only_game = left(person(window=dark, user_id=None, has_no_discord=True))
    assert only_game.saves_soonest == "10,000 XP"
    assert left(person(windows={})).days is None


def test_a_side_that_was_not_well_observed_is_unknown_until_something_is_seen_there() -> None:
    game = left(silent(window=replace(ZERO, game=THIN)))
    assert (game.game_days, game.chat_days, game.days) == (None, 0, None)
    assert game.saves_soonest == "one message or 10,000 XP"
    chat = left(silent(window=replace(ZERO, chat=THIN)))
    assert (chat.game_days, chat.chat_days, chat.days) == (0, None, None)
    wrote = left(person(window=replace(ZERO, messages=2, chat=THIN), chat_seen_at=ago(4)))
    assert (wrote.chat_days, wrote.days) == (26, 26)


def test_who_is_there_without_writing_has_days_left_too() -> None:
    there = silent(window=replace(ZERO, present_days=2), present_at=ago(6))
    assert (left(there).chat_days, left(there).days) == (24, 24)
    wrote = silent(
        window=replace(ZERO, messages=1, present_days=2), present_at=ago(6), chat_seen_at=ago(4)
    )
    assert left(wrote).chat_days == 26


def test_kills_and_scores_keep_at_least_a_day() -> None:
    for window in (replace(ZERO, kills=3), replace(ZERO, scores=("Clue Scrolls All",))):
        assert (left(silent(window=window)).game_days, left(silent(window=window)).days) == (0, 1)


def test_a_gain_in_the_window_without_its_date_keeps_at_least_a_day() -> None:
    assert left(person(enough_xp_at=None)).game_days == 1
    assert left(person(enough_xp_at=ago(31))).game_days == 1


def test_newcomers_have_their_first_weeks_and_the_returned_the_limit_anew() -> None:
    assert left(silent(accounts=(account(joined=12),))).days == 18
    assert left(silent(back_at=ago(3))).days == 27


def test_why_somebody_is_not_judged_is_said() -> None:
    leave = Leave(1, None, date(2026, 5, 1), date(2026, 6, 3), set_by=1)
    assert left(silent(leave=leave)).not_judged == "away until 3 June"
    assert left(silent(window=replace(ZERO, chat=NONE))).not_judged == (
        "chat: not linked to a Discord user"
    )
    assert left(silent(accounts=(account(joined=12),))).not_judged == "joined 12 days ago"


def test_why_somebody_is_exempt_and_that_they_are_to_be_asked_later_is_not_said() -> None:
    exempt = Exemption(1, None, "a *secret* illness")
    assert left(silent(exemption=exempt)).not_judged == "exempt"
    leave = Leave(1, None, date(2026, 5, 1), None, set_by=1)
    assert left(silent(exemption=exempt, leave=leave)).not_judged == "away"
    snoozed = left(silent(snoozed_until=ago(-9)))
    assert (snoozed.not_judged, snoozed.days) == (None, 0)


@given(people)
def test_slack_and_verdict_never_disagree(profile: Profile) -> None:
    found, judgement = left(profile), judge(profile, DEFAULT_POLICY, NOW)
    if judgement.verdict is Verdict.SILENT:
        assert found.days == 0
    elif judgement.verdict is not Verdict.CANT_TELL:
        assert found.days is not None
        assert found.days > 0


@given(people, st.integers(0, 20_000))
def test_more_xp_never_leaves_fewer_days(profile: Profile, xp: int) -> None:
    window = profile.window(30)
    more = replace(window, xp=(window.xp or 0) + xp)
    before, after = left(profile).days, left(replace(profile, windows={30: more})).days
    assert (after or 0) >= (before or 0)


def lived(now: datetime, rises: list[tuple[datetime, int]], wrote: list[datetime]) -> Profile:
    """Return who gained and wrote this, as they are looked at now."""
    since = now - 30 * DAY
    window = replace(
        ZERO,
        xp=sum(xp for at, xp in rises if at > since),
        messages=sum(at > since for at in wrote),
    )
    return person(
        window=window,
        enough_xp_at=enough_since(rises, 10_000),
        game_seen_at=max((at for at, _ in rises), default=None),
        chat_seen_at=max(wrote, default=None),
    )


def test_the_days_left_come_true_to_the_day_in_five_hundred_lives() -> None:
    rng = Random(500)  # noqa: S311 - made-up lives
    promised = 0
    for _ in range(500):
        rises = sorted((ago(rng.uniform(0, 45)), rng.randrange(9_000)) for _ in range(4))
        wrote = [ago(rng.uniform(0, 45)) for _ in range(rng.randrange(3))]
        days = slack(lived(NOW, rises, wrote), DEFAULT_POLICY, NOW).days
        assert days is not None
        promised += days > 0
        for later, verdicts in ((days - 1, LIVING), (days, {Verdict.SILENT})):
            then = NOW + max(later, 0) * DAY
            if later >= 0:
                assert judge(lived(then, rises, wrote), DEFAULT_POLICY, then).verdict in verdicts
    assert 100 < promised < 500


def test_whoever_is_not_linked_cannot_be_called_inactive_and_is_promised_no_day() -> None:
    assert left(person(link=Link.NONE)).not_judged == "not linked to a Discord user"
    for link in (Link.NAME, Link.CONFIRMED):
        assert left(person(link=link)).not_judged is None
    assert left(person(link=Link.NONE, user_id=None, has_no_discord=True)).not_judged is None
