"""What is read before anything is asked, in words that an officer would say: see tests/words.py.

What answers say is held to the same in test_screens.py, and files in tests/bot/reports.
"""

from pathlib import Path

import pytest
from discord import app_commands
from discord.ext import commands

from tests.cogs.town import Town
from tests.words import faults, footer_faults


async def test_commands_and_their_options_are_described_in_plain_english(town: Town) -> None:
    assert isinstance(town.env.bot, commands.Bot)
    found, seen = [], 0
    for command in town.env.bot.tree.walk_commands():
        if isinstance(command, app_commands.ContextMenu):
            continue
        described = [command.description]
        if isinstance(command, app_commands.Command):
            described += [each.description for each in command.parameters]
        seen += len(described)
        found += [f"/{command.qualified_name}: {x}" for text in described for x in faults(text)]
    assert seen >= 50
    assert not found, "\n".join(found)


def test_the_settings_file_explains_itself_in_plain_english() -> None:
    lines = Path(".env.example").read_text(encoding="utf-8").splitlines()
    prose = "\n".join(line.removeprefix("#") for line in lines if line.startswith("# "))
    assert not [*faults(prose)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("held by deputy_owner", "a raw key"),
        ("1 months", "one of something in the plural"),
        ("12 day of silence", "several of something in the singular"),
        ("The gates are shut", "a word of ours"),
        ("word " * 50, "a sentence of"),
    ],
)
def test_what_nobody_would_say_aloud_is_found(text: str, wrong: str) -> None:
    (found,) = faults(text)
    assert found.startswith(wrong)


@pytest.mark.parametrize(
    "text",
    ["1 month", "11 months", "a 90-day chart", "2.1 days", "`deputy_owner`", "```a_b\n1 days```"],
)
def test_what_reads_well_is_left_alone(text: str) -> None:
    assert not [*faults(text)]


def test_small_print_ends_after_two_lines() -> None:
    assert not [*footer_faults("a\n-# b\n-# c")]
    assert [*footer_faults("a\n-# b\n-# c\n-# d")]
