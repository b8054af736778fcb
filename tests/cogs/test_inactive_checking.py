"""Before a notice or a removal Wise Old Man is asked again, and the decision is made anew."""

import json
from datetime import timedelta

import httpx
import pytest
from simcord.results import ResponseMessage
from sqlalchemy import delete

from bot.clan.cases import CaseState
from cogs._deciding_keys import Act, Key
from storage.tables import OBSERVATIONS
from tests.cogs.deciding import filled, on_card, opened, press, told
from tests.cogs.test_inactive import case_of, hushed, sure
from tests.cogs.town import Town, words

__all__ = ["hushed"]


async def stale_card(town: Town, act: Act) -> tuple[ResponseMessage, Key, str]:
    """Return the list, and a button on it about somebody whom nobody looked at for a day."""
    async with town.services.cases._database.writing() as connection:
        since = town.env.now() - timedelta(hours=30)
        await connection.execute(delete(OBSERVATIONS).where(OBSERVATIONS.c.seen_at > since))
    panel = await opened(town, "inactive")
    clan = await town.clan()
    for key in on_card(panel, act):
        if found := await town.services.looking.stale(clan, key.player_id):
            return panel, key, found[0].name
    raise AssertionError("everybody was looked at today")


def returned(town: Town, player_id: int, name: str, xp: int) -> None:
    """Have Wise Old Man see, at its next look, that somebody plays again."""
    raw = json.loads(town.wom._wom(request_of(player_id)).content)
    snapshot = raw["latestSnapshot"]
    now = f"{town.env.now():%Y-%m-%dT%H:%M:%S}.000Z"
    snapshot["createdAt"] = raw["updatedAt"] = raw["lastChangedAt"] = now
    snapshot["data"]["skills"]["overall"]["experience"] += xp
    town.wom.instead[f"/players/{name}"] = json.dumps(raw).encode()


def request_of(player_id: int) -> httpx.Request:
    return httpx.Request("GET", f"https://api.wiseoldman.net/v2/players/id/{player_id}")


@pytest.mark.parametrize("act", [Act.APPROVE, Act.NOTICE])
async def test_who_returned_since_the_last_snapshot_is_neither_noticed_nor_removed(
    hushed: Town, act: Act
) -> None:
    panel, key, name = await stale_card(hushed, act)
    returned(hushed, key.player_id, name, 3_000_000)
    result = await press(hushed, panel, key)
    if act is Act.NOTICE:
        result = await filled(hushed, result)
    said = told(result)
    assert f"{name}: +3M XP since the snapshot before" in said.replace("\\", "")
    assert "not on the list any more" in said
    assert name not in await sure(hushed)
    found = await hushed.services.cases.of_person(await hushed.clan(), key.player_id)
    assert found == ()


async def test_who_returned_after_a_notice_is_not_removed_and_the_case_is_over(
    hushed: Town,
) -> None:
    panel, key, name = await stale_card(hushed, Act.NOTICE)
    await filled(hushed, await press(hushed, panel, key))
    assert (await case_of(hushed, key.player_id)).state is CaseState.NOTICED
    await hushed.env.advance_time(3 * 86_400)
    returned(hushed, key.player_id, name, 3_000_000)
    removal = next(each for each in on_card(panel, Act.APPROVE) if each.player_id == key.player_id)
    said = told(await press(hushed, panel, removal))
    assert "+3M XP" in said
    case = await case_of(hushed, key.player_id)
    assert case.state is CaseState.CLOSED
    assert "active again" in case.last.why


async def test_who_did_not_return_is_removed_and_it_says_that_nothing_was_new(
    hushed: Town,
) -> None:
    panel, key, _ = await stale_card(hushed, Act.APPROVE)
    said = told(await press(hushed, panel, key))
    assert "Checked at Wise Old Man: nothing new." in said
    assert "is on the list To remove" in words(panel)
    assert (await case_of(hushed, key.player_id)).state is CaseState.APPROVED
    assert await hushed.services.looking.stale(await hushed.clan(), key.player_id) == ()


async def test_where_wise_old_man_is_away_the_decision_says_as_of_when_it_speaks(
    hushed: Town,
) -> None:
    panel, key, name = await stale_card(hushed, Act.APPROVE)
    hushed.wom.shut.add(f"/players/{name}")
    said = told(await press(hushed, panel, key))
    assert "What is decided speaks as of <t:" in said
    assert (await case_of(hushed, key.player_id)).state is CaseState.APPROVED


async def test_a_snooze_asks_nobody(hushed: Town) -> None:
    panel, key, name = await stale_card(hushed, Act.SNOOZE)
    hushed.wom.shut.add(f"/players/{name}")
    result = await filled(hushed, await press(hushed, panel, key))
    assert "Checked" not in told(result)
