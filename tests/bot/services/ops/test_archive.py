"""A clan before and after its old facts moved to the archive: every answer is equal, to the unit.

Two copies of one made-up clan: in one of them what is older than half a year was archived. They are
asked the same, the same happens to both, and what holds of them afterwards is the same.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.clan.diagnosis import Severity
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.spans import Period
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import make_world
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.game.snapshots import forget_later
from bot.services.setup import Clan
from bot.settings import load
from bot.wiring import Services, open_services
from storage import metrics, questions
from storage.archive_file import archive_of
from storage.archiving import move
from storage.engine import Database
from storage.messages import in_few
from storage.migrate import bring_up
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.talk import heard
from tests.storage.archived import holding, sound
from tests.storage.rows import DAY, HOUR, NOW, only

CUT = NOW - 180 * DAY
WORLD = make_world(seed=4, members=20, days=400, now=NOW)
GUILD_ID = 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seeded") / "clan_data.db"
    database = Database(path)
    await bring_up(database, NOW)
    cast = own_cast(WORLD)
    clan = await seed(database, WORLD, cast, messages_a_day=5)
    await tie(database, clan, WORLD, cast)
    await database.close()
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def moved(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(seeded, tmp_path_factory.mktemp("moved") / "clan_data.db"))
    database = Database(path)
    await move(database, CUT)
    await database.close()
    return path


@pytest.fixture
def both(seeded: Path, moved: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return the clan as it was, and the one whose old facts moved."""
    copies = []
    for name, source in (("whole", seeded), ("moved", moved)):
        (tmp_path / name).mkdir()
        copies.append(Path(shutil.copy(source, tmp_path / name / "clan_data.db")))
    shutil.copy(archive_of(moved), archive_of(copies[1]))
    return copies[0], copies[1]


@asynccontextmanager
async def opened(path: Path, now: datetime = NOW) -> AsyncIterator[tuple[Services, Clan]]:
    settings = load({"DATA_DIR": str(path.parent), "WOM_CONTACT": "x"}, None)
    async with open_services(settings, Clock(now)) as services:
        clan = await services.clans.of_guild(GUILD_ID)
        if clan is not None:
            yield services, clan


async def reports(services: Services, clan: Clan) -> dict[str, Any]:
    """Return what reports, charts, workbooks and cards are drawn from."""
    found: dict[str, Any] = {}
    for period in Period:
        found[f"report {period}"] = await services.publish.clan_report(clan, period)
    for name in (await services.cards.names_like(clan, ""))[:6]:
        for period in (Period.MONTH, Period.YEAR):
            card = await services.cards.of_player(clan, name, period, judged=True)
            found[f"card {name} {period}"] = card and card.card
    return found


async def judged(services: Services, clan: Clan) -> dict[str, Any]:
    """Return what is said of people: lists, audit, alerts, and what another policy would say."""
    review = services.review
    enforcement = replace(DEFAULT_POLICY.enforcement, window_days=60)
    stricter = replace(DEFAULT_POLICY, enforcement=enforcement)
    return {
        "promotions": await review.promotions(clan),
        "inactive": await review.inactive(clan),
        "audit": await review.audit(clan),
        "alerts": await review.alerts(clan),
        "what if": await review.what_if(clan, stricter),
        "living": await review.living(clan),
    }


async def kept(services: Services, clan: Clan) -> dict[str, Any]:
    """Return what people's own files say, and how everybody's metrics went since old instants."""
    found: dict[str, Any] = {}
    for user in WORLD.users[:8]:
        found[f"kept {user.user_id}"] = await services.dossier.kept(clan, user.user_id)
        found[f"export {user.user_id}"] = await services.dossier.export(clan, user.user_id)
    starts = [NOW - days * DAY for days in (400, 365, 300, 181, 180, 179, 30)]
    everybody = [each.player_id for each in WORLD.players]
    async with services.publish._database.reading() as connection:
        for start, path in zip(
            starts,
            await metrics.paths(connection, clan.clan_id, [(each, None) for each in starts]),
            strict=True,
        ):
            found[f"since {start}"] = sorted(path)
        asked = [(each, everybody) for each in starts]
        for at in (NOW, CUT - 20 * DAY):
            gone = await metrics.paths_of_activities(connection, clan.clan_id, asked, at)
            found[f"activities {at}"] = [sorted(each) for each in gone]
        found["lapsed"] = await metrics.lapsed_values(connection, everybody)
    return found


