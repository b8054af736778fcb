"""Whoever is about to be asked to leave is looked at again, and only then."""

from datetime import UTC, datetime

import pytest

from bot.clan.cases import CaseKind, Move
from bot.clan.looking import (
    LOOKED_AGAIN_AFTER,
    AccountGain,
    StaleAccount,
    is_checked,
    rise_words,
    stale,
)
from bot.clan.spans import HOUR

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("move", Move)
def test_only_a_notice_and_a_removal_wait_for_it(kind: CaseKind, move: Move) -> None:
    serious = kind is CaseKind.INACTIVITY and move in {Move.NOTICE, Move.APPROVE}
    assert is_checked(kind, move) is serious


def test_who_was_never_seen_comes_first_and_then_the_oldest() -> None:
    day_old = NOW - LOOKED_AGAIN_AFTER
    seen = {1: day_old, 2: day_old - HOUR, 3: NOW - 9 * LOOKED_AGAIN_AFTER}
    assert stale({1: "A", 2: "B", 3: "C", 4: "D"}, seen, NOW) == (
        StaleAccount(4, "D"),
        StaleAccount(3, "C", seen[3]),
        StaleAccount(2, "B", seen[2]),
    )


def test_what_rose_is_told_with_its_numbers() -> None:
    rose = [AccountGain("Zez", 1_250_000, 3), AccountGain("Alt", 0, 1)]
    assert rise_words(rose) == [
        "Zez: +1.2M XP, +3 boss kills since the snapshot before",
        "Alt: +1 boss kill since the snapshot before",
    ]
