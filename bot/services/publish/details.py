"""What a card has no room for: one person's last weeks as a picture."""

from bot.clan.profiles import Profile
from bot.reports.case_pictures import weeks_picture
from bot.reports.documents import Document
from bot.reports.worker import Drawing, Draws
from bot.services.setup import Clan, Clock


class Details:
    """Has drawn what stands behind a suggestion."""

    def __init__(self, draws: Draws, clock: Clock) -> None:
        self._draws = draws
        self._clock = clock

    async def weeks(self, clan: Clan, profile: Profile) -> Document:
        """Return a person's last eight weeks, in the clan's days."""
        picture = weeks_picture(profile, clan.name, clan.zone.key, self._clock())
        return await self._draws.draw(Drawing.WEEKS_CHART, picture)
