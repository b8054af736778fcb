"""The rules against made-up clans that know who is who: nobody is wronged, hardly one missed.

`python -m tests.truth` asks the same of many more and larger clans.
"""

from collections import Counter
from functools import cache

import pytest

from bot.clan.standings import Link
from bot.demo.cast import Persona
from bot.demo.world import make_world
from tests.bot.clan.made_up import linked_users, profiles_of
from tests.truth.life import MONTH, Why, truth_of
from tests.truth.promotions import judge_clan, missed_goals
from tests.truth.tables import NEVER_TO_RISE, steady_behind_a_spammer
from tests.truth.trial import DAYS, NOW, Rule, Trial, trial

SEEDS = range(20)
MEMBERS = 60


@cache
def judged(seed: int) -> Trial:
    return trial(seed, MEMBERS)


def wronged_by(rule: Rule) -> Counter[Why]:
    """Return how many, over all clans, a rule calls inactive in spite of a reason."""
    trials = map(judged, SEEDS)
    return Counter(
        each.truth.alive[player_id]
        for each in trials
        for player_id in each.inactive[rule] - each.truth.silent
    )


def suggested_by(rule: Rule) -> Counter[Persona]:
    trials = map(judged, SEEDS)
    return Counter(each.personas[one] for each in trials for one in each.suggested[rule])


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_flagged_who_is_not_truly_silent(seed: int) -> None:
    found = judged(seed)
    assert found.inactive[Rule.OURS]
    assert found.inactive[Rule.OURS] <= found.truth.silent


def test_of_the_truly_silent_and_well_observed_nearly_all_are_found() -> None:
    trials = list(map(judged, SEEDS))
    silent = sum(len(each.truth.silent) for each in trials)
    observed = sum(len(each.truth.well_observed) for each in trials)
    found = sum(len(each.inactive[Rule.OURS] & each.truth.well_observed) for each in trials)
    assert found >= 0.95 * observed
    assert observed >= 0.5 * silent


@pytest.mark.parametrize("seed", SEEDS)
def test_no_spammer_stands_before_a_steady_member(seed: int) -> None:
    assert steady_behind_a_spammer(judged(seed), Rule.OURS) == 0


def test_steady_members_are_suggested() -> None:
    assert suggested_by(Rule.OURS)[Persona.STEADY] >= len(SEEDS)


def test_neither_ghosts_nor_the_away_nor_the_faded_nor_alts_are_suggested() -> None:
    assert not suggested_by(Rule.OURS).keys() & NEVER_TO_RISE.keys()


def test_everybody_whom_a_rule_could_wrong_lives_in_these_clans() -> None:
    trials = list(map(judged, SEEDS))
    assert {why for each in trials for why in each.truth.alive.values()} == set(Why)
    assert {part for each in trials for part in each.personas.values()} == set(Persona)


def test_rules_of_names_and_counts_alone_wrong_people_in_the_same_clans() -> None:
    assert set(wronged_by(Rule.NAMES)) == set(Why)
    assert suggested_by(Rule.WRITERS)[Persona.FADING]
    assert suggested_by(Rule.RAIDERS)[Persona.GHOST]
    assert any(steady_behind_a_spammer(judged(seed), Rule.WRITERS) for seed in SEEDS)


@pytest.mark.parametrize("seed", range(2))
def test_what_was_gained_and_said_agrees_with_the_lulls_that_the_world_tells(seed: int) -> None:
    world = make_world(seed=seed, members=MEMBERS, days=DAYS, now=NOW)
    said = list(world.messages(texts=False))
    truth = truth_of(world, said, linked_users(world, all_known=True))
    since = {player.player_id: world.silent_since(player) for player in world.present(NOW)}
    told = {each for each, at in since.items() if at is not None and NOW - at >= MONTH}
    assert truth.silent == told - world.away.keys() - {
        alt for alt, main in world.alts.items() if since[main] is None
    }


def test_half_a_clan_is_linked_and_the_others_are_known_by_name_or_not_at_all() -> None:
    world = make_world(seed=1, members=MEMBERS, days=DAYS, now=NOW)
    profiles = profiles_of(world, list(world.messages(texts=False)))
    accounts = sorted(each.player_id for one in profiles for each in one.accounts)
    assert accounts == sorted(player.player_id for player in world.present(NOW))
    links = Counter(profile.link for profile in profiles)
    assert min(links[Link.CONFIRMED], links[Link.NAME], links[Link.NONE]) > MEMBERS / 10


@pytest.mark.parametrize("members", [40, 90])
def test_a_leader_would_act_on_the_promotions(members: int) -> None:
    """At most 12% qualify, nine in ten of the first list are steady, nobody is wrongly on it."""
    told = sum((judge_clan(seed, members) for seed in range(6)), start=Counter())
    assert told["first"] >= 6
    assert told["due"] >= 6
    assert missed_goals(told) == []
