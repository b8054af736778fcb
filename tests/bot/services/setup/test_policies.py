"""Every change is a version of its own, and nobody undoes what they have not seen."""

import asyncio
from dataclasses import replace

import pytest

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.policy import DEFAULT_POLICY, Policy, changed
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Caller, ladder
from bot.services.setup import Clans, NotAllowed, Outdated, Policies, ladder_of
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import Village, judged_by
from tests.storage.rows import DAY, NOW

ANN, BOB = 1001, 1002
OWNER, OFFICER = Caller(is_guild_owner=True), Caller(wom_roles=frozenset({"onyx"}))
SHORTER = changed(DEFAULT_POLICY, enforcement={"window_days": 14})


@pytest.fixture
def policies(database: Database, clock: Clock) -> Policies:
    return Policies(database, clock)


async def test_a_clan_that_changed_nothing_is_judged_by_the_defaults(
    policies: Policies, village: Village
) -> None:
    assert await policies.of(village.clan) == DEFAULT_POLICY
    assert await policies.history(village.clan) == []
    assert await policies.clan_settings(village.clan) == ClanSettings()


async def test_a_change_is_a_version_with_who_and_when(
    policies: Policies, village: Village, clock: Clock
) -> None:
    await judged_by(policies, village.clan, SHORTER, ANN)
    clock.now = NOW + DAY
    strict = changed(SHORTER, cases={"second_officer": True})
    await judged_by(policies, village.clan, strict, BOB)
    assert await policies.of(village.clan) == strict
    found = await policies.history(village.clan)
    assert [(each.version, each.made_by, each.made_at) for each in found] == [
        (3, BOB, NOW + DAY),
        (2, ANN, NOW),
    ]
    assert Policy.from_dict(found[1].content) == SHORTER


async def test_of_two_who_change_the_same_version_the_second_is_told(
    policies: Policies, village: Village
) -> None:
    longer = changed(DEFAULT_POLICY, enforcement={"window_days": 60})
    both = await asyncio.gather(
        policies.settle(village.clan, Draft(ClanSettings(), ClanSettings(SHORTER)), OWNER, ANN),
        policies.settle(village.clan, Draft(ClanSettings(), ClanSettings(longer)), OWNER, BOB),
        return_exceptions=True,
    )
    (outdated,) = [each for each in both if isinstance(each, Outdated)]
    assert outdated.newest == await policies.of(village.clan)
    assert len(await policies.history(village.clan)) == 1


async def test_each_clan_has_its_own_policy(
    policies: Policies, village: Village, known_clans: Clans
) -> None:
    other = await known_clans.found(2, "Others")
    await judged_by(policies, village.clan, SHORTER, ANN)
    assert await policies.of(other) == DEFAULT_POLICY


async def test_a_draft_holds_with_its_gates_and_channels(
    policies: Policies, village: Village
) -> None:
    permissions = replace(DEFAULT_PERMISSIONS, promote=Authority.OFFICER)
    draft = Draft(ClanSettings(), ClanSettings(SHORTER, permissions, 5, 6, 7))
    await policies.settle(village.clan, draft, OWNER, ANN)
    assert await policies.clan_settings(village.clan) == draft.proposed
    only_channel = replace(draft.proposed, notice_channel_id=None)
    await policies.settle(village.clan, Draft(draft.proposed, only_channel), OWNER, ANN)
    assert await policies.clan_settings(village.clan) == only_channel
    assert len(await policies.history(village.clan)) == 1


async def test_a_draft_of_what_somebody_changed_meanwhile_holds_in_no_part(
    policies: Policies, village: Village
) -> None:
    await judged_by(policies, village.clan, SHORTER, BOB)
    before = await policies.clan_settings(village.clan)
    with pytest.raises(Outdated) as raised:
        await policies.settle(
            village.clan, Draft(ClanSettings(), ClanSettings(notice_channel_id=6)), OWNER, ANN
        )
    assert raised.value.newest == SHORTER
    assert await policies.clan_settings(village.clan) == before


async def test_a_version_that_somebody_wrote_first_stays(
    policies: Policies, village: Village
) -> None:
    await judged_by(policies, village.clan, SHORTER, ANN)
    await judged_by(policies, village.clan, changed(SHORTER, cases={"snooze_days": 7}), ANN)
    base = await policies.clan_settings(village.clan)
    again = changed(DEFAULT_POLICY, enforcement={"window_days": 60})
    with pytest.raises(Outdated) as raised:
        await policies.settle(village.clan, Draft(base, ClanSettings(again)), OWNER, BOB)
    assert raised.value.newest == base.policy
    assert await policies.clan_settings(village.clan) == base


async def test_nobody_opens_gates_that_are_not_theirs(policies: Policies, village: Village) -> None:
    permissions = replace(DEFAULT_PERMISSIONS, manage=Authority.OFFICER)
    with pytest.raises(NotAllowed):
        await policies.settle(
            village.clan, Draft(ClanSettings(), ClanSettings(permissions=permissions)), OFFICER, ANN
        )
    assert await policies.clan_settings(village.clan) == ClanSettings()


async def test_wom_s_own_order_goes_before_a_ladder_set_by_hand(village: Village) -> None:
    by_hand = changed(DEFAULT_POLICY, ladder=("boss", "helper"))
    assert ladder_of(village.clan, DEFAULT_POLICY) == ladder((), village.clan.permissions)
    assert ladder_of(village.clan, by_hand) == ("boss", "helper")
    ordered = await village.changed(role_orders=[("owner", 0), ("member", 1)])
    assert ladder_of(ordered, by_hand) == ("owner", "member")