@pytest.mark.parametrize("asked", [reports, judged, kept])
async def test_every_answer_is_equal_before_and_after(
    both: tuple[Path, Path], asked: Callable[[Services, Clan], Awaitable[dict[str, Any]]]
) -> None:
    found = []
    for path in both:
        async with opened(path) as (services, clan):
            found.append(await asked(services, clan))
    whole, archived = found
    assert {name for name in whole if whole[name] != archived[name]} == set()
    assert len(whole) == len(archived) > 5


@pytest.mark.parametrize("days", [200, 330])
async def test_answers_of_long_ago_are_equal(both: tuple[Path, Path], days: int) -> None:
    found = []
    for path in both:
        async with opened(path, NOW - days * DAY) as (services, clan):
            found.append({**await reports(services, clan), **await judged(services, clan)})
    assert {name for name in found[0] if found[0][name] != found[1][name]} == set()


def test_what_is_old_moved_and_what_must_stay_stayed(both: tuple[Path, Path]) -> None:
    whole, archived = both
    cut_ms = int(CUT.timestamp() * 1000)
    assert one(archived, "SELECT count(*) FROM messages WHERE sent_at < ?", cut_ms) == 0
    assert one(archive_of(archived), "SELECT count(*) FROM messages") > 500
    changes = "SELECT count(*) FROM metric_changes"
    assert one(archive_of(archived), changes) > 1_000
    assert one(archive_of(archived), changes) == one(whole, changes) - one(archived, changes)
    left, before = contents(archived), contents(whole)
    for table in (
        "observations",
        "author_days",
        "author_hours",
        "clan_hours",
        "channel_days",
        "questions",
    ):
        assert left[table] == before[table]
    newest = (
        "SELECT player_id, metric_id, max(seen_at), value FROM metric_changes WHERE seen_at < ?"
    )
    months = "strftime('%Y-%m', seen_at / 1000, 'unixepoch')"
    of_each = "GROUP BY player_id, metric_id"
    for words in (of_each, f"AND value <> -1 {of_each}", f"{of_each}, {months}"):
        kept_ones = f"{newest} {words}"
        assert rows(whole, kept_ones, cut_ms) == rows(archived, kept_ones, cut_ms)


async def test_a_check_finds_nothing_wrong_and_mending_changes_nothing(
    both: tuple[Path, Path],
) -> None:
    whole, archived = both
    before = holding(archived)
    assert before == holding(whole)
    async with opened(archived) as (services, _):
        assert {each.severity async for each in services.integrity.check()} == {Severity.OK}
        assert (await services.integrity.repair()).mended == ()
    assert holding(archived) == before


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        ("old messages by nobody who is known: 1", "UPDATE messages SET author_id = 999"),
        ("old messages in no channel that is known: 1", "UPDATE messages SET channel_id = 999"),
    ],
)
async def test_an_archive_that_does_not_agree_is_found(
    both: tuple[Path, Path], words: str, statement: str
) -> None:
    _, archived = both
    first = " WHERE message_id = (SELECT min(message_id) FROM messages)"
    with closing(sqlite3.connect(archive_of(archived))) as connection, connection:
        connection.execute(statement + first)
    async with opened(archived) as (services, _):
        found = {each.about: each async for each in services.integrity.check()}
    assert words in found["archive"].words
    assert "put the newest backup back" in (found["archive"].next_step or "")


def old_messages(path: Path, where: str = "1") -> list[dict[str, Any]]:
    """Return messages from before the cut, as they are in the archive."""
    return rows(archive_of(path), f"SELECT * FROM messages WHERE {where} ORDER BY message_id")  # noqa: S608 - our own words


async def deletes_old_messages(services: Services, clan: Clan, archive: Path) -> None:
    ids = [row["message_id"] for row in old_messages(archive)]
    answers = [
        row["answer_id"]
        for row in rows(archive, "SELECT answer_id FROM questions WHERE answer_id IS NOT NULL")
        if row["answer_id"] <= max(ids)
    ]
    assert answers
    services.intake.take_back(clan.guild_id, [*ids[::7], *answers[:40]])
    await services.intake.flush()


async def hears_late(services: Services, clan: Clan, archive: Path) -> None:
    """Hear old messages that are known, and others that nobody heard, which answer and ask."""
    known = old_messages(archive)[100:400:9]
    places = rows(archive, "SELECT * FROM channels")
    names = {row["id"]: row for row in places}
    users = {row["id"]: row["discord_user_id"] for row in rows(archive, "SELECT * FROM authors")}
    late: list[IncomingMessage] = []
    for row in known:
        place = names[row["channel_id"]]
        info = ChannelInfo(place["discord_channel_id"], place["name"], place["kind"])
        at = datetime.fromtimestamp(row["sent_at"] / 1000, tz=NOW.tzinfo)
        user = users[row["author_id"]]
        if user is not None:
            again = heard(0, user, at, info)
            late.append(replace(again, message_id=row["message_id"]))
        late += [
            heard(7, 4242, at + timedelta(seconds=20), info, reply_to=row["message_id"]),
            heard(9, 4243, at + timedelta(seconds=30), info, asks=True),
        ]
    await services.intake.store(clan, late)


