import pytest

from bot.clan.questions import is_question
from bot.demo.phrases import ANSWER, ASK, BOT, COMMAND, SAY, SPAM, bridged, broadcast, phrase
from bot.demo.rhythm import lots


@pytest.mark.parametrize("kind", [SAY, ASK, ANSWER, COMMAND, BOT, SPAM])
def test_only_questions_read_as_questions(kind: int) -> None:
    rng = lots("phrases", kind)
    said = {phrase(rng, kind) for _ in range(600)}
    assert {is_question(text) for text in said} == {kind == ASK}
    assert not any("{" in text for text in said)


def test_a_bridge_repeats_the_name_in_bold() -> None:
    assert bridged("Zezima", "gz!") == "**Zezima**: gz!"


def test_broadcasts_tell_of_drops_levels_and_log_slots() -> None:
    rng = lots("broadcasts")
    told = {broadcast(rng, "Zezima").split(" ")[1:4][1] for _ in range(200)}
    assert told == {"a", "reached"}
    assert all(broadcast(rng, "Zezima").startswith("**Zezima** ") for _ in range(50))
