"""What a message has no room for: a person's last weeks, and the hours without an officer."""

from dataclasses import dataclass

from bot.clan.profiles import Profile
from bot.clan.spans import Span, day_of, last_days
from bot.reports.case_pictures import UncoveredWeek, weeks_picture
from bot.reports.definitions import inactive_words
from bot.reports.documents import Document
from bot.reports.lists import InactiveList, inactive_rows
from bot.reports.worker import Drawing, Draws
from bot.services.review import AuditReview, InactivityReview, Review
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

    async def inactive_workbook(self, clan: Clan, review: InactivityReview) -> Document:
        """Return the whole list of the inactive as a workbook of one sheet."""
        listing = inactive_rows(review.listed, review.policy, review.as_of)
        told = InactiveList(clan.name, clan.zone.key, listing, inactive_words(review.policy))
        return await self._draws.draw(Drawing.INACTIVE_WORKBOOK, told)


@dataclass(frozen=True, slots=True)
class AuditFiles:
    """An audit with its picture; None where nobody can say when officers are there."""

    review: AuditReview
    chart: Document | None


class Audits:
    """Has audits drawn."""

    def __init__(self, review: Review, draws: Draws) -> None:
        self._review = review
        self._draws = draws

    async def files(self, clan: Clan) -> AuditFiles:
        """Return how the officers of a clan do."""
        review = await self._review.audit(clan)
        if not _is_telling(clan, review):
            return AuditFiles(review, None)
        week = _week(clan, review)
        return AuditFiles(review, await self._draws.draw(Drawing.UNCOVERED_CHART, week))


def _week(clan: Clan, review: AuditReview) -> UncoveredWeek:
    """Return the hours without an officer as they are drawn."""
    return UncoveredWeek(
        clan=clan.name,
        zone=clan.zone.key,
        days=review.audit.days,
        span=Span(last_days(review.audit.days, review.as_of, clan.zone).start, review.as_of),
        hours=review.uncovered,
        talk=review.talk,
        cover=review.cover,
        least_messages=review.policy.audit.busy_messages,
        heard_from=None if review.heard_at is None else day_of(review.heard_at, clan.zone),
    )


def _is_telling(clan: Clan, review: AuditReview) -> bool:
    """Return whether chat was ever heard, and any officer would be seen in it."""
    days = review.audit.days
    wrote = [row.profile.window(days).messages for row in review.audit.officers]
    known = [messages for messages in wrote if messages is not None]
    return any(known) or (bool(known) and clan.listened_at is not None)
