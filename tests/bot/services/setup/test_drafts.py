"""Drafts of settings: one for each leader and server, gone after an hour."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clan.clan_settings import ClanSettings, Draft
from bot.services.setup.drafts import LIFE, Drafts
from tests.bot.demo.conftest import Clock
from tests.storage.rows import NOW

ANN, BEN, ANN_ELSEWHERE = (1, 10), (1, 11), (2, 10)
EMPTY = Draft(ClanSettings(), ClanSettings())
SHORTER = EMPTY.numbering({"enforcement.window_days": 14})


@pytest.fixture
def drafts(clock: Clock) -> Drafts:
    return Drafts(clock)


def test_each_leader_has_a_draft_of_their_own_in_each_server(drafts: Drafts) -> None:
    held = drafts.begin(ANN, SHORTER)
    assert drafts.of(ANN) == held
    assert drafts.of(BEN) is None
    assert drafts.of(ANN_ELSEWHERE) is None
    drafts.drop(ANN)
    drafts.drop(BEN)
    assert drafts.of(ANN) is None


def test_a_draft_is_gone_an_hour_after_it_was_kept_last(drafts: Drafts, clock: Clock) -> None:
    held = drafts.begin(ANN, SHORTER)
    clock.now = NOW + LIFE
    assert drafts.of(ANN) == held
    drafts.keep(ANN, held)
    clock.now += LIFE
    assert drafts.of(ANN) is not None
    clock.now += timedelta(seconds=1)
    assert drafts.of(ANN) is None


def test_what_was_begun_anew_is_not_overwritten_by_what_it_replaced(drafts: Drafts) -> None:
    first = drafts.begin(ANN, SHORTER)
    second = replace(first, number=first.number + 1)
    drafts.drop(ANN)
    drafts.keep(ANN, second)
    drafts.keep(ANN, first)
    assert drafts.of(ANN) == second


def test_a_draft_is_begun_once_something_would_be_lost_with_it(drafts: Drafts) -> None:
    assert drafts.shown(ANN) == 0
    assert not drafts.begin(ANN, EMPTY).is_begun
    assert drafts.shown(ANN) == 0
    held = drafts.begin(ANN, SHORTER)
    assert held.is_begun
    assert drafts.shown(ANN) == held.number > 0
    typed = {("enforcement.window_days", ""): "a fortnight"}
    assert replace(drafts.begin(ANN, EMPTY), typed=typed).is_begun


def test_of_ten_thousand_drafts_the_newest_are_kept(drafts: Drafts) -> None:
    for user_id in range(10_000):
        drafts.begin((1, user_id), SHORTER)
    assert drafts.of((1, 0)) is None
    assert drafts.of((1, 9_999)) is not None
    assert len(drafts._open) == 1_000
