"""Before a notice or a removal Wise Old Man is asked again, and the decision is made anew."""

import json
from datetime import timedelta

import aiohttp
import discord
import httpx
import pytest
from simcord.results import ResponseMessage
from sqlalchemy import delete

from bot.clan.cases import CaseState
from storage.tables import OBSERVATIONS
from tests.cogs.deciding import filled, on_picked, opened, picks, player_of, told
from tests.cogs.test_inactive import NOTICE, REMOVE, SNOOZE, case_of, hushed, sure
from tests.cogs.town import Town, words

__all__ = ["hushed"]


async def unseen(town: Town) -> None:
    """Have nobody looked at for a day."""
    async with town.services.cases._database.writing() as connection:
        since = town.env.now() - timedelta(hours=30)
        await connection.execute(delete(OBSERVATIONS).where(OBSERVATIONS.c.seen_at > since))


async def stale_line(town: Town) -> tuple[ResponseMessage, str, str]:
    """Return the list, and a pick on it and the name of somebody whom nobody looked at today."""
    await unseen(town)
    panel = await opened(town, "inactive")
    clan = await town.clan()
    for pick in picks(panel):
        if found := await town.services.looking.stale(clan, player_of(pick)):
            return panel, pick, found[0].name
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


@pytest.mark.parametrize("button", [REMOVE, NOTICE])
async def test_who_returned_since_the_last_snapshot_is_neither_noticed_nor_removed(
    hushed: Town, button: str
) -> None:
    panel, pick, name = await stale_line(hushed)
    returned(hushed, player_of(pick), name, 3_000_000)
    result = await on_picked(hushed, panel, button, pick)
    if button is NOTICE:
        result = await filled(hushed, result)
    said = told(result)
    assert f"{name}: +3M XP since the snapshot before" in said.replace("\\", "")
    assert "not on the list any more" in words(panel)
    assert name not in await sure(hushed)
    found = await hushed.services.cases.of_person(await hushed.clan(), player_of(pick))
    assert found == ()


async def test_a_decision_stands_where_the_message_about_the_check_cannot_be_changed(
    hushed: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, pick, _ = await stale_line(hushed)

    async def cut_off(*_: object, **__: object) -> None:
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(discord.WebhookMessage, "edit", cut_off)
    await on_picked(hushed, panel, REMOVE, pick)
    assert (await case_of(hushed, player_of(pick))).state is CaseState.APPROVED


async def test_of_several_all_are_looked_at_and_only_who_returned_is_left_out(
    hushed: Town,
) -> None:
    panel, pick, name = await stale_line(hushed)
    others = [each for each in picks(panel) if each != pick]
    returned(hushed, player_of(pick), name, 3_000_000)
    said = told(await on_picked(hushed, panel, REMOVE, pick, *others))
    assert said.count("+3M XP") == 1
    clan = await hushed.clan()
    assert await hushed.services.looking.stale(clan, *map(player_of, others)) == ()
    assert f"Not done for **{name}**: They are not on the list any more" in words(panel)
    standing = await hushed.services.cases.standing(clan)
    assert {each.case.player_id for each in standing} == {*map(player_of, others)}
    assert {each.case.state for each in standing} == {CaseState.APPROVED}


async def test_who_returned_after_a_notice_is_not_removed_and_the_case_is_over(
    hushed: Town,
) -> None:
    panel, pick, name = await stale_line(hushed)
    player_id = player_of(pick)
    await filled(hushed, await on_picked(hushed, panel, NOTICE, pick))
    assert (await case_of(hushed, player_id)).state is CaseState.NOTICED
    await hushed.env.advance_time(3 * 86_400)
    returned(hushed, player_id, name, 3_000_000)
    now = next(each for each in picks(panel) if player_of(each) == player_id)
    said = told(await on_picked(hushed, panel, REMOVE, now))
    assert "+3M XP" in said
    case = await case_of(hushed, player_id)
    assert case.state is CaseState.CLOSED
    assert "active again" in case.last.why


async def test_who_did_not_return_is_removed_and_it_says_that_nothing_was_new(
    hushed: Town,
) -> None:
    panel, pick, _ = await stale_line(hushed)
    said = told(await on_picked(hushed, panel, REMOVE, pick))
    assert "Checked at Wise Old Man: nothing new." in said
    assert "added to the removal list" in words(panel)
    assert (await case_of(hushed, player_of(pick))).state is CaseState.APPROVED
    assert await hushed.services.looking.stale(await hushed.clan(), player_of(pick)) == ()


async def test_where_wise_old_man_is_away_the_decision_says_as_of_when_it_speaks(
    hushed: Town,
) -> None:
    panel, pick, name = await stale_line(hushed)
    hushed.wom.shut.add(f"/players/{name}")
    said = told(await on_picked(hushed, panel, REMOVE, pick))
    assert "What is decided speaks as of <t:" in said
    assert (await case_of(hushed, player_of(pick))).state is CaseState.APPROVED


async def test_a_snooze_asks_nobody(hushed: Town) -> None:
    panel, pick, name = await stale_line(hushed)
    hushed.wom.shut.add(f"/players/{name}")
    result = await filled(hushed, await on_picked(hushed, panel, SNOOZE, pick))
    assert "Checked" not in told(result)
