"""The pictures of a person's weeks, and of the hours without an officer where anybody knows."""

from dataclasses import replace

import pytest

from bot.clan.spans import Span
from bot.reports.case_pictures import UncoveredWeek
from bot.reports.documents import Document
from bot.reports.worker import Drawable, Drawing, Inline
from bot.services.publish import Audits, Details
from bot.services.review import Review
from bot.services.setup import Clan
from tests.bot.clan import portraits
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

LEADER, MEMBER = 11, 22


class Sketch(Inline):
    """Draws nothing, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[Drawable] = []

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return an empty picture."""
        self.given.append(value)
        return Document(drawing.name, b"")


@pytest.fixture
def sketch() -> Sketch:
    return Sketch()


@pytest.fixture
def audits(village: Village, sketch: Sketch) -> Audits:
    return Audits(Review(village.database, village.clock), sketch)


async def lead(village: Village) -> None:
    await village.settled({1: "Boss"}, role="owner")
    await village.settled({2: "Bob"})
    await village.called(LEADER, "Boss")
    await village.called(MEMBER, "Bob")


async def test_hours_in_which_only_members_write_are_drawn_with_their_span(
    village: Village, audits: Audits, sketch: Sketch
) -> None:
    await lead(village)
    await village.linked(1, LEADER)
    await village.linked(2, MEMBER)
    at = NOW - 3 * DAY
    await village.wrote(LEADER, at - 2 * HOUR)
    await village.wrote(MEMBER, *[at] * 6, *[at - 2 * HOUR] * 6)
    made = await audits.files(village.clan)
    assert made.chart is not None
    (week,) = sketch.given
    assert isinstance(week, UncoveredWeek)
    local = at.astimezone(village.clan.zone)
    assert week.gap == (local.weekday(), local.hour, 1)
    assert (week.clan, week.least_messages) == (village.clan.name, 5)
    assert week.span == Span(NOW - 30 * DAY + HOUR, NOW)
    assert week.covered == ((local.weekday(), (local - 2 * HOUR).hour),)
    assert sum(map(sum, week.talk)) == 13
    assert week.since_words == "data since 17 Nov 2026"


async def test_nothing_is_drawn_of_officers_whom_nobody_would_see_in_chat(
    village: Village, audits: Audits, sketch: Sketch
) -> None:
    await lead(village)
    await village.changed(listened_at=None)
    await village.wrote(MEMBER, *[NOW - DAY] * 6)
    assert (await audits.files(village.clan)).chart is None
    assert sketch.given == []


async def test_nothing_is_drawn_before_chat_was_ever_heard(
    village: Village, audits: Audits, sketch: Sketch
) -> None:
    await lead(village)
    await village.linked(1, LEADER)
    unheard = replace(village.clan, listened_at=None)
    assert (await audits.files(unheard)).chart is None
    heard = replace(village.clan, listened_at=NOW - DAY)
    assert (await audits.files(heard)).chart is not None
    assert len(sketch.given) == 1


async def test_the_last_weeks_of_a_person_are_a_picture_with_words(clan: Clan) -> None:
    document = await Details(Inline(), lambda: portraits.NOW).weeks(clan, portraits.person(1))
    assert document.name.endswith(".png")
    assert document.content.startswith(b"\x89PNG")
    assert "Player 1" in document.alt
