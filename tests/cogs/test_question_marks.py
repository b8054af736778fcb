"""Right-clicks on a message, as Discord sends them: who may, and what everybody is told."""

import pytest
from simcord.actors import MemberActor

from bot.clan.marking import Marking, MarkOutcome
from cogs.questions.words import marking_words
from tests.cogs.town import Town, words
from tests.cogs.wire import over_the_wire


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
    assert "neither as a question" in await clicked(town, town.officer, "Not a question", asked)


def test_every_outcome_has_words() -> None:
    for outcome in MarkOutcome:
        if outcome not in {MarkOutcome.ALREADY, MarkOutcome.NO_QUESTION}:
            assert marking_words(outcome, Marking.QUESTION).endswith(".")
    for marking in (Marking.QUESTION, Marking.ANSWERED):
        assert "already" in marking_words(MarkOutcome.ALREADY, marking)
    for marking in (Marking.ANSWERED, Marking.NO_QUESTION):
        assert "neither" in marking_words(MarkOutcome.NO_QUESTION, marking)
