"""The table of what follows from each link, as PRODUCT has it."""

from itertools import pairwise

import pytest

from bot.clan.claims import Effect, allows
from bot.clan.standings import Link


@pytest.mark.parametrize("effect", Effect)
def test_whoever_is_not_known_may_nothing_and_whoever_is_confirmed_all(effect: Effect) -> None:
    assert not allows(Link.NONE, effect)
    assert allows(Link.CONFIRMED, effect)


def test_a_claim_is_on_the_claimant_s_own_card_and_nowhere_else() -> None:
    assert [each for each in Effect if allows(Link.CLAIMED, each)] == [Effect.CARD]


def test_a_name_gives_the_card_with_its_standing_and_counts_in_reports() -> None:
    assert {each for each in Effect if allows(Link.NAME, each)} == {
        Effect.CARD,
        Effect.STANDING,
        Effect.NUMBERS,
    }


def test_each_surer_link_may_do_all_that_the_less_sure_may() -> None:
    order = (Link.NONE, Link.CLAIMED, Link.NAME, Link.CONFIRMED)
    may = [{each for each in Effect if allows(link, each)} for link in order]
    assert all(less <= more for less, more in pairwise(may))
