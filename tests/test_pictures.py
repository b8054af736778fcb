"""The pictures of the docs are made by a command, and are the same whenever it is run."""

from pathlib import Path

from PIL import Image

from bot.reports import style
from tests.pictures import draw_pictures


async def test_the_pictures_are_the_same_every_time(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        made = await draw_pictures(tmp_path, members=16, days=45, with_page=False)
        seen.append({path.name: path.read_bytes() for path in made})
    first, second = seen
    assert sorted(first) == ["audit.png", "card.png", "report.png"]
    assert first == second
    for path in made:
        with Image.open(path) as picture:
            assert picture.size == (style.WIDTH, style.HEIGHT)
        assert path.stat().st_size < 300_000
