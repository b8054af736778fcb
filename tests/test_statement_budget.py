"""What every command may ask of the database: so many statements, and none of them twice.

A line is what is sent today, from the command to its answer, by the real bot on a clan of thirty
that a new process has just opened, so that who is who is worked out and kept. Whoever sends fewer
lowers the number. In AGAIN stands what is asked for twice and why that is so: the gate finds the
clan before the view does, and whether whoever asks is back from leave is told beside the answer;
*what if* reads the clan twice, now and then, and so do cases of both kinds, once for each; a press
is judged by what is so when it is written.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.clan.linking import LinkPair
from bot.demo.world import World
from bot.services.people import Officer
from tests.clan_keys import without_clan
from tests.cogs import deciding, test_promotions
from tests.cogs.conftest import journal, template, village, wire
from tests.cogs.settings import test_screen as settings_screen
from tests.cogs.town import START, Town, newest, opened_town
from tests.statements import Sent, again, statements

__all__ = ["journal", "template", "village", "wire"]

Ask = Callable[[Town], Awaitable[object]]


STATEMENTS = {
    "clanstats report": 23,
    "clanstats report of leadership": 32,
    "clanstats report for everybody": 23,
    "me": 33,
    "member": 37,
    "member, while typing": 7,
    "leaderboard": 11,
    "leaderboard of a boss": 14,
    "leaderboard of messages": 18,
    "compare": 21,
    "promotions": 30,
    "inactive": 26,
    "clanstats audit": 32,
    "clanstats activity": 24,
    "clanstats activity with an event": 25,
    "clanstats alerts": 30,
    "clanstats questions": 20,
    "clanstats bosses": 13,
    "clanstats newcomers": 19,
    "clanstats dashboard": 27,
    "clanstats dashboard of leadership": 35,
    "clanstats cases": 6,
    "clanstats links": 21,
    "clanstats status": 38,
    "clanstats setup": 8,
    "clanstats settings": 8,
    "clanstats away": 6,
    "clanstats exempt": 6,
    "away": 9,
    "privacy show": 17,
    "privacy export": 25,
    "mark as answered": 19,
    "pick on promotions": 2,
    "press on a promotion": 31,
    "press on five promotions": 31,
    "press on a tab of inactive": 21,
    "press that posts the summary": 18,
    "press on cases of both kinds": 51,
    "what if": 46,
}
"""How many statements each command sends."""

AGAIN: dict[str, dict[str, int]] = {
    "clanstats report": {"clans.of_guild": 1},
    "clanstats report of leadership": {"absences.of_clan": 1, "clans.of_guild": 1},
    "clanstats report for everybody": {"clans.of_guild": 1},
    "me": {"absences.of_clan": 2, "clans.of_guild": 1},
    "member": {
        "absences.of_clan": 2,
        "clans.of_guild": 1,
        "exemptions.standing": 1,
        "identity_revision.read": 1,
        "players.places": 1,
    },
    "member, while typing": {"identity_revision.read": 1},
    "leaderboard of a boss": {"metrics._metrics": 1},
    "leaderboard of messages": {"clans.of_guild": 1},
    "compare": {"clans.of_guild": 1},
    "promotions": {"absences.of_clan": 1, "clans.of_guild": 1},
    "inactive": {"absences.of_clan": 1, "clans.of_guild": 1},
    "clanstats audit": {"absences.of_clan": 1, "clans.of_guild": 1},
    "clanstats activity": {"clans.of_guild": 1},
    "clanstats activity with an event": {"clans.of_guild": 1},
    "clanstats alerts": {"absences.of_clan": 1, "clans.of_guild": 1},
    "clanstats questions": {"clans.of_guild": 1},
    "clanstats newcomers": {"clans.of_guild": 1},
    "clanstats dashboard": {"clans.of_guild": 1},
    "clanstats dashboard of leadership": {"absences.of_clan": 1, "clans.of_guild": 1},
    "clanstats links": {"clans.of_guild": 1, "identity_revision.read": 1},
    "clanstats status": {
        "absences.of_clan": 2,
        "clans.of_guild": 1,
        "exemptions.standing": 1,
        "identity_revision.read": 1,
    },
    "clanstats setup": {"clans.of_guild": 1},
    "clanstats settings": {"clans.of_guild": 1, "policies.history": 2},
    "clanstats away": {"absences.of_clan": 1},
    "away": {"absences.of_clan": 1, "links.confirmed_roles": 1},
    "press on a promotion": {"cases._read": 1, "clans.of_guild": 1, "policies.history": 1},
    "press on five promotions": {"cases._read": 1, "clans.of_guild": 1, "policies.history": 1},
    "press on a tab of inactive": {"clans.of_guild": 1},
    "press that posts the summary": {"clans.of_guild": 1},
    "press on cases of both kinds": {
        "absences.of_clan": 1,
        "authors.totals": 1,
        "cases._read": 2,
        "chat.days_written": 1,
        "chat.first_hour": 1,
        "clans.of_guild": 2,
        "exemptions.standing": 1,
        "identity_revision.read": 1,
        "metrics.paths_of_activities": 1,
        "players.events_between": 1,
        "players.places": 1,
        "policies.history": 2,
        "blind_spots.blindness": 1,
        "blind_spots.hidden_channels": 1,
        "snapshots.rises": 1,
    },
    "what if": {
        "absences.of_clan": 1,
        "chat.days_written": 1,
        "chat.first_hour": 1,
        "clans.of_guild": 2,
        "exemptions.standing": 1,
        "players.events_between": 1,
        "policies.history": 1,
        "blind_spots.blindness": 1,
        "blind_spots.hidden_channels": 1,
        "snapshots.rises": 1,
    },
}
"""Whose statements a command sends again, and how often too many; who is not here sends none."""


@pytest.fixture
async def town(village: World, template: Path, tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path, village, template) as opened:
        await opened.vouch()
        here = {player.player_id for player in village.present(START)}
        of_somebody = {each for user in village.users for each in user.player_ids}
        mine = LinkPair(min(here - of_somebody), opened.member.id)
        clan, officer = await opened.clan(), Officer(opened.owner.id)
        assert await opened.services.links.confirm_all(clan, [mine], officer)
        yield opened


def typed(command: str, who: str = "leader", **options: object) -> Ask:
    async def ask(town: Town) -> object:
        return await getattr(town, who).slash(town.general, command, **options)

    return ask


async def _card_of_another(town: Town) -> object:
    player = town.world.present(town.env.now())[0]
    return await town.leader.slash(town.general, "member", player=player.name)


async def _compared(town: Town) -> object:
    first, second = town.world.present(town.env.now())[:2]
    return await town.leader.slash(town.general, "compare", a=first.name, b=second.name)


async def _names_offered(town: Town) -> object:
    return await town.leader.autocomplete(town.general, "member", "player", "a")


async def _sent_question(town: Town) -> Ask:
    question = await town.member.send(town.general, "anyone for tob tonight?")
    await town.services.intake.flush()
    return lambda town: town.officer.context_menu(town.general, "Mark as answered", question)


async def _opened_promotions(town: Town, people: int = 1) -> Ask:
    panel = await deciding.opened(town, "promotions")
    picked = deciding.picks(panel)[:people]
    assert len(picked) == people
    await deciding.select(town, panel, "pick", *picked)
    return lambda town: deciding.press(town, panel, "promotions:decide:approve")


async def _opened_promotions_of_five(town: Town) -> Ask:
    await deciding.judged_by(town, promotion=test_promotions.MANY)
    return await _opened_promotions(town, 5)


async def _opened_pick(town: Town) -> Ask:
    panel = await deciding.opened(town, "promotions")
    picked = deciding.picks(panel)
    return lambda town: deciding.select(town, panel, "pick", *picked)


async def _opened_tabs(town: Town) -> Ask:
    panel = await deciding.opened(town, "inactive")
    return lambda town: deciding.press(town, panel, "inactive:tab:unsure")


async def _opened_question(town: Town) -> Ask:
    shown = await deciding.opened(town, "clanstats report", town.officer)
    question = newest(await town.officer.click(shown, label="Post here"))
    return lambda town: town.officer.click(question, label="Post the summary")


async def _opened_cases(town: Town) -> Ask:
    for command in ("promotions", "inactive"):
        panel = await deciding.opened(town, command)
        await deciding.on_picked(town, panel, f"{command}:decide:approve")
    panel = await deciding.opened(town, "clanstats cases")
    picked = deciding.picks(panel)
    form = await deciding.on_picked(town, panel, "cases:ask:close", *picked)
    assert len(picked) == 2
    return lambda town: deciding.filled(town, form, "tidied up")


async def _opened_draft(town: Town) -> Ask:
    panel = await settings_screen.opened(town)
    await settings_screen.changed_window(town, panel)
    return lambda town: town.leader.click(panel, custom_id=settings_screen.id_of(panel, "what_if"))


COMMANDS: dict[str, Ask] = {
    "clanstats report": typed("clanstats report", "officer"),
    "clanstats report of leadership": typed("clanstats report"),
    "clanstats report for everybody": typed("clanstats report", visibility="summary"),
    "me": typed("me", "member"),
    "member": _card_of_another,
    "member, while typing": _names_offered,
    "leaderboard": typed("leaderboard", "member", metric="overall"),
    "leaderboard of a boss": typed("leaderboard", "member", metric="zulrah"),
    "leaderboard of messages": typed("leaderboard", "member", metric="messages"),
    "compare": _compared,
    "promotions": typed("promotions"),
    "inactive": typed("inactive"),
    "clanstats audit": typed("clanstats audit"),
    "clanstats activity": typed("clanstats activity", "officer"),
    "clanstats activity with an event": typed(
        "clanstats activity", "officer", event="yesterday 20:00"
    ),
    "clanstats alerts": typed("clanstats alerts"),
    "clanstats questions": typed("clanstats questions"),
    "clanstats bosses": typed("clanstats bosses", "officer"),
    "clanstats newcomers": typed("clanstats newcomers"),
    "clanstats dashboard": typed("clanstats dashboard", "officer"),
    "clanstats dashboard of leadership": typed("clanstats dashboard", inactive=True, officers=True),
    "clanstats cases": typed("clanstats cases"),
    "clanstats links": typed("clanstats links"),
    "clanstats status": typed("clanstats status"),
    "clanstats setup": typed("clanstats setup"),
    "clanstats settings": typed("clanstats settings"),
    "clanstats away": typed("clanstats away"),
    "clanstats exempt": typed("clanstats exempt"),
    "away": typed("away", "member", **{"from": "today", "until": "2 weeks"}),
    "privacy show": typed("privacy show", "member"),
    "privacy export": typed("privacy export", "member"),
}
"""What is asked of a town as it is opened."""

PRESSES: dict[str, Callable[[Town], Awaitable[Ask]]] = {
    "mark as answered": _sent_question,
    "pick on promotions": _opened_pick,
    "press on a promotion": _opened_promotions,
    "press on five promotions": _opened_promotions_of_five,
    "press on a tab of inactive": _opened_tabs,
    "press that posts the summary": _opened_question,
    "press on cases of both kinds": _opened_cases,
    "what if": _opened_draft,
}
"""What is pressed where something else was asked before."""


async def asked(town: Town, ask: Ask) -> list[Sent]:
    with statements(town.services.intake._database) as sent:
        await ask(town)
        await town.env.settle()
    return sent


def keeps(name: str, sent: list[Sent]) -> None:
    """Hold a command to its lines; else say what they would be, and which texts are sent again."""
    found = (len(sent), again(sent))
    expected = (STATEMENTS[name], AGAIN.get(name, {}))
    assert found == expected, f"{name} sends {found[0]} statements, again {found[1]}"
    crossing = [each for each in sent if without_clan(each.text)]
    assert crossing == [], f"{name} asks of every clan"


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_keeps_its_budget(town: Town, name: str) -> None:
    keeps(name, await asked(town, COMMANDS[name]))


@pytest.mark.parametrize("name", PRESSES)
async def test_a_press_keeps_its_budget(town: Town, name: str) -> None:
    ask = await PRESSES[name](town)
    keeps(name, await asked(town, ask))


def test_every_budget_is_somebody_s() -> None:
    assert STATEMENTS.keys() == COMMANDS.keys() | PRESSES.keys()
    assert AGAIN.keys() <= STATEMENTS.keys()


def test_what_is_sent_again_is_told_by_who_sends_it() -> None:
    one, two = Sent("players.names", "SELECT 1"), Sent("clans.of_guild", "SELECT 2")
    assert again([one, two]) == {}
    assert again([one, two, one, one, Sent("links.every", "SELECT 2")]) == {
        "clans.of_guild": 1,
        "players.names": 2,
    }
