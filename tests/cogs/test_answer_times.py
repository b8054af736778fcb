"""How long answers take is measured for commands, presses and forms, by the names we gave them."""

from typing import Any, ClassVar

import pytest
from discord import app_commands
from prometheus_client import generate_latest
from simcord.results import ResponseMessage

from bot.metrics import Telemetry
from bot.services.ops import NotYourTurn
from bot.services.review import AlertReview, Review
from cogs._errors import outcome_of
from tests.bot.metrics.scraping import Samples
from tests.cogs.town import Town, control


class Measured:
    """A town whose answers are measured, by seconds that pass only when somebody says so."""

    def __init__(self, town: Town) -> None:
        self.town, self.now_s = town, 0.0
        self._telemetry = Telemetry(lambda: self.now_s)
        self._telemetry.meet(town.env.bot)

    def samples(self) -> Samples:
        return Samples(generate_latest(self._telemetry._instruments.registry).decode())

    def count(self, asked: str, outcome: str = "answered") -> float | None:
        return self.samples().value("answer_seconds_count", asked=asked, outcome=outcome)


async def press(town: Town, shown: ResponseMessage) -> None:
    await town.officer.click(shown, custom_id=control(shown, "alerts:copy"))


@pytest.fixture
async def measured(town: Town) -> Measured:
    return Measured(town)


async def test_commands_and_presses_are_measured_by_their_names(measured: Measured) -> None:
    town = measured.town
    shown = await town.officer.slash(town.general, "clanstats alerts")
    # Whoever may not is answered as well.
    await town.member.slash(town.general, "clanstats alerts")
    await town.member.slash(town.general, "back")
    assert shown.response is not None
    await press(town, shown.response)
    assert measured.count("clanstats alerts") == 2
    assert measured.count("screen alerts") == 1
    assert measured.samples().labels("answer_seconds_count", "asked") == {
        *("clanstats alerts", "back", "screen alerts")
    }


async def test_the_time_is_that_from_hearing_to_the_whole_answer(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = Review.alerts

    async def slow(*said: Any) -> AlertReview:  # noqa: ANN401 - those of the review
        measured.now_s += 4.0
        return await alerts(*said)

    monkeypatch.setattr(Review, "alerts", slow)
    await measured.town.officer.slash(measured.town.general, "clanstats alerts")
    told = {"asked": "clanstats alerts", "outcome": "answered"}
    assert measured.samples().value("answer_seconds_sum", **told) == 4.0


async def test_an_answer_that_fails_is_measured_as_failed(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise LookupError

    town = measured.town
    shown = await town.officer.slash(town.general, "clanstats alerts")
    assert shown.response is not None
    monkeypatch.setattr(Review, "alerts", fails)
    await town.officer.slash(town.general, "clanstats alerts")
    await press(town, shown.response)
    assert measured.count("clanstats alerts", "failed") == 1
    assert measured.count("screen alerts", "failed") == 1


def test_that_it_is_not_somebodys_turn_is_no_failure() -> None:
    refused = app_commands.CommandInvokeError.__new__(app_commands.CommandInvokeError)
    refused.original = NotYourTurn("later")
    assert [outcome_of(each) for each in (None, refused, LookupError())] == [
        *("answered", "refused", "failed")
    ]


async def test_what_is_asked_by_a_name_that_nobody_knows_gets_no_name() -> None:
    class Asked:
        """An interaction with a command that is not ours."""

        extras: ClassVar[dict[str, object]] = {}
        command = None

    telemetry = Telemetry()
    await telemetry._asked(Asked)
    await telemetry._command_failed(Asked, "failed")
    text = generate_latest(telemetry._instruments.registry).decode()
    assert Samples(text).labels("answer_seconds_count", "asked") == {"unknown"}
