"""The picture behind a suggestion."""

from bot.reports.worker import Inline
from bot.services.publish import Details
from bot.services.setup import Clan
from tests.bot.clan.portraits import NOW, person


async def test_the_last_weeks_of_a_person_are_a_picture_with_words(clan: Clan) -> None:
    document = await Details(Inline(), lambda: NOW).weeks(clan, person(1))
    assert document.name.endswith(".png")
    assert document.content.startswith(b"\x89PNG")
    assert "Player 1" in document.alt
