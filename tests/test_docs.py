"""The pages say what is so: each command, option and setting, each link, each line to type.

Every rule is proven able to fail, on small bad pages.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import discord
import pytest
import typer
from discord import app_commands

from bot.clan.policy import DEFAULT_POLICY
from bot.clan.ranks import Authority, Permission, Permissions
from bot.clan.thresholds import THRESHOLDS
from bot.clan.wording import short
from bot.cli.showing import TO_TYPE
from bot.settings import KEYS
from tests.cogs.town import Town
from tests.pages import (
    EVERYWHERE,
    FENCE,
    LINK,
    Told,
    broken_links,
    in_terminal,
    keys_of,
    lines_to_type,
    long_sentences,
    mistyped,
    reference,
    text_of,
    typed,
    unknown_commands,
)
from tests.test_commands import PERMISSIONS, commands_of, town

__all__ = ["town"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "commands.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
GUIDES = ["README.md", *(f"docs/{name}.md" for name in ("first-steps", "portal", "hosting"))]
"""What somebody reads who never ran a bot."""
MOST_README_LINES, LARGEST_PICTURE = 120, 300_000
INVITE = discord.Permissions(
    view_channel=True, read_message_history=True, send_messages=True, attach_files=True
)
WHO = dict.fromkeys(Permission, "officers") | {
    Permission.SEE_OWN: "everybody",
    Permission.PROMOTE: "leadership",
    Permission.CALL_INACTIVE: "leadership",
    Permission.MANAGE: "leadership",
    Permission.SET_UP: "people with Manage Server",
}
LEVELS = ("see_reports", "decide_links", "manage", "promote", "kick")
HOLDERS = {Authority.OFFICER: "officers", Authority.LEADERSHIP: "leadership"}


def usual_thresholds() -> list[str]:
    """Return how the page on numbers tells what a clan is judged by before it changes anything."""
    rise, still, told = DEFAULT_POLICY.promotion, DEFAULT_POLICY.enforcement, DEFAULT_POLICY.alerts
    audit, cases = DEFAULT_POLICY.audit, DEFAULT_POLICY.cases
    return [
        f"member for {still.min_tenure_days} days",
        f"limit of their rank, {still.window_days} days",
        f"under {still.least_xp:,} XP",
        f"{rise.tenure_days} days in the clan (recruits {rise.recruit_tenure_days})",
        f"on {rise.alive_days} of the last 30 days and within the last {rise.seen_days}",
        f"XP of {rise.velocity_days} days is above {short(rise.velocity_xp)}",
        f"fewer than {rise.comparison_people} of those",
        f"top {rise.pillar_top_percent}% of those who wrote in {rise.pillar_days} days",
        f"on {rise.pillar_chat_days} of 28 days",
        f"least {rise.carry_recent_raids} raids in 90 days",
        f"top {rise.carry_top_percent}% of those who raided",
        f"{rise.first_percent}% of the clan or {rise.first_people} people",
        f"{rise.near_percent}% of every bar",
        f"at most {rise.hour_cap} messages an hour",
        f"looks at {audit.window_days} days",
        f"under {audit.least_messages}, and under {short(audit.least_xp)} XP",
        f"least {audit.busy_messages} messages by members",
        f"over {told.churn_messages_month} messages in 30 days, under {told.churn_messages} in",
        f"over {short(told.fading_xp_month)} XP in 30 days, under a tenth",
        f"over {short(told.grinder_xp)} XP in 7 days, under {told.grinder_messages} messages",
        f"over {told.crier_messages} messages in 7 days, under {short(told.crier_xp)} XP",
        f"over {told.bosser_kills} kills in 7 days, under {short(told.bosser_xp)} XP",
        f"first {told.newcomer_days} days",
        f"under {told.drift_percent}% of their usual one, if that has {told.drift_days} active",
        f"holds for {cases.not_yet_days} days",
        f"a snooze for {cases.snooze_days}",
        f"a dismissal for {cases.dismissed_days}",
    ]


def on_discord(found: Mapping[str, object]) -> dict[str, Told]:
    """Return what has to be told of each command of the bot."""
    return {
        name: Told(
            WHO[PERMISSIONS[name]],
            frozenset(each.display_name for each in command.parameters)
            if isinstance(command, app_commands.Command)
            else frozenset(),
        )
        for name, command in found.items()
    }


def usual_keys() -> dict[str, str]:
    example = text_of(ROOT / ".env.example")
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))


def halves() -> tuple[str, str]:
    """Return the reference's part on Discord, and that on the command line."""
    on_discord_part, mark, rest = text_of(REFERENCE).partition("\n## On the command line\n")
    assert mark
    return on_discord_part, rest


async def test_every_slash_command_and_option_is_told_with_who_may(town: Town) -> None:
    assert reference(halves()[0]) == on_discord(commands_of(town))


def test_every_command_of_the_command_line_and_option_is_told() -> None:
    assert reference(halves()[1]) == in_terminal(typed())
    assert all(f"`{option}`" in halves()[1] for option in EVERYWHERE)


def test_every_setting_is_told_with_what_holds_without_it() -> None:
    assert tuple(usual_keys()) == KEYS
    assert keys_of(text_of(REFERENCE)) == usual_keys()


def test_what_a_permission_asks_for_by_default_is_told() -> None:
    labels = {name: THRESHOLDS[f"gates.{name}"].label for name in LEVELS}
    rows = dict(re.findall(r"^\| ([A-Z][\w ]+) \| .* \| (\w+) \|$", halves()[0], re.MULTILINE))
    said = {name: rows[label] for name, label in labels.items()}
    assert said == {name: HOLDERS[getattr(Permissions(), name)] for name in LEVELS}


