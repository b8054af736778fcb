"""How one stands is told in one's own words: never a case, a reason, or another's number."""

from dataclasses import replace

import pytest

from bot.clan.enforcement import Judgement, Verdict
from bot.clan.evidence import Grade
from bot.clan.policy import Signal
from bot.clan.promotion import PromotionCase, Strength
from bot.clan.requirements import Requirement
from bot.clan.signals import SignalResult
from bot.clan.slack import Slack
from bot.services.review import OwnStanding
from cogs.me.standing import own_lines, slack_line
from tests.bot.clan.portraits import person

SLACK = Slack(30, 23, 12, 23, "one message or 10,000 XP")
STEADY = SignalResult(
    Signal.STEADY, "Steady: ...", 0.5, is_reached=False, missing=("4 more days", "1 more month")
)
PILLAR = SignalResult(Signal.PILLAR, "...", 0.9, is_reached=False, missing=("9 more messages",))
CARRY = SignalResult(Signal.CARRY, "...", 0.1, is_reached=False, missing=("45 more raids",))


def outlook(*missed: SignalResult, **fields: object) -> PromotionCase:
    case = PromotionCase(
        profile=person(),
        next_rank="deputy_owner",
        reasons=(),
        not_yet=(),
        considered=(),
        signals=frozenset(),
        grade=Grade.GOOD,
        doubts=(),
        strength=Strength(40, 20),
        policy_version=1,
        missed=missed,
    )
    return replace(case, **fields)  # type: ignore[arg-type]


def told(slack: Slack = SLACK, case: PromotionCase | None = None) -> list[str]:
    return own_lines(OwnStanding(person(), Judgement(Verdict.ACTIVE, 30, ()), slack, case))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "23 days left (game 23, chat 12); one message or 10,000 XP resets it"),
        ({"chat_days": None}, "23 days left (game 23, chat unknown);"),
        ({"days": 28}, "28 days left (game 23, chat 12, settling in);"),
        ({"game_days": 1, "chat_days": 0, "days": 1}, "1 day left (game 1, chat 0);"),
        (
            {"game_days": 0, "chat_days": 0, "days": 0},
            "over the 30-day limit; one message or 10,000 XP resets it",
        ),
        ({"not_judged": "exempt"}, "not judged now (exempt)"),
        ({"not_judged": "game: *x*: never"}, "not judged now (game\\: \\*x\\*\\: never)"),
    ],
)
def test_the_days_left_are_told_side_by_side(fields: dict[str, object], said: str) -> None:
    changed = replace(SLACK, **fields)  # type: ignore[arg-type]
    (line,) = told(changed)
    assert line.startswith(f"**Before you are called inactive**  {said}")
    assert slack_line(changed, "they are") == line.replace("you are", "they are")


def test_what_is_missing_begins_with_the_steady_way_and_goes_on_with_the_nearest() -> None:
    _, *lines = told(case=outlook(CARRY, PILLAR, STEADY))
    assert lines == [
        "**For Deputy Owner**  4 more days \N{MIDDLE DOT} 1 more month",
        "-# or 9 more messages",
        "-# or 45 more raids",
    ]


def test_who_has_what_is_asked_hears_that_people_decide() -> None:
    reached = outlook(
        PILLAR, signals=frozenset({Signal.STEADY}), reasons=("Steady over 8 weeks: 40 days",)
    )
    _, *lines = told(case=reached)
    assert lines == [
        "**For Deputy Owner**  you have what is asked (steady); leadership decides",
        "-# Steady over 8 weeks\\: 40 days",
    ]


def test_what_is_asked_of_everybody_comes_before_any_signal() -> None:
    young = Requirement("...", 0.5, "15 more days in the clan (15 of 30)")
    _, *lines = told(case=outlook(PILLAR, STEADY, lacking=(young,)))
    assert lines == [
        "**For Deputy Owner**  15 more days in the clan (15 of 30)",
        "-# and 4 more days \N{MIDDLE DOT} 1 more month",
        "-# or 9 more messages",
    ]
    reached = outlook(lacking=(young,), reasons=("Steady: 40 days",))
    assert told(case=reached)[1:] == lines[:1]


def test_who_cannot_rise_by_any_signal_hears_nothing_of_ranks() -> None:
    assert len(told(case=None)) == 1
    assert len(told(case=outlook())) == 1
