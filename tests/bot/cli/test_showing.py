"""`clanstats demo`: what it stands on; the tour itself is tried where the demo is."""

import socket
from pathlib import Path

from bot.cli.showing import _settings
from bot.demo.wom_limits import CODE
from bot.demo.world import GROUP_ID
from tests.bot.cli.conftest import Line


def test_the_whole_demo_is_in_one_folder_and_knows_its_own_group(tmp_path: Path) -> None:
    settings = _settings(str(tmp_path))
    assert settings.database_url == tmp_path / "clan_data.db"
    assert settings.wom_group_id == GROUP_ID
    assert settings.wom_group_secret is not None
    assert settings.wom_group_secret.get_secret_value() == CODE
    assert settings.discord_token is None


def test_a_port_that_is_taken_is_told_at_once(line: Line) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        shown = line.types("demo", "--port", str(port))
    assert shown.exit_code == 1
    assert shown.stderr.startswith(f"Port {port} cannot be used (Address already in use); ")
    assert "--port" in shown.stderr
