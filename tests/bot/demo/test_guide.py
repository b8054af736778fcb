"""The tour that the demo prints: every line can be typed, by whom it says, and says what is so."""

import pytest

from bot.clan.ranks import Authority, Permissions
from bot.demo.guide import GUIDE, GuideStep, in_channel, in_terminal
from bot.demo.stage import StageSize
from tests.test_commands import PERMISSIONS

SEATS = {
    "leader": Authority.LEADERSHIP,
    "officer": Authority.OFFICER,
    "member": Authority.MEMBER,
    "guest": Authority.GUEST,
}
LONGEST_MESSAGE = 2_000
LONGEST_SENTENCE = 200


@pytest.mark.parametrize("step", GUIDE)
def test_each_step_is_a_command_that_the_viewer_may_use_unless_it_shows_a_refusal(
    step: GuideStep,
) -> None:
    permission = PERMISSIONS[step.command.removeprefix("/")]
    may = SEATS[step.viewer] >= Permissions().asked_for(permission)
    assert may is not step.look_at.startswith("A refusal")


def test_the_tour_shows_the_server_as_each_viewer() -> None:
    assert {step.viewer for step in GUIDE} == SEATS.keys()


def test_the_terminal_tells_every_step_in_short_sentences() -> None:
    told = " ".join(in_terminal(StageSize(members=77)).split())
    assert "77 members" in told
    assert all(step.command in told and step.look_at in told for step in GUIDE)
    sentences = [each for step in GUIDE for each in step.look_at.split(". ")]
    assert max(map(len, sentences)) < LONGEST_SENTENCE


def test_the_channel_tells_every_command_in_one_message() -> None:
    told = in_channel()
    assert all(f"`{step.command}`" in told for step in GUIDE)
    assert len(told) < LONGEST_MESSAGE
