"""Reading what was written while nobody listened: nothing is lost and nothing counts twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.services.chat import (
    NO_ACCESS,
    Backfill,
    CaughtUp,
    ChannelInfo,
    IncomingMessage,
    Intake,
    Unavailable,
    Unreadable,
)
from bot.services.setup import Clan, Clans
from storage import blind_spots, clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, instant, one, rows
from tests.bot.services.past import Past
from tests.bot.services.talk import GENERAL, MINUTE, PVM, THREAD, heard, kept, told
from tests.storage.rows import DAY, HOUR, NOW, Place

UTC_ZONE = ZoneInfo("UTC")
HISTORY_DAYS, COMPARE_DAYS = 90, 3


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Bot:
    """A bot that can be started anew on the same database and the same past."""

    database: Database
    known_clans: Clans
    clan: Clan
    clock: Clock
    past: Past
    place: Place

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.intake = Intake(self.database, self.known_clans, self.clock)
        self.backfill = Backfill(self.database, self.intake, self.clock, HISTORY_DAYS)

    async def catch_up(self, only: frozenset[int] | None = None) -> CaughtUp:
        found = await self.known_clans.of_guild(1)
        assert found is not None
        self.past.asked.clear()
        return await self.backfill.catch_up(found, self.past, only)

    def live(self, *messages: IncomingMessage) -> None:
        self.past.messages += messages
        for each in messages:
            self.intake.hear(1, each)

    def cursor(self, channel_info: ChannelInfo = GENERAL) -> int | None:
        found = rows(
            self.place,
            "SELECT cursor_id FROM channels WHERE discord_channel_id = ?",
            channel_info.discord_channel_id,
        )
        return found[0]["cursor_id"] if found else None

    def blind_spots(self) -> list[tuple[object, object, str]]:
        found = rows(self.place, "SELECT * FROM blind_spots WHERE channel_id IS NOT NULL")
        return [
            (instant(row["started_at"]), instant(row["ended_at"]), row["reason"]) for row in found
        ]


@pytest.fixture
def bot(database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place) -> Bot:
    return Bot(database, known_clans, clan, clock, Past(GENERAL, PVM), place)


def written(
    how_many: int, every: timedelta = HOUR, channel_info: ChannelInfo = GENERAL
) -> list[IncomingMessage]:
    """Return messages up to now, the last one an interval ago; every third asks."""
    return [
        heard(
            number,
            1 + number % 4,
            NOW - every * (how_many - number),
            channel_info,
            asks=not number % 3,
        )
        for number in range(how_many)
    ]


async def test_the_first_start_reads_ninety_days_back_and_no_further(bot: Bot) -> None:
    bot.past.messages = written(120, DAY)
    assert await bot.catch_up() == CaughtUp(channels=2, messages=90)
    wanted = [each for each in bot.past.messages if each.sent_at >= NOW - HISTORY_DAYS * DAY]
    assert kept(bot.place) == told(wanted, UTC_ZONE)
    assert bot.cursor() == bot.past.messages[-1].message_id


async def test_pages_beyond_the_reach_are_not_even_asked_for(bot: Bot) -> None:
    bot.past.messages = written(1_000, DAY)
    await bot.catch_up()
    assert len(bot.past.asked) == 2


async def test_later_only_the_gap_is_read(bot: Bot) -> None:
    bot.past.messages = written(350)
    await bot.catch_up()
    bot.intake.end_session()
    bot.clock.forward(DAY)
    bot.past.messages += [heard(number, at=NOW + number * MINUTE) for number in range(1, 6)]
    assert await bot.catch_up() == CaughtUp(channels=2, messages=5)
    assert sorted(bot.past.asked) == [(100, None), (200, None)]
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_a_second_look_at_the_same_past_changes_nothing(bot: Bot) -> None:
    bot.past.messages = written(150)
    await bot.catch_up()
    before = contents(bot.place)
    bot.start()
    assert (await bot.catch_up()).messages == 0
    assert contents(bot.place) == before


async def test_a_long_gap_is_counted_once_while_live_messages_arrive(bot: Bot) -> None:
    bot.past.messages = written(40, DAY)
    await bot.catch_up()
    bot.start()
    bot.past.messages += [heard(n, 1 + n % 5, NOW + n * MINUTE) for n in range(1, 251)]
    bot.clock.forward(DAY)
    numbers = count(1)

    async def somebody_writes() -> None:
        number = next(numbers)
        bot.live(heard(number, number, bot.clock.now + number * MINUTE, asks=True))
        await bot.intake.flush()

    bot.past.between = somebody_writes
    done = await bot.catch_up()
    assert done.messages >= 250
    await bot.intake.flush()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_live_messages_do_not_move_the_cursor_before_the_gap_is_read(bot: Bot) -> None:
    bot.past.messages = written(3)
    await bot.catch_up()
    last = bot.past.messages[-1].message_id
    bot.start()
    bot.past.messages += [heard(1, at=NOW + MINUTE)]
    bot.live(heard(2, at=NOW + 2 * MINUTE))
    await bot.intake.flush()
    assert bot.cursor() == last
    await bot.catch_up()
    bot.live(heard(3, at=NOW + 3 * MINUTE))
    await bot.intake.flush()
    assert bot.cursor() == heard(3, at=NOW + 3 * MINUTE).message_id
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_killed_between_two_pages_and_started_again_nothing_is_lost(
    bot: Bot, page: int
) -> None:
    bot.past.messages = written(250)

    def kills() -> Iterator[bool]:
        yield from (number == page for number in count(1))

    fatal = kills()

    async def dies() -> None:
        if next(fatal):
            raise Killed

    bot.past.between = dies
    with pytest.raises(Killed):
        await bot.catch_up()
    await bot.intake.flush()
    assert one(bot.place, "SELECT listened_at FROM clans") is None
    bot.start()
    bot.live(heard(1, at=NOW + MINUTE))
    await bot.intake.flush()
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_a_connection_lost_while_reading_leaves_the_new_gap_for_the_next_time(
    bot: Bot,
) -> None:
    bot.past.messages = written(150)

    async def disconnects() -> None:
        bot.intake.end_session()

    bot.past.between = disconnects
    await bot.catch_up()
    missed = heard(1, at=NOW + MINUTE)
    bot.past.messages.append(missed)
    bot.live(heard(2, at=NOW + 2 * MINUTE))
    await bot.intake.flush()
    assert bot.cursor() == written(150)[-1].message_id
    assert one(bot.place, "SELECT listened_at FROM clans") is None
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_an_unreadable_channel_is_a_blind_spot_until_it_can_be_read_again(bot: Bot) -> None:
    bot.past.messages = [*written(5), *written(4, channel_info=PVM)]
    bot.past.closed = {PVM.discord_channel_id}
    assert await bot.catch_up() == CaughtUp(
        channels=1, messages=5, unreadable=("pvm",), missing=frozenset({PVM.discord_channel_id})
    )
    assert bot.blind_spots() == [(NOW, None, "Missing Access")]
    assert bot.cursor(PVM) is None
    bot.clock.forward(HOUR)
    await bot.catch_up()
    assert bot.blind_spots() == [(NOW, None, "Missing Access")]
    bot.past.closed = set()
    bot.clock.forward(HOUR)
    assert (await bot.catch_up()).messages == 4
    assert bot.blind_spots() == []
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_a_blind_spot_that_began_before_history_is_read_ends_where_that_begins(
    bot: Bot,
) -> None:
    bot.past.messages = written(4, channel_info=PVM)
    bot.past.closed = {PVM.discord_channel_id}
    await bot.catch_up()
    bot.past.closed = set()
    bot.clock.forward((HISTORY_DAYS + 5) * DAY)
    await bot.catch_up()
    assert bot.blind_spots() == [(NOW, NOW + 5 * DAY, "Missing Access")]


async def test_a_blind_spot_behind_the_cursor_is_filled_however_long_ago_it_began(bot: Bot) -> None:
    bot.past.messages = written(4, channel_info=PVM)
    await bot.catch_up()
    bot.past.closed = {PVM.discord_channel_id}
    bot.clock.forward(HOUR)
    await bot.catch_up()
    bot.past.closed = set()
    bot.past.messages += [heard(7, at=NOW + 2 * HOUR, channel_info=PVM)]
    bot.clock.forward((HISTORY_DAYS + 5) * DAY)
    assert (await bot.catch_up()).messages == 1
    assert bot.blind_spots() == []


async def test_what_was_written_in_an_unreadable_channel_is_read_afterwards(bot: Bot) -> None:
    bot.past.messages = written(5, channel_info=PVM)
    await bot.catch_up()
    bot.past.closed = {PVM.discord_channel_id}
    await bot.catch_up()
    unseen = heard(1, at=NOW + MINUTE, channel_info=PVM)
    bot.past.messages.append(unseen)
    bot.past.closed = set()
    bot.live(heard(2, at=NOW + 2 * MINUTE, channel_info=PVM))
    await bot.intake.flush()
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_archived_threads_are_asked_for_since_the_bot_listened_last(bot: Bot) -> None:
    await bot.catch_up()
    await bot.intake.flush()
    bot.clock.forward(DAY)
    bot.start()
    await bot.catch_up()
    compared_from = bot.clock() - COMPARE_DAYS * DAY
    assert bot.past.since == [*[NOW - HISTORY_DAYS * DAY] * 2, *[compared_from] * 2]


async def test_uncounted_channels_are_caught_up_without_being_counted(bot: Bot) -> None:
    bot.past.messages = [*written(5), *written(4, channel_info=PVM)]
    await bot.intake.note(bot.clan, PVM)
    await bot.known_clans.set_counted(bot.clan, PVM.discord_channel_id, is_counted=False)
    await bot.catch_up()
    assert kept(bot.place) == told(written(5), UTC_ZONE)


async def test_an_empty_server_is_caught_up_at_once(bot: Bot) -> None:
    assert await bot.catch_up() == CaughtUp(channels=2, messages=0)
    bot.live(heard(1))
    await bot.intake.flush()
    assert bot.cursor() == heard(1).message_id


async def test_places_of_one_name_that_fail_are_each_told(bot: Bot) -> None:
    namesake = PVM._replace(name=GENERAL.name)
    bot.past = Past(GENERAL, namesake)
    bot.past.messages = [*written(5), *written(4, channel_info=namesake)]
    bot.past.away = {GENERAL.discord_channel_id, PVM.discord_channel_id}
    done = await bot.catch_up()
    assert done.failed == ((GENERAL.name, "Discord did not answer (503)"),) * 2


async def test_a_place_that_fails_costs_only_itself_and_is_read_later(bot: Bot) -> None:
    bot.past.messages = [*written(5), *written(4, channel_info=PVM)]
    bot.past.away = {GENERAL.discord_channel_id}
    done = await bot.catch_up()
    assert done == CaughtUp(1, 4, missing=frozenset({GENERAL.discord_channel_id}))
    assert kept(bot.place) == told(written(4, channel_info=PVM), UTC_ZONE)
    began_at = NOW - HISTORY_DAYS * DAY
    assert bot.blind_spots() == [(began_at, None, "Discord did not answer (503)")]
    await bot.intake.flush()
    bot.clock.forward(HOUR)
    bot.past.away = set()
    assert await bot.catch_up(done.missing) == CaughtUp(1, 5)
    assert bot.past.asked == [(GENERAL.discord_channel_id, None)]
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)
    assert [end for _, end, _ in bot.blind_spots()] in ([], [began_at + HOUR])


async def test_a_fault_of_ours_in_one_place_costs_only_that_place(bot: Bot) -> None:
    bot.past.messages = [*written(5), *written(4, channel_info=PVM)]
    faults = iter([True, False])

    async def fails_once() -> None:
        if next(faults):
            raise LookupError("a message that nobody foresaw")

    bot.past.between = fails_once
    done = await bot.catch_up()
    assert (done.channels, len(done.missing), len(bot.blind_spots())) == (1, 1, 1)
    assert "the log says" in bot.blind_spots()[0][2]


@pytest.mark.parametrize(
    "error", [Unreadable(NO_ACCESS), Unavailable("Discord did not answer (503)")]
)
async def test_archived_threads_that_cannot_be_listed_cost_only_themselves(
    bot: Bot, error: Exception
) -> None:
    await bot.catch_up()
    await bot.intake.flush()
    bot.clock.forward(HOUR)
    bot.start()
    in_thread = heard(9, at=NOW + MINUTE, channel_info=THREAD)
    bot.past.messages = [
        heard(1, at=NOW + MINUTE),
        heard(2, at=NOW + MINUTE, channel_info=PVM),
        in_thread,
    ]
    bot.past.archive = [THREAD]
    bot.past.hidden = {GENERAL.discord_channel_id: error}
    done = await bot.catch_up()
    assert done == CaughtUp(2, 2, missing=frozenset({GENERAL.discord_channel_id}))
    assert kept(bot.place) == told(bot.past.messages[:2], UTC_ZONE)
    reason = f"its archived threads cannot be listed: {error}"
    assert bot.blind_spots() == [(NOW, None, reason)]
    bot.live(heard(3, at=NOW + 2 * HOUR))
    await bot.intake.flush()
    bot.clock.forward(DAY)
    bot.start()
    assert (await bot.catch_up()).missing == done.missing
    bot.past.hidden = {}
    bot.past.since.clear()
    assert await bot.catch_up(done.missing) == CaughtUp(2, 1)
    assert bot.past.since == [bot.clock() - COMPARE_DAYS * DAY]
    assert bot.blind_spots() == []
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_a_forum_that_is_hidden_is_named_until_its_posts_are_read(bot: Bot) -> None:
    forum = ChannelInfo(500, "ideas", "forum", is_readable=False)
    post = ChannelInfo(501, "a bingo", "thread", parent_id=500)
    bot.past.parents = [forum]
    bot.past.hidden = {500: Unreadable(NO_ACCESS)}
    done = await bot.catch_up()
    assert done.missing == {500}
    assert bot.blind_spots() == [(NOW, None, NO_ACCESS)]
    bot.clock.forward(HOUR)
    bot.past.parents, bot.past.hidden = [forum._replace(is_readable=True)], {}
    bot.past.archive = [post]
    bot.past.messages = [heard(1, at=NOW + MINUTE, channel_info=post)]
    assert await bot.catch_up(done.missing) == CaughtUp(1, 1)
    assert bot.blind_spots() == []
    assert one(bot.place, "SELECT is_readable FROM channels WHERE discord_channel_id = 500") == 1


async def test_active_threads_that_cannot_be_listed_are_read_when_they_can(bot: Bot) -> None:
    bot.past = Past(GENERAL, THREAD)
    bot.past.messages = [heard(1), heard(2, channel_info=THREAD)]
    bot.past.knows_threads = False
    done = await bot.catch_up()
    assert done == CaughtUp(1, 1, missing=frozenset({bot.clan.guild_id}))
    bot.past.knows_threads = True
    assert await bot.catch_up(done.missing) == CaughtUp(1, 1)
    assert bot.past.asked == [(THREAD.discord_channel_id, None)]


async def test_after_a_history_that_was_brought_over_all_since_its_end_is_read(bot: Bot) -> None:
    end = NOW - 200 * DAY
    async with bot.database.writing() as connection:
        await clans.change(connection, bot.clan.clan_id, listened_at=end)
    bot.past.messages = [
        heard(1, at=end - DAY),
        *(heard(number, at=end + number * 40 * DAY) for number in range(1, 5)),
    ]
    assert (await bot.catch_up()).messages == 4


async def test_what_an_old_history_never_kept_is_not_read_by_catching_up(bot: Bot) -> None:
    async with bot.database.writing() as connection:
        await blind_spots.never_kept(connection, bot.clan.clan_id, [(NOW - 9 * DAY, NOW - 5 * DAY)])
    await bot.catch_up()
    found = "SELECT count(*) FROM blind_spots WHERE NOT is_read AND reason = ?"
    assert one(bot.place, found, blind_spots.NEVER_KEPT) == 1
    async with bot.database.writing() as connection:
        assert await blind_spots.unread_from(connection, bot.clan.clan_id) is None
        await blind_spots.never_kept(connection, bot.clan.clan_id, [])
    assert one(bot.place, found, blind_spots.NEVER_KEPT) == 0
