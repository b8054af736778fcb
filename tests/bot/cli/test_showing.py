"""`clanstats demo`: what it stands on, and what it leaves; the tour itself is tried elsewhere."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.context import CliContext
from bot.cli.showing import TO_TYPE, _settings
from bot.demo.wom_limits import CODE
from bot.demo.world import GROUP_ID
from tests.bot.cli.conftest import Line

SMALL = ("demo", "--members", "20", "--days", "60", "--keep")


def test_the_whole_demo_is_in_one_folder_and_knows_its_own_group(tmp_path: Path) -> None:
    settings = _settings(str(tmp_path))
    assert settings.database_url == tmp_path / "clan_data.db"
    assert settings.wom_group_id == GROUP_ID
    assert settings.wom_group_secret is not None
    assert settings.wom_group_secret.get_secret_value() == CODE
    assert settings.discord_token is None


def types(*words: str) -> tuple[int, str]:
    """Type something in the present folder, as a shell does; all that is shown comes back."""
    shown = CliRunner().invoke(app, list(words), obj=CliContext({}, Path(".env")))
    return shown.exit_code, shown.output


def test_every_line_that_is_printed_can_be_typed_on_the_kept_clan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    code, told = types(*SMALL, str(kept))
    assert code == 0
    lines = [each.strip() for each in told.splitlines() if each.startswith("  clanstats ")]
    assert len(lines) == len(TO_TYPE)
    monkeypatch.chdir(kept)
    shown = {}
    for line in lines:
        code, shown[line] = types(*line.split()[1:])
        assert code == 0, (line, shown[line])
    names = {each.name for each in kept.rglob("*.*")}
    assert {"report.png", "clan_report.xlsx", "inactive.csv"} <= names
    inactive = next(shown[line] for line in lines if line.startswith("clanstats inactive --now"))
    assert "bot away" not in inactive, "somebody listened until the history ends"


@pytest.mark.parametrize("taken", ["clan_data.db", ".env"])
def test_nothing_of_somebodys_own_is_written_over(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine", "utf-8")
    code, told = types(*SMALL, str(tmp_path))
    assert code == 1
    assert f"already has {taken}" in " ".join(told.split())
    assert [each.name for each in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text("utf-8") == "mine"


def test_a_clan_is_kept_or_shown_and_not_both(tmp_path: Path) -> None:
    code, told = types(*SMALL, str(tmp_path / "kept"), "--check")
    assert code == 1
    assert "leave out --check" in told


def test_a_port_that_is_taken_is_told_at_once(line: Line) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        shown = line.types("demo", "--port", str(port))
    assert shown.exit_code == 1
    assert shown.stderr.startswith(f"Port {port} cannot be used (Address already in use); ")
    assert "--port" in shown.stderr
