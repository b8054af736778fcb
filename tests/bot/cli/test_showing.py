"""`clanstats demo`: what it stands on; the tour itself is tried where the demo is."""

from pathlib import Path

from bot.cli.showing import _settings
from bot.demo.wom_limits import CODE
from bot.demo.world import GROUP_ID


def test_the_whole_demo_is_in_one_folder_and_knows_its_own_group(tmp_path: Path) -> None:
    settings = _settings(str(tmp_path))
    assert settings.database_url == tmp_path / "clan_data.db"
    assert settings.wom_group_id == GROUP_ID
    assert settings.wom_group_secret is not None
    assert settings.wom_group_secret.get_secret_value() == CODE
    assert settings.discord_token is None
