"""Thresholds have the product's defaults, come back as they were stored, and count versions."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.policy import (
    DEFAULT_POLICY,
    AlertKind,
    EnforcementPolicy,
    Policy,
    PromotionPolicy,
    Signal,
    SteadyBar,
    changed,
    without_retired,
)


def test_the_defaults_are_the_product_s() -> None:
    promotion, inactive, alerts = (
        DEFAULT_POLICY.promotion,
        DEFAULT_POLICY.enforcement,
        DEFAULT_POLICY.alerts,
    )
    assert promotion.signals == frozenset(Signal)
    assert promotion.recruit_roles == ("prospector",)
    assert promotion.comparison_ranks == ("zamorakian", "zenyte", "dragonstone", "administrator")
    assert (promotion.pillar_top_percent, promotion.carry_top_percent) == (10, 15)
    assert (promotion.velocity_days, promotion.velocity_xp) == (7, 1_000_000)
    assert promotion.comparison_people == 3
    assert (promotion.pillar_days, promotion.pillar_writers) == (30, 20)
    assert (promotion.pillar_messages, promotion.pillar_chat_days) == (100, 14)
    assert promotion.carry_recent_raids == 20
    assert (promotion.tenure_days, promotion.recruit_tenure_days) == (30, 14)
    assert (promotion.alive_days, promotion.highest_rank) == (8, "")
    assert (promotion.first_percent, promotion.first_people) == (5, 5)
    assert (inactive.min_tenure_days, inactive.window_days, inactive.least_xp) == (30, 30, 10_000)
    assert (DEFAULT_POLICY.audit.window_days, DEFAULT_POLICY.audit.least_xp) == (30, 1_000_000)
    assert DEFAULT_POLICY.audit.least_messages == 10
    assert alerts.on == frozenset(AlertKind)
    assert (alerts.churn_messages_month, alerts.churn_messages) == (100, 10)
    assert (alerts.fading_xp_month, alerts.fading_percent) == (5_000_000, 10)
    assert (alerts.grinder_xp, alerts.grinder_messages) == (3_000_000, 5)
    assert (alerts.crier_messages, alerts.crier_xp) == (300, 100_000)
    assert (alerts.bosser_kills, alerts.bosser_xp) == (150, 500_000)
    assert DEFAULT_POLICY.version == 1


def test_a_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT_POLICY.version = 2  # type: ignore[misc]


@pytest.mark.parametrize("part", [PromotionPolicy, EnforcementPolicy])
def test_a_number_out_of_its_limits_is_refused_in_code_too(part: type) -> None:
    with pytest.raises(ValueError, match="must be from 1 to"):
        part(**{"near_percent" if part is PromotionPolicy else "quiet_percent": 0})


def test_a_rank_may_have_its_own_limit_and_its_own_steady_bar() -> None:
    policy = changed(
        DEFAULT_POLICY,
        enforcement={"limits": {"prospector": 14, "owner": 90}},
        promotion={"steady_by_rank": {"prospector": {"tenure_days": 30}}},
    )
    assert policy.enforcement.limit_days("prospector") == 14
    assert policy.enforcement.limit_days("member") == 30
    assert policy.promotion.steady_bar("prospector") == SteadyBar(tenure_days=30)
    assert policy.promotion.steady_bar("member") == SteadyBar()
    assert policy.windows() == (7, 14, 30, 56, 90)


def test_a_change_counts_the_version_and_no_change_does_not() -> None:
    stricter = changed(DEFAULT_POLICY, enforcement={"window_days": 14})
    assert stricter.version == 2
    assert stricter.enforcement == EnforcementPolicy(window_days=14)
    assert stricter.promotion == DEFAULT_POLICY.promotion
    assert changed(stricter, enforcement={"window_days": 14}) is stricter
    with pytest.raises(ValueError, match="counts by itself"):
        changed(stricter, version=9)


steady_bars = st.builds(
    SteadyBar, game_days=st.integers(0, 56), hours=st.integers(0, 1000), answers=st.integers(0, 9)
)
policies = st.builds(
    Policy,
    version=st.integers(1, 99),
    ladder=st.lists(st.text(min_size=1, max_size=5), unique=True).map(tuple),
    promotion=st.builds(
        PromotionPolicy,
        signals=st.frozensets(st.sampled_from(Signal)),
        hour_cap=st.integers(1, 100),
        highest_rank=st.text(max_size=5),
        steady=steady_bars,
        steady_by_rank=st.dictionaries(st.text(max_size=5), steady_bars, max_size=3),
    ),
    enforcement=st.builds(
        EnforcementPolicy, limits=st.dictionaries(st.text(max_size=5), st.integers(1, 365))
    ),
)


@given(policies)
def test_a_policy_comes_back_from_json_as_it_was(policy: Policy) -> None:
    text = json.dumps(policy.to_dict())
    assert Policy.from_dict(json.loads(text)) == policy
    assert json.dumps(Policy.from_dict(json.loads(text)).to_dict()) == text


def test_what_is_not_stored_keeps_its_default() -> None:
    assert Policy.from_dict({}) == DEFAULT_POLICY
    assert Policy.from_dict({"enforcement": {"window_days": 45}}).enforcement.least_xp == 10_000


def test_what_nothing_means_any_more_is_left_out_of_what_an_older_version_stored() -> None:
    """Raids of a whole life became those of 90 days: the old number would be far too much."""
    stored = {"promotion": {"carry_raids": 50, "hour_cap": 7}, "audit": {"busy_messages": 9}}
    policy = Policy.from_dict(stored)
    assert policy.promotion == PromotionPolicy(hour_cap=7)
    assert policy.audit.busy_messages == 9
    assert without_retired([]) == []
    assert without_retired({"promotion": 3}) == {"promotion": 3}
