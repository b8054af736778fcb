"""Whatever the order and the portions in which messages and deletes arrive, the same is kept."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clan.broadcasts import BroadcastKind
from bot.services.chat import IncomingMessage, Intake, Zones
from bot.services.setup import Clans
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import BRIDGE, GENERAL, PVM, THREAD, heard, kept, spoken, told
from tests.storage.rows import NOW, opened

# London changes its clocks in this night: an hour that is there twice, and a day of 25 hours.
START = datetime(2026, 10, 24, 22, 50, tzinfo=UTC)
OFFSETS_S = [0, 0.001, 299, 300, 899.999, 900, 900.001, 901, 1800, 3700, 4500, 7300, 8200, 90_000]
SPOTS = (GENERAL, PVM, THREAD, BRIDGE)
SPEAKERS = ("No ob", "no_OB", "Zezima")


class Said(NamedTuple):
    """A message before it is one; `to` says which of the others it replies to.

    In the bridge the user is one of the speakers, and `to` makes it a broadcast of the game.
    """

    offset_s: float
    user: int
    place: int
    asks: bool
    to: int | None


said = st.builds(
    Said,
    st.sampled_from(OFFSETS_S),
    st.integers(1, 3),
    st.integers(0, 3),
    st.booleans(),
    st.none() | st.integers(0, 13),
)


class Course(NamedTuple):
    """Messages, who of them is deleted, and the order in which everything arrives."""

    messages: list[IncomingMessage]
    deleted: list[int]
    order: list[int]
    pauses: list[bool]
    zone: str


@st.composite
def courses(draw: st.DrawFn) -> Course:
    drafts = draw(st.lists(said, min_size=1, max_size=14))
    plain = [
        heard(number, draft.user, START + timedelta(seconds=draft.offset_s))
        for number, draft in enumerate(drafts)
    ]
    messages = [
        _through_bridge(number, draft, one.sent_at)
        if SPOTS[draft.place] is BRIDGE
        else heard(
            number,
            draft.user,
            one.sent_at,
            SPOTS[draft.place],
            asks=draft.asks,
            reply_to=None if draft.to is None else plain[draft.to % len(plain)].message_id,
        )
        for number, (draft, one) in enumerate(zip(drafts, plain, strict=True))
    ]
    deleted = draw(st.lists(st.sampled_from(range(len(messages))), max_size=4, unique=True))
    steps = len(messages) + len(deleted)
    return Course(
        messages,
        deleted,
        draw(st.permutations(range(steps))),
        draw(st.lists(st.booleans(), min_size=steps, max_size=steps)),
        draw(st.sampled_from(["Europe/London", "Asia/Kolkata", "UTC"])),
    )


def _through_bridge(number: int, draft: Said, at: datetime) -> IncomingMessage:
    name = SPEAKERS[draft.user - 1]
    if draft.to is None:
        return spoken(number, name, at, asks=draft.asks)
    return spoken(number, "" if draft.asks else name, at, told=BroadcastKind.OTHER)


async def run(course: Course, path: Path) -> None:
    """Hear and take back in the course's order, and flush where it pauses."""
    clock = Clock(NOW)
    async with opened(path) as database:
        known_clans = Clans(database, clock)
        clan = await known_clans.found(1, "Iron Cabbage")
        await Zones(database).set_zone(clan, course.zone)
        intake = Intake(database, known_clans, clock)
        for step, pause in zip(course.order, course.pauses, strict=True):
            if step < len(course.messages):
                intake.hear(1, course.messages[step])
            else:
                gone = course.deleted[step - len(course.messages)]
                intake.take_back(1, [course.messages[gone].message_id])
            if pause:
                await intake.flush()
        await intake.flush()


@settings(
    deadline=None, max_examples=35, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(course=courses())
async def test_facts_rollups_and_answers_depend_on_the_messages_alone(
    template: Path, course: Course
) -> None:
    gone = {course.messages[index].message_id for index in course.deleted}
    left = [each for each in course.messages if each.message_id not in gone]
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        await run(course, path)
        assert kept(path) == told(left, ZoneInfo(course.zone))
