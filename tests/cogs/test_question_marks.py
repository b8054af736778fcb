"""Right-clicks on a message, as Discord sends them: who may, and what everybody is told."""

import discord
import pytest
from simcord.actors import MemberActor

from bot.app import ClanBot
from bot.clan.marking import Marking, MarkOutcome
from cogs.questions.words import marking_words
from tests.cogs.deciding import take_roles
from tests.cogs.town import Town, words
from tests.cogs.wire import over_the_wire
from tests.words import faults


async def clicked(town: Town, who: MemberActor, name: str, message: object) -> str:
    result = await who.context_menu(town.general, name, message)  # type: ignore[arg-type]
    assert result.ephemeral
    return words(result.response)


async def test_an_officer_marks_a_reply_and_the_asker_closes_the_question(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_the_wire(monkeypatch)
    asked = await town.member.send(town.general, "does anyone have a spare dragon pick")
    reply = await town.guest.send(town.general, "yes, come to the bank", reply_to=asked)
    assert "Only officers and whoever asked" in await clicked(
        town, town.guest, "Mark as answered", reply
    )
    said = await clicked(town, town.officer, "Mark as answered", reply)
    assert "counts as the answer now" in said
    assert "is closed" in await clicked(town, town.member, "Mark as answered", asked)
    assert "open again" in await clicked(town, town.member, "Mark as question", asked)
    assert "no question now" in await clicked(town, town.officer, "Not a question", asked)
    assert "Nothing changed" in await clicked(town, town.officer, "Not a question", asked)


async def test_who_is_no_officer_any_more_marks_only_what_is_their_own(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_the_wire(monkeypatch)
    asked = await town.member.send(town.general, "anyone for tob tonight?")
    own = await town.officer.send(town.general, "or does somebody want to do cox?")
    await take_roles(town)
    refused = await clicked(town, town.officer, "Not a question", asked)
    assert "Only officers and whoever asked" in refused
    assert "no question now" in await clicked(town, town.officer, "Not a question", own)


async def test_what_bots_say_and_what_is_gone_cannot_be_marked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_the_wire(monkeypatch)
    webhook = town.guild.create_webhook(town.general)
    by_a_bot = await webhook.send("does anyone know the way?", username="Relay")
    unheard = await town.member.send(town.general, "who is on?")
    town.services.intake.take_back(town.guild.id, [unheard.id])
    for message in (by_a_bot, unheard):
        for name in ("Mark as question", "Mark as answered", "Not a question"):
            said = await clicked(town, town.officer, name, message)
            assert "not counted, so it cannot be marked" in said, name


async def test_discord_takes_all_right_clicks(town: Town) -> None:
    """It shows five of each kind, by names of up to 32 characters."""
    assert isinstance(town.env.bot, ClanBot)
    for kind in (discord.AppCommandType.user, discord.AppCommandType.message):
        names = [each.name for each in town.env.bot.tree.get_commands(type=kind)]
        assert 1 <= len(names) <= 5, names
        assert all(len(name) <= 32 for name in names)


def test_every_outcome_has_words() -> None:
    for outcome in MarkOutcome:
        if outcome not in {MarkOutcome.ALREADY, MarkOutcome.NO_QUESTION}:
            said = marking_words(outcome, Marking.QUESTION)
            assert said.endswith(".")
            assert not [*faults(said)]
    for marking in (Marking.QUESTION, Marking.ANSWERED):
        assert "already" in marking_words(MarkOutcome.ALREADY, marking)
    assert "neither" in marking_words(MarkOutcome.NO_QUESTION, Marking.ANSWERED)
    assert "no question" in marking_words(MarkOutcome.NO_QUESTION, Marking.NO_QUESTION)