async def leaves_channels_out(services: Services, clan: Clan, archive: Path) -> None:
    channel = rows(archive, "SELECT * FROM channels WHERE id = 1")[0]
    info = ChannelInfo(channel["discord_channel_id"], channel["name"], channel["kind"])
    await services.places.leave_out(clan, [info])
    await services.places.settle(clan)


async def leaves_out_and_counts_again(services: Services, clan: Clan, archive: Path) -> None:
    await leaves_channels_out(services, clan, archive)
    await services.places.leave_out(clan, [])
    await services.places.settle(clan)


async def loses_a_channel(services: Services, clan: Clan, archive: Path) -> None:
    channel = one(archive, "SELECT discord_channel_id FROM channels WHERE id = 1")
    await services.places.forget_deleted(clan, channel)


async def forgets_somebody(services: Services, clan: Clan, _archive: Path) -> None:
    told = [await services.privacy.forget(clan, user.user_id) for user in WORLD.users[:3]]
    assert sum(each.messages for each in told) > 0


async def opts_out(services: Services, clan: Clan, _archive: Path) -> None:
    for user in WORLD.users[:2]:
        await services.privacy.opt_out(clan, user.user_id)
        await services.privacy.forget(clan, user.user_id)


async def forgets_the_clan(services: Services, clan: Clan, _archive: Path) -> None:
    await services.privacy.forget_clan(clan)


async def moves_to_another_zone(services: Services, clan: Clan, _archive: Path) -> None:
    await services.zones.set_zone(clan, "Asia/Kathmandu")


async def takes_snapshots_back(services: Services, _clan: Clan, _archive: Path) -> None:
    players = [each.player_id for each in WORLD.players[:5]]
    await forget_later(services.publish._database, players, CUT - 30 * DAY)


async def settles_everything_again(services: Services, clan: Clan, archive: Path) -> None:
    """Ask again of every question who answered it."""
    async with services.publish._database.reading() as connection:
        ids = [row["message_id"] for row in rows(archive, "SELECT message_id FROM questions")]
        asked = [
            each
            for few in in_few(ids)
            for each in await only(questions.asked(connection, {clan.clan_id: few}))
        ]
        assert len(asked) == len(ids)
        following = await only(
            questions.next_speakers(connection, {clan.clan_id: asked}, timedelta(hours=1))
        )
        replies = await only(questions.first_replies(connection, {clan.clan_id: asked}))
    SETTLED.append((following, replies))


SETTLED: list[Any] = []
"""What was found by `settles_everything_again`, clan by clan."""

HAPPENINGS = [
    deletes_old_messages,
    hears_late,
    leaves_channels_out,
    leaves_out_and_counts_again,
    loses_a_channel,
    forgets_somebody,
    opts_out,
    forgets_the_clan,
    moves_to_another_zone,
    takes_snapshots_back,
    settles_everything_again,
]


@pytest.mark.parametrize("happens", HAPPENINGS)
async def test_whatever_happens_to_old_facts_reaches_the_archive(
    both: tuple[Path, Path], happens: Callable[[Services, Clan, Path], Awaitable[None]]
) -> None:
    whole, archived = both
    before = holding(archived)
    assert before == holding(whole)
    SETTLED.clear()
    for path in both:
        async with opened(path, NOW + HOUR) as (services, clan):
            await happens(services, clan, archived)
    assert all(each == SETTLED[0] for each in SETTLED)
    assert holding(archived) == holding(whole)
    if happens not in {settles_everything_again, leaves_out_and_counts_again}:
        assert holding(archived) != before
    # And moving on from there changes nothing that holds, and leaves nothing void in the archive.
    database = Database(archived)
    await move(database, CUT + 30 * DAY)
    await database.close()
    assert holding(archived) == holding(whole)
    assert one(archived, "SELECT count(*) FROM archive_voids") == 0


async def test_nothing_of_somebody_forgotten_is_left_in_the_archive(
    both: tuple[Path, Path],
) -> None:
    archived = both[1]
    user = WORLD.users[0].user_id
    author = one(archived, "SELECT id FROM authors WHERE discord_user_id = ?", user)
    assert old_messages(archived, f"author_id = {author}")
    async with opened(archived) as (services, clan):
        await services.privacy.forget(clan, user)
    assert old_messages(archived, f"author_id = {author}") == []
    assert sound(archive_of(archived))
