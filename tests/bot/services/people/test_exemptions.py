"""An exemption by role follows the clan's ladder, as everything else does."""

import pytest
import pytest_asyncio

from bot.clan.policy import DEFAULT_POLICY, changed
from bot.services.people import Exemptions
from bot.services.people.exemptions import Unfit
from bot.services.setup import Policies
from tests.bot.services.village import OFFICER, Village, judged_by

BY_HAND = changed(DEFAULT_POLICY, ladder=("boss", "helper", "member"))


@pytest_asyncio.fixture
async def exemptions(village: Village) -> Exemptions:
    await village.settled({1: "One"}, role="member")
    await village.settled({2: "Two"}, role="helper")
    await village.settled({3: "Three"}, role="owner")
    return Exemptions(village.database, village.clock)


async def by_hand(village: Village) -> None:
    await judged_by(Policies(village.database, village.clock), village.clan, BY_HAND)


async def test_roles_stand_in_the_order_of_a_ladder_set_by_hand(
    village: Village, exemptions: Exemptions
) -> None:
    assert await exemptions.roles(village.clan) == ("owner", "member", "helper")
    await by_hand(village)
    assert await exemptions.roles(village.clan) == ("helper", "member", "owner")


async def test_wom_s_own_order_goes_before_a_ladder_set_by_hand(
    village: Village, exemptions: Exemptions
) -> None:
    await by_hand(village)
    await village.changed(role_orders=[("member", 0), ("owner", 1), ("helper", 2)])
    assert await exemptions.roles(village.clan) == ("member", "owner", "helper")


async def test_a_role_of_the_ladder_can_be_exempt_though_nobody_holds_it(
    village: Village, exemptions: Exemptions
) -> None:
    await by_hand(village)
    held = await exemptions.add(
        village.clan, (None, "Boss"), reason="founders", until_text=None, by=OFFICER
    )
    assert (held.role, held.members) == ("boss", 0)


async def test_a_role_that_is_on_no_ladder_and_that_nobody_holds_is_refused(
    village: Village, exemptions: Exemptions
) -> None:
    await by_hand(village)
    with pytest.raises(Unfit, match="no such role"):
        await exemptions.add(
            village.clan, (None, "zenyte"), reason="founders", until_text=None, by=OFFICER
        )