@pytest.mark.parametrize("said", usual_thresholds())
def test_each_usual_threshold_is_told_as_it_is(said: str) -> None:
    assert said in text_of(ROOT / "docs" / "numbers.md")


def test_what_the_reference_tries_on_a_kept_clan_is_what_the_demo_prints() -> None:
    _, block = next(each for each in FENCE.findall(halves()[1]) if "demo --keep" in each[1])
    tried = [line for line in block.splitlines() if line.startswith("clanstats ")][1:]
    printed = [line.removesuffix(" --now {at}") for _, line in TO_TYPE]
    assert tried
    assert [line for line in tried if line not in printed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken_links(page, text_of(page))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_line_to_type_can_be_typed(page: Path) -> None:
    assert [said for line in lines_to_type(text_of(page)) for said in mistyped(line)] == []


async def test_no_page_names_a_command_that_is_not_there(town: Town) -> None:
    known = commands_of(town)
    found = {page.name: list(unknown_commands(text_of(page), known)) for page in PAGES}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("name", GUIDES)
def test_what_newcomers_read_has_short_sentences(name: str) -> None:
    assert list(long_sentences(text_of(ROOT / name))) == []


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    text = text_of(README)
    assert len(text.splitlines()) <= MOST_README_LINES
    linked = {(ROOT / "".join(each).partition("#")[0]).resolve() for each in LINK.findall(text)}
    assert [page.name for page in PAGES if page != README and page not in linked] == []


def test_the_readme_has_the_two_commands_that_are_tried() -> None:
    blocks = re.findall(r"^<!-- (\S+)-command -->\n```\n(.+)\n```$", text_of(README), re.MULTILINE)
    assert [name for name, _ in blocks] == ["demo", "test"]
    assert all("pip install" in block for _, block in blocks)


def test_the_pictures_are_shown_and_small() -> None:
    shown = "".join(map(text_of, PAGES))
    for picture in sorted((ROOT / "docs" / "pictures").iterdir()):
        assert f"pictures/{picture.name}" in shown, picture.name
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name


def test_the_invite_link_asks_for_what_the_bot_needs() -> None:
    for name in ("README.md", "docs/portal.md"):
        asked = re.findall(r"permissions=(\d+)", text_of(ROOT / name))
        assert set(asked) <= {str(INVITE.value)}, name
    assert str(INVITE.value) in text_of(ROOT / "docs" / "portal.md")


SMALL = """# `/me`

**Who may:** everybody.

| option | |
|---|---|
| `period` | how far back |

# `clanstats run`
"""


def test_a_page_is_read_command_by_command() -> None:
    assert reference(SMALL) == {
        "me": Told("everybody", frozenset({"period"})),
        "clanstats run": Told("", frozenset()),
    }
    assert keys_of("| `A_KEY` | not set | Something. |\n| `B_KEY` | `1h` | More. |\n") == {
        "A_KEY": "",
        "B_KEY": "1h",
    }


def test_a_command_without_a_word_in_the_reference_is_found() -> None:
    program = typer.Typer()

    @program.command()
    def invented(file: str, *, fast: bool = False) -> None:
        """Do nothing."""

    @program.command()
    def run() -> None:
        """Do nothing, too."""

    needed = in_terminal(typed(program))
    missing = {name: told for name, told in needed.items() if reference(SMALL).get(name) != told}
    assert missing == {"clanstats invented": Told("", frozenset({"--fast", "FILE"}))}


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](nowhere.md)", "leads nowhere"),
        ("[a](docs/commands.md#nowhere)", "no such heading"),
        ("[a](#two-words-1)", "no such heading"),
        ('<img src="docs/pictures/none.png">', "leads nowhere"),
        ("![a](docs/pictures/none.png)", "leads nowhere"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, fault: str) -> None:
    (said,) = broken_links(README, f"# Two words\n\n{link}\n")
    assert fault in said


def test_a_link_that_leads_somewhere_is_left_alone() -> None:
    page = "# Two `words`\n## Two words\n[a](#two-words) [b](#two-words-1) [c](https://x.net/)"
    assert list(broken_links(README, page)) == []


@pytest.mark.parametrize(
    ("line", "is_right"),
    [
        ("clanstats pol", False),
        ("clanstats poll --fast", False),
        ("clanstats report --out x --period 8", False),
        (".venv/bin/clanstats pol", False),
        (".venv\\\\Scripts\\\\clanstats pol", False),
        ("python -m tests.nothing", False),
        ("clanstats", True),
        ("clanstats --help", True),
        ("clanstats report --out x --period 30", True),
        ("clanstats restore data/backups/there-is-none.db", True),
        (".venv/bin/clanstats run", True),
        ("python -m tests.truth", True),
        ("python -m pip install .", True),
        ("cd clanstats", True),
    ],
)
def test_a_line_that_nobody_can_type_is_found(line: str, is_right: bool) -> None:  # noqa: FBT001
    page = f"```sh\ncd x && {line}  # which does something\n```\n"
    assert (not [said for each in lines_to_type(page) for said in mistyped(each)]) is is_right


def test_a_command_that_is_not_there_is_found_in_a_sentence() -> None:
    page = "Try `/me`, `/me 30`, `/clanstats dance` and `/dance`; `/clanstats` has more."
    assert list(unknown_commands(page, ["me", "clanstats report"])) == [
        "/clanstats dance",
        "/dance",
    ]
    assert list(lines_to_type("Then `clanstats pol` it.")) == ["clanstats pol"]


def test_a_long_sentence_is_found() -> None:
    assert list(long_sentences("Short. " + "word " * 50)) == [("word " * 50).strip()]
    assert list(long_sentences("Short. " * 100)) == []
