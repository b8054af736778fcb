"""What is asked of everybody is said with its numbers, and how near it is decides the list."""

import pytest

from bot.clan.policy import STEADY_DAYS, Signal, changed
from bot.clan.profiles import Profile, Week
from bot.clan.requirements import Requirement, lacking
from bot.clan.signals import SignalResult
from tests.bot.clan.portraits import NOW, POLICY, Fields, account, ago, life_of, person

NEAR = SignalResult(Signal.STEADY, "...", 1.0, is_reached=False)
STEADY = SignalResult(Signal.STEADY, "...", 1.0, is_reached=True)
CARRY = SignalResult(Signal.CARRY, "...", 1.0, is_reached=True)
PILLAR = SignalResult(Signal.PILLAR, "...", 0.4, is_reached=False)


def lacks(profile: Profile, *found: SignalResult, target: str = "captain") -> list[Requirement]:
    return [*lacking(profile, target, found, POLICY, NOW)]


def test_a_settled_member_lacks_nothing() -> None:
    assert lacks(person()) == []


@pytest.mark.parametrize(
    ("fields", "words", "closeness", "missing"),
    [
        (
            {"accounts": (account(joined=15.5),)},
            "In the clan for 15 days (30 needed)",
            0.5,
            "15 more days in the clan (15 of 30)",
        ),
        (
            {"accounts": (account(1, "prospector", 13.5),)},
            "In the clan for 13 days (14 needed)",
            13 / 14,
            "1 more day in the clan (13 of 14)",
        ),
        (
            {"accounts": (account()._replace(joined_at=None),)},
            "When they joined is unknown",
            0,
            "a known day of joining",
        ),
        (
            {"accounts": (account(joined=-1),)},
            "When they joined is unknown",
            0,
            "a known day of joining",
        ),
        (
            {"life_days": 0b1111 << STEADY_DAYS - 4},
            "There on 4 of the last 30 days (8 needed)",
            0.5,
            "4 more days with a sign of life in 30 (4 of 8)",
        ),
        (
            {"life_days": None},
            "There on 0 of the last 30 days (8 needed)",
            0,
            "8 more days with a sign of life in 30 (0 of 8)",
        ),
        (
            {"game_seen_at": ago(9), "chat_seen_at": ago(7.5)},
            "Not seen on either side for 7 days",
            0,
            "a message or a gain within 7 days",
        ),
        (
            {"game_seen_at": None, "chat_seen_at": None},
            "Not seen on either side",
            0,
            "a message or a gain within 7 days",
        ),
        (
            {"life_days": life_of((Week(7, 0),) * 6 + (Week(3, 0),) * 2)},
            "There on 6 of the last 14 days, after 42 of the 42 before",
            0,
            "to be around as often as in the weeks before",
        ),
    ],
)
def test_what_is_lacking_is_said_to_leaders_and_to_the_person(
    fields: Fields, words: str, closeness: float, missing: str
) -> None:
    (found,) = lacks(person(**fields))
    assert (found.words, found.missing) == (words, missing)
    assert found.closeness == pytest.approx(closeness)


def test_a_day_of_joining_that_lies_ahead_is_unknown_even_where_no_tenure_is_asked_for() -> None:
    policy = changed(POLICY, promotion={"tenure_days": 0})
    soon = person(accounts=(account(joined=-0.5),))
    (found,) = lacking(soon, "captain", (), policy, NOW)
    assert (found.words, found.closeness) == ("When they joined is unknown", 0)


def test_half_as_often_as_before_is_often_enough() -> None:
    assert lacks(person(life_days=life_of((Week(6, 0),) * 6 + (Week(3, 0),) * 2))) == []


@pytest.mark.parametrize(
    ("found", "closeness"),
    [
        ((STEADY,), 0),
        ((STEADY, PILLAR), 0.4),
        ((CARRY, PILLAR), 0),
        ((CARRY, NEAR), 0.999),
        ((), 0),
    ],
)
def test_a_rank_with_rights_is_as_near_as_the_further_of_steady_and_the_best_other_signal(
    found: tuple[SignalResult, ...], closeness: float
) -> None:
    (rights,) = lacks(person(), *found, target="zenyte")
    assert rights.closeness == closeness
    assert rights.words.startswith("Zenyte has an officer's rights and needs ")


def test_steady_and_another_signal_are_enough_for_any_rank() -> None:
    assert lacks(person(), STEADY, CARRY, target="zenyte") == []


def test_a_clan_may_ask_for_less() -> None:
    rules = {"tenure_days": 0, "alive_days": 0, "recruit_tenure_days": 0}
    policy = changed(POLICY, promotion=rules)
    new = person(accounts=(account(joined=0),), life_days=0)
    assert lacking(new, "captain", (), policy, NOW) == ()
