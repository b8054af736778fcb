"""A clan-chat line belongs to whoever bore the name when it was said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, permutations

import pytest

from bot.clan.broadcasts import BroadcastKind
from bot.clan.spans import Period
from bot.reports.worker import Inline
from bot.services.chat import IncomingMessage, Intake
from bot.services.game import Poll
from bot.services.publish import Publish
from storage import bridges, traces
from tests.bot.services.contents import rows
from tests.bot.services.group import GROUP_ID, Group, Renamed, Someone, client_of
from tests.bot.services.talk import spoken
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

MINUTE = timedelta(minutes=1)


@dataclass
class Clan:
    """A clan whose members change their names while they speak in the clan chat."""

    village: Village
    group: Group
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def polled(self, at: datetime) -> None:
        self.village.clock.now = at
        clan = await self.village.changed(listened_at=NOW)
        await Poll(self.village.database, client_of(self.group), self.village.clock).poll(clan)

    async def said(
        self, name: str, times: int, at: datetime, *, told: BroadcastKind | None = None
    ) -> None:
        """Have somebody say so many lines, a minute apart."""
        lines = [
            spoken(next(self.numbers), name, at + number * MINUTE, told=told)
            for number in range(times)
        ]
        await self.stored(lines)

    async def stored(self, lines: Sequence[IncomingMessage]) -> None:
        intake = Intake(self.village.database, self.village.known_clans, self.village.clock)
        await intake.store(self.village.clan, lines)

    async def counts(self) -> dict[int, int | None]:
        """Return how many messages the report has of each member in 30 days."""
        self.village.clock.now = NOW
        publish = Publish(self.village.database, Inline(), self.village.clock)
        report = await publish.clan_report(
            await self.village.changed(listened_at=NOW), Period.MONTH
        )
        members = report.roster.members
        assert report.totals.messages == sum(each.messages(Period.MONTH) or 0 for each in members)
        return {each.player_id: each.messages(Period.MONTH) for each in members}


@pytest.fixture
async def clan(village: Village) -> Clan:
    group = Group(Someone(1, "Alpha"), Someone(2, "Gamma"))
    await village.known_clans.join_group(village.clan, GROUP_ID, "Iron Cabbage")
    made = Clan(village, group)
    await made.polled(NOW - 20 * DAY)
    return made


def renamed(clan: Clan, player_id: int, new: str, at: datetime | None = None) -> None:
    """Rename somebody; with an instant Wise Old Man tells of it."""
    someone = clan.group.members[player_id]
    if at is not None:
        clan.group.names.append(Renamed(player_id, someone.name, new, created_at=at))
    someone.name = new


async def test_who_takes_a_name_does_not_take_what_was_said_under_it(clan: Clan) -> None:
    await clan.said("Alpha", 60, NOW - 19 * DAY)
    await clan.said("Gamma", 5, NOW - 19 * DAY)
    assert await clan.counts() == {1: 60, 2: 5}
    renamed(clan, 1, "Beta")
    await clan.polled(NOW - 10 * DAY)
    assert await clan.counts() == {1: 60, 2: 5}
    renamed(clan, 2, "Alpha")
    await clan.polled(NOW - 9 * DAY)
    assert await clan.counts() == {1: 60, 2: 5}
    await clan.said("Alpha", 3, NOW - 8 * DAY)
    await clan.said("Beta", 2, NOW - 8 * DAY)
    assert await clan.counts() == {1: 62, 2: 8}


async def test_both_at_once_are_told_apart_by_wise_old_mans_instants(clan: Clan) -> None:
    await clan.said("Alpha", 7, NOW - 19 * DAY)
    await clan.said("Alpha", 4, NOW - 11 * DAY)
    renamed(clan, 1, "Beta", NOW - 15 * DAY)
    renamed(clan, 2, "Alpha", NOW - 12 * DAY)
    await clan.polled(NOW - 10 * DAY)
    assert await clan.counts() == {1: 7, 2: 4}


async def test_broadcasts_and_answers_follow_the_lines(clan: Clan) -> None:
    asked = spoken(900, "Gamma", NOW - 19 * DAY, asks=True)
    answer = spoken(901, "Alpha", NOW - 19 * DAY + MINUTE)
    await clan.stored([asked, answer])
    await clan.said("Alpha", 1, NOW - 19 * DAY, told=BroadcastKind.DROP)
    renamed(clan, 1, "Beta", NOW - 15 * DAY)
    renamed(clan, 2, "Alpha", NOW - 12 * DAY)
    await clan.said("Alpha", 3, NOW - 11 * DAY)
    await clan.polled(NOW - 10 * DAY)
    async with clan.village.database.reading() as connection:
        told = await bridges.counts(connection, clan.village.clan.clan_id, NOW - 30 * DAY, NOW)
        found = await bridges.speakers_called(connection, clan.village.clan.clan_id, ["alpha"])
    mine = {speaker.player_id: author_id for speaker, author_id in found["alpha"].items()}
    assert [each.author_id for each in told] == [mine[1]]
    place = clan.village.database.url
    assert [row["answered_by"] for row in rows(place, "SELECT * FROM questions")] == [mine[1]]
    totals = rows(place, "SELECT * FROM author_totals WHERE answers > 0")
    assert [(row["author_id"], row["messages"]) for row in totals] == [(mine[1], 1)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_history_that_is_read_late_belongs_to_whoever_spoke_then(
    clan: Clan, order: tuple[int, ...]
) -> None:
    """Lines, the one rename and the other may come to be known in any order."""

    async def lines() -> None:
        await clan.said("Alpha", 6, NOW - 19 * DAY)
        await clan.said("Alpha", 4, NOW - 11 * DAY)

    async def first() -> None:
        renamed(clan, 1, "Beta", NOW - 15 * DAY)
        await clan.polled(NOW - 10 * DAY + next(clan.numbers) * MINUTE)

    async def second() -> None:
        renamed(clan, 2, "Alpha", NOW - 12 * DAY)
        await clan.polled(NOW - 10 * DAY + next(clan.numbers) * MINUTE)

    steps = (lines, first, second)
    for number in order:
        await steps[number]()
    assert await clan.counts() == {1: 6, 2: 4}


async def test_a_newcomers_former_names_are_asked_for(clan: Clan) -> None:
    """Who joins as Delta, and said 9 lines as Omega before, is known for them."""
    await clan.said("Omega", 9, NOW - 18 * DAY)
    await clan.polled(NOW - 17 * DAY)
    clan.group.members[3] = Someone(3, "Delta", created_at=NOW - 16 * DAY)
    old = [Renamed(1, f"was {n}", f"is {n}", "approved", NOW - 12 * DAY) for n in range(60)]
    clan.group.names = [*old, Renamed(3, "Omega", "Delta", "approved", NOW - 400 * DAY)]
    await clan.polled(NOW - 15 * DAY)
    assert clan.group.asked()[-2:] == ["name-changes", "name-changes"]
    assert (await clan.counts())[3] == 9


async def test_a_newcomer_with_an_old_members_name_takes_none_of_the_lines(clan: Clan) -> None:
    await clan.said("Alpha", 8, NOW - 19 * DAY)
    renamed(clan, 1, "Beta")
    clan.group.members[3] = Someone(3, "Alpha", created_at=NOW - 16 * DAY)
    await clan.polled(NOW - 15 * DAY)
    await clan.said("alpha", 2, NOW - 14 * DAY)
    assert await clan.counts() == {1: 8, 2: None, 3: 2}


async def test_what_an_officer_said_of_a_speaker_stays_with_most_of_the_lines(clan: Clan) -> None:
    await clan.said("Alpha", 8, NOW - 19 * DAY)
    async with clan.village.database.reading() as connection:
        before = await bridges.speakers_called(connection, clan.village.clan.clan_id, ["alpha"])
    renamed(clan, 1, "Beta")
    renamed(clan, 2, "Alpha")
    await clan.polled(NOW - 15 * DAY)
    await clan.said("Alpha", 2, NOW - 14 * DAY)
    async with clan.village.database.reading() as connection:
        after = await bridges.speakers_called(connection, clan.village.clan.clan_id, ["alpha"])
    mine = {speaker.player_id: author_id for speaker, author_id in after["alpha"].items()}
    assert list(before["alpha"].values()) == [mine[1]]
    await clan.polled(NOW - 13 * DAY + HOUR)
    assert await clan.counts() == {1: 8, 2: 2}


async def test_ones_own_file_has_the_name_as_it_was_spoken(clan: Clan) -> None:
    await clan.said("Alpha", 2, NOW - 19 * DAY)
    renamed(clan, 1, "Beta")
    renamed(clan, 2, "Alpha")
    await clan.polled(NOW - 15 * DAY)
    async with clan.village.database.reading() as connection:
        found = await bridges.speakers_called(connection, clan.village.clan.clan_id, ["alpha"])
        told = await traces.authors(
            connection, clan.village.clan.clan_id, sorted(found["alpha"].values())
        )
    assert {row["clan_chat_name"] for row in told} == {"alpha"}
