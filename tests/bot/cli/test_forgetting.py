"""`clanstats forget-clan` deletes one clan after a question, and names what it could not."""

import pytest

from tests.bot.cli.conftest import Line


@pytest.fixture(autouse=True)
def two_clans(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    line.make(6, "Amber Lanterns")


def test_a_clan_is_forgotten_at_once_by_name_or_server(line: Line) -> None:
    shown = line.types("forget-clan", "amber lanterns", "--yes")
    said = "Amber Lanterns is forgotten. Backups hold it for up to half a year longer: "
    assert (shown.exit_code, shown.stdout[: len(said)]) == (0, said)
    assert [each.guild_id for each in line.clans()] == [5]
    assert line.types("forget-clan", "5", "--yes").exit_code == 0
    assert line.clans() == ()


def test_it_is_asked_before_and_nothing_is_deleted_without_a_yes(line: Line) -> None:
    shown = line.types("forget-clan", "5")
    assert shown.exit_code == 1
    assert "Delete everything that is kept of Iron Cabbage (server 5)" in shown.stdout
    assert "0 members, the counts of 0 messages" in shown.stdout
    assert "The bot is in its server, as far as we know" in shown.stdout
    assert len(line.clans()) == 2


def test_a_clan_that_nobody_knows_is_told_with_those_there_are(line: Line) -> None:
    shown = line.types("forget-clan", "Cabbage", "--yes")
    assert shown.exit_code == 1
    assert "choose from Iron Cabbage (5), Amber Lanterns (6)" in shown.stderr


def test_a_clan_whose_server_the_bot_left_is_found_too(line: Line) -> None:
    line.ask(lambda services: services.clans.leave(6))
    assert line.types("forget-clan", "6", "--yes").exit_code == 0
    assert line.ask(lambda services: services.clans.known())[0].guild_id == 5
