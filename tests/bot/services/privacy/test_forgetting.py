"""Forgetting takes one person out of everything, and leaves everybody else's numbers right."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clan.broadcasts import BroadcastKind
from bot.services.chat import (
    NO_USER,
    ChannelInfo,
    Channels,
    IncomingMessage,
    Intake,
    Presence,
)
from bot.services.privacy import Forgotten, Privacy
from bot.services.setup import Clan, Clans
from storage import absences, blind_spots, cases, exemptions, links, policies, runs
from storage import presence as days
from storage.archiving import sweep
from storage.engine import Database
from storage.links import StandingLink, StoredState
from storage.personal import USERS, WORDS
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard, heard_again, kept, spoken, told
from tests.bot.services.village import OFFICER, Village
from tests.storage.rows import DAY, HOUR, NOW, Place, a_line, opened

UTC_ZONE = ZoneInfo("UTC")
ME, YOU = 730_000_000_000_000_077, 730_000_000_000_000_088
NAME, HANDLE = "Quillon Vask", "qvask"
SPAM = ChannelInfo(900, "spam", "text")


@pytest.fixture
def intake(database: Database, known_clans: Clans, clock: Clock) -> Intake:
    return Intake(database, known_clans, clock)


@pytest.fixture
def privacy(database: Database, clock: Clock) -> Privacy:
    return Privacy(database, clock)


def everywhere(place: Place, *wanted: object) -> list[str]:
    """Return every place of every table where one of the values stands, alone or within words."""
    found = []
    for table, kept_rows in contents(place).items():
        for row in kept_rows:
            for value in row:
                hits = [each for each in wanted if str(each).casefold() in str(value).casefold()]
                found += [f"{table}: {each} in {value!r}" for each in hits]
    return found


async def entangled(village: Village, intake: Intake) -> None:
    """Give a user something in every table, and let them be the maker of what others have."""
    clan = village.clan
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome"})
    await village.linked(1, ME, is_main=True)
    await village.linked(2, YOU)
    mine = [
        IncomingMessage(
            each.message_id, each.channel_info, ME, NAME, HANDLE, each.sent_at, each.is_question
        )
        for each in (heard(1, ME, NOW - HOUR, asks=True), heard(2, ME, NOW, PVM))
    ]
    yours = [
        heard(3, YOU, NOW - HOUR + MINUTE, reply_to=mine[0].message_id),
        heard(4, YOU, NOW - MINUTE, PVM, asks=True),
        heard(5, YOU + 1, NOW + MINUTE, PVM),
    ]
    await intake.store(clan, [*mine, *yours])
    own = replace(heard(6, ME, NOW - MINUTE, SPAM), name=NAME, handle=HANDLE)
    await intake.store(clan, [own, heard(7, YOU, NOW - MINUTE, SPAM)])
    await Channels(village.database).leave_out(clan, [SPAM])
    async with village.database.writing() as connection:
        await links.confirm(
            connection,
            clan.clan_id,
            StandingLink(2, YOU, StoredState.CONFIRMED, is_main=True),
            ME,
            NOW,
        )
        await note_events(connection, clan.clan_id)
        for user, player, by in ((ME, None, ME), (YOU, None, ME), (None, 1, OFFICER)):
            leave = {"discord_user_id": user, "player_id": player, "reason": f"with <@!{ME}>"}
            dates = {"from_on": NOW.date(), "until_on": NOW.date() + 9 * DAY}
            made = {"set_by": by, "set_at": NOW}
            await absences.add(connection, clan.clan_id, leave | dates | made)
        for player in (1, 2):
            held = {
                "player_id": player,
                "reason": f"of {player}, says @{HANDLE}",
                "set_by": ME,
                "set_at": NOW,
            }
            await exemptions.add(connection, clan.clan_id, held)
        await note_decisions(connection, clan.clan_id)
        await days.add(connection, {clan.clan_id: {(ME, NOW.date()): 90, (YOU, NOW.date()): 0}})
        await blind_spots.set_viewers(connection, clan.clan_id, 1, {ME, YOU})
        for of in (clan.clan_id, None):
            run = await runs.begin(connection, "flush", of, "t1", NOW)
            words = f"UNIQUE failed: ({ME}, 'other words')"
            detail = {"error": "IntegrityError", "words": words, "of": ME, "names": [NAME, "Fox"]}
            await runs.end(connection, run, "failed", detail, NOW)


async def note_decisions(connection: Any, clan_id: int) -> None:  # noqa: ANN401 - a connection
    """Have decisions about the user and about another one, some of them the user's own."""
    lines = [
        a_line("open", None, numbers=["4 messages in 30 days", f"noticed by {ME}"]),
        a_line("noticed", ME, why="their words"),
        a_line("snoozed", OFFICER, why=f"asked by <@{ME}>", until_at=NOW + 9 * DAY),
    ]
    for player in (1, 2):
        head = {"player_id": player, "kind": "inactivity", "role": "member", "target": None}
        await cases.add(connection, clan_id, [(head | {"policy_version": 2}, lines)])
    for version, by in ((2, ME), (3, OFFICER)):
        await policies.add(connection, clan_id, policies.Version(version, {}, by, NOW))


async def note_events(connection: Any, clan_id: int) -> None:  # noqa: ANN401 - a connection
    before = {"state": "claimed", "decided_by": ME}
    events = [links.LinkEventRow(1, ME, "claim"), links.LinkEventRow(2, YOU, "confirm", before)]
    for by in (ME, OFFICER):
        await links.note(connection, clan_id, events, by, NOW)


async def test_afterwards_no_row_of_any_table_carries_the_id_name_or_handle(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    assert len(everywhere(place, ME, NAME, HANDLE)) > 10
    assert await privacy.forget(village.clan, ME) == Forgotten(people=1, messages=2)
    assert everywhere(place, ME, NAME, HANDLE) == []


async def test_this_test_knows_every_column_that_may_name_a_person(
    village: Village, intake: Intake, place: Place
) -> None:
    await entangled(village, intake)
    for column in (*USERS, *WORDS):
        table, name = str(column).split(".")
        found = rows(place, f"SELECT {name} AS value FROM {table}")  # noqa: S608 - names of ours
        named = [
            row for row in found if str(ME) in str(row["value"]) or HANDLE in str(row["value"])
        ]
        assert named, str(column)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Zezima", "with @ZEZIMA"),
        ("J\u00f6rg", "@J\u00d6RG asked"),
        ('B"o\\b', '@b"O\\B'),
        ("100%_x", "@100%_X"),
    ],
)
async def test_a_name_that_others_wrote_in_other_letters_is_found(
    village: Village, privacy: Privacy, place: Place, name: str, written: str
) -> None:
    clan = village.clan
    await village.settled({2: "Pure Gnome"})
    await village.called(ME, name)
    async with village.database.writing() as connection:
        held = {"player_id": 2, "reason": written, "set_by": OFFICER, "set_at": NOW}
        await exemptions.add(connection, clan.clan_id, held)
        run = await runs.begin(connection, "flush", clan.clan_id, "t", NOW)
        await runs.end(connection, run, "failed", {"words": written}, NOW)
    await privacy.forget(clan, ME)
    assert everywhere(place, name) == []


async def test_what_a_failed_job_said_is_gone_and_that_it_failed_stays(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    await privacy.forget(village.clan, ME)
    kept_runs = [json.loads(row["detail"]) for row in rows(place, "SELECT detail FROM job_runs")]
    gone = {"words": "somebody", "of": 0, "names": ["somebody", "Fox"]}
    assert kept_runs == 2 * [{"error": "IntegrityError"} | gone]


def test_the_bytes_of_whoever_was_forgotten_are_overwritten(template: Path, path: Path) -> None:
    async def lived(path: Path, *, forgotten: bool) -> None:
        async with opened(path) as database:
            clock = Clock(NOW)
            known = Clans(database, clock)
            intake = Intake(database, known, clock)
            village = Village(database, known, clock, await known.found(1, "Iron Cabbage"))
            await entangled(village, intake)
            if forgotten:
                await Privacy(database, clock).forget(village.clan, ME)

    known = (NAME, HANDLE, str(ME))
    for forgotten in (False, True):
        copy(template, path)
        asyncio.run(lived(path, forgotten=forgotten))
        assert not path.with_name(f"{path.name}-wal").exists()
        stored = path.read_bytes()
        assert {words.encode() in stored for words in known} == {not forgotten}


async def test_everybody_else_keeps_theirs(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    await privacy.forget(village.clan, ME)
    assert [row["discord_user_id"] for row in rows(place, "SELECT * FROM links")] == [YOU]
    leave = rows(place, "SELECT * FROM absences")
    assert [(row["discord_user_id"], row["set_by"]) for row in leave] == [(YOU, 0)]
    assert [row["reason"] for row in leave] == ["with somebody"]
    held = rows(place, "SELECT * FROM exemptions ORDER BY id")
    assert [(row["player_id"], row["reason"]) for row in held] == [
        (1, ""),
        (2, "of 2, says somebody"),
    ]
    events = rows(place, "SELECT * FROM link_events")
    assert {row["discord_user_id"] for row in events} == {YOU}
    assert {row["by_user_id"] for row in events} == {0, OFFICER}
    assert len(rows(place, "SELECT * FROM memberships")) == 2
    lines = rows(place, "SELECT * FROM case_entries ORDER BY case_id, position")
    assert [row["who"] for row in lines] == 2 * [None, 0, OFFICER]
    assert [row["why"] for row in lines] == ["", "", "", "", "their words", "asked by somebody"]
    assert [row["numbers"] == "[]" for row in lines] == [True] * 3 + [False] * 3
    assert [row["made_by"] for row in rows(place, "SELECT * FROM policies ORDER BY 2")] == [
        0,
        OFFICER,
    ]
    assert rows(place, "SELECT name FROM players WHERE player_id = 1") == [{"name": "Mossy Fox"}]


async def test_a_question_whose_answer_was_forgotten_is_answered_by_who_came_next(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    await privacy.forget(village.clan, ME)
    assert kept(place) == told(heard_again(place), village.clan.zone)
    (answer,) = kept(place).answers.values()
    assert answer is not None
    assert answer[1] == YOU + 1


async def test_a_claim_lets_nobody_forget_another_ones_speaker(
    village: Village, privacy: Privacy, place: Place
) -> None:
    await village.settled({1: "Mossy Fox"})
    await speak(village, "mossy fox")
    await village.linked(1, ME, state=StoredState.CLAIMED)
    assert await privacy.forget(village.clan, ME) == Forgotten(1, 0)
    assert one(place, "SELECT count(*) FROM broadcasts") == 1
    assert one(place, "SELECT count(*) FROM links") == 0


async def test_with_a_confirmed_account_its_speaker_is_forgotten_too(
    village: Village, privacy: Privacy, place: Place
) -> None:
    await village.settled({1: "Mossy Fox"})
    await speak(village, "mossy fox")
    await village.linked(1, ME)
    await village.linked(1, -1)
    await privacy.forget(village.clan, ME)
    for table in ("broadcasts", "authors", "links"):
        assert rows(place, f"SELECT * FROM {table}") == [], table  # noqa: S608 - names of ours


_A_CHANNEL = (
    "INSERT INTO channels (id, clan_id, discord_channel_id, name, kind, is_counted, is_readable)"
    " VALUES (1, 1, 5, 'clan', 'text', TRUE, TRUE)"
)


async def speak(village: Village, key: str) -> None:
    """Put a speaker of the clan chat into the clan, who got a drop."""
    async with village.database.writing() as connection:
        for statement in (
            _A_CHANNEL,
            f"INSERT INTO authors (id, clan_id, bridge_name, name) VALUES (1, 1, '{key}', 'F')",  # noqa: S608 - a word of ours
            "INSERT INTO broadcasts VALUES (1, 1, 1, 1, 'drop', 0)",
        ):
            await connection.exec_driver_sql(statement)


async def test_another_clan_keeps_what_it_knows(
    village: Village, intake: Intake, privacy: Privacy, known_clans: Clans, place: Place
) -> None:
    other = await known_clans.found(2, "Others")
    await village.wrote(ME, NOW)
    await intake.store(other, [heard(900, ME, NOW, PVM)])
    await privacy.forget(village.clan, ME)
    assert [row["clan_id"] for row in rows(place, "SELECT * FROM authors")] == [other.clan_id]
    assert len(kept(place, other.clan_id).facts) == 1


async def test_what_was_heard_before_is_not_written_afterwards(
    village: Village, intake: Intake, privacy: Privacy, place: Place, clock: Clock
) -> None:
    intake.hear(1, heard(1, ME, NOW))
    await privacy.forget(village.clan, ME)
    await intake.flush()
    await intake.store(village.clan, [heard(2, ME, NOW - DAY)])
    assert everywhere(place, ME) == []
    clock.now = NOW + DAY
    await intake.store(village.clan, [heard(3, ME, NOW + HOUR)])
    assert kept(place).totals == {ME: (1, 0, 0)}


@pytest.mark.parametrize("name", ["Mossy Fox", "mossy_fox", "Old Fox", "Foxy Nick"])
async def test_what_their_accounts_said_in_the_clan_chat_is_not_written_afterwards_either(
    village: Village, intake: Intake, privacy: Privacy, place: Place, name: str
) -> None:
    await village.settled({1: "Old Fox", 2: "Pure Gnome"})
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, ME)
    await intake.store(village.clan, [spoken(1, "Foxy Nick", NOW - DAY)])
    await village.linked(1, -one(place, "SELECT id FROM authors"))
    for line in (
        spoken(2, name),
        spoken(3, name, told=BroadcastKind.DROP),
        spoken(4, "Pure Gnome"),
    ):
        intake.hear(1, line)
    await privacy.forget(village.clan, ME)
    await intake.flush()
    await intake.store(village.clan, [spoken(5, name, NOW - 2 * DAY)])
    spoke = rows(place, "SELECT name FROM authors WHERE bridge_name IS NOT NULL")
    assert spoke == [{"name": "Pure Gnome"}]
    assert one(place, "SELECT count(*) FROM broadcasts") == 0
    await intake.store(village.clan, [spoken(6, name, NOW + HOUR)])
    assert one(place, "SELECT count(*) FROM authors") == 2


async def test_a_page_of_history_that_is_being_stored_meanwhile_brings_nobody_back(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, ME)
    page = [heard(1, ME, NOW - DAY), spoken(2, "Mossy Fox", NOW - DAY), heard(3, YOU, NOW - DAY)]
    for order in (0, 1):
        both = [privacy.forget(village.clan, ME), intake.store(village.clan, page)]
        await asyncio.gather(*(both if order else both[::-1]))
        assert everywhere(place, ME) == []
        kept_authors = rows(place, "SELECT discord_user_id AS who FROM authors")
        assert kept_authors == [{"who": YOU}]


async def test_forgetting_goes_by_discords_clock_where_ours_is_behind(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    written_at = NOW + HOUR
    intake.hear(1, heard(1, ME, written_at))
    await privacy.forget(village.clan, ME, written_at + MINUTE)
    await intake.flush()
    assert everywhere(place, ME) == []


async def test_who_never_wrote_is_forgotten_too_when_their_time_is_over(
    village: Village, privacy: Privacy, place: Place, clock: Clock
) -> None:
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome"})
    await village.linked(1, ME)
    await village.linked(2, YOU)
    async with village.database.writing() as connection:
        for user, by in ((ME, OFFICER), (YOU, ME)):
            leave = {"discord_user_id": user, "reason": "surgery", "set_by": by, "set_at": NOW}
            dates = {"from_on": NOW.date(), "until_on": NOW.date() + 9 * DAY}
            await absences.add(connection, village.clan.clan_id, leave | dates)
        held = {"player_id": 1, "reason": "busy", "set_by": OFFICER, "set_at": NOW}
        await exemptions.add(connection, village.clan.clan_id, held)
        await note_decisions(connection, village.clan.clan_id)
    await privacy.keep_left_for(village.clan, 30)
    clan = await village.known_clans.of_guild(1)
    assert clan is not None
    for stranger in (4, 5):
        await privacy.left(clan, stranger)
    assert rows(place, "SELECT * FROM authors") == []
    await privacy.left(clan, ME)
    await privacy.present(clan, {YOU, OFFICER}, all_of_them=True)
    clock.now = NOW + 31 * DAY
    assert await privacy.forget_left(clan) == Forgotten(people=1, messages=0)
    assert everywhere(place, ME) == []
    assert rows(place, "SELECT reason FROM exemptions") == [{"reason": ""}]
    assert [row["discord_user_id"] for row in rows(place, "SELECT * FROM absences")] == [YOU]
    await privacy.present(clan, {YOU, OFFICER}, all_of_them=True)
    assert await privacy.forget_left(clan) == Forgotten()


async def test_of_who_never_wrote_and_came_back_nothing_new_is_kept(
    village: Village, privacy: Privacy, place: Place
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, ME)
    await privacy.present(village.clan, {OFFICER}, all_of_them=True)
    assert [row["discord_user_id"] for row in rows(place, "SELECT * FROM authors")] == [ME]
    await privacy.present(village.clan, {ME}, all_of_them=False)
    assert rows(place, "SELECT * FROM authors") == []


async def test_who_opted_out_and_left_is_forgotten_once_and_the_wish_stays(
    village: Village, privacy: Privacy, place: Place, clock: Clock
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, ME)
    await privacy.opt_out(village.clan, ME)
    await privacy.keep_left_for(village.clan, 30)
    clan = await village.known_clans.of_guild(1)
    assert clan is not None
    for people in (1, 0):
        await privacy.present(clan, {OFFICER}, all_of_them=True)
        clock.now += 31 * DAY
        assert await privacy.forget_left(clan) == Forgotten(people=people)
    assert everywhere(place, ME) == [f"authors: {ME} in {ME}"]


async def test_who_opted_out_is_not_counted_live_nor_from_history(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await village.wrote(ME, NOW - DAY)
    before = kept(place)
    await privacy.opt_out(village.clan, ME)
    intake.hear(1, heard(50, ME))
    await intake.flush()
    await intake.store(village.clan, [heard(51, ME, NOW - 9 * DAY), heard(52, YOU)])
    assert kept(place).totals == before.totals | {YOU: (1, 0, 0)}
    await privacy.opt_in(village.clan, ME)
    await intake.store(village.clan, [heard(53, ME)])
    assert kept(place).totals[ME] == (2, 0, 0)


async def test_of_an_opt_out_only_the_id_and_the_wish_are_kept(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    await privacy.opt_out(village.clan, ME)
    await privacy.forget(village.clan, ME)
    assert everywhere(place, NAME, HANDLE) == []
    assert everywhere(place, ME) == [f"authors: {ME} in {ME}"]
    (row,) = rows(place, "SELECT * FROM authors WHERE opted_out_at IS NOT NULL")
    assert (row["name"], row["handle"], row["left_at"]) == ("", None, None)
    await intake.store(village.clan, [heard(99, ME, NOW + HOUR)])
    assert ME not in kept(place).totals
    await privacy.opt_in(village.clan, ME)
    assert everywhere(place, ME) == []


async def test_opting_out_without_ever_having_written_leaves_nothing_once_undone(
    village: Village, privacy: Privacy, place: Place
) -> None:
    await privacy.opt_out(village.clan, ME)
    await privacy.opt_out(village.clan, ME)
    assert len(rows(place, "SELECT * FROM authors")) == 1
    await privacy.opt_in(village.clan, ME)
    assert rows(place, "SELECT * FROM authors") == []


async def test_people_who_left_are_forgotten_when_their_time_is_over(
    village: Village, privacy: Privacy, place: Place, clock: Clock
) -> None:
    for user in (ME, YOU, 5):
        await village.wrote(user, NOW)
    await privacy.left(village.clan, ME)
    clock.now = NOW + 20 * DAY
    await privacy.left(village.clan, ME)
    await privacy.left(village.clan, YOU)
    clock.now = NOW + 31 * DAY
    assert await privacy.forget_left(village.clan) == Forgotten()
    await privacy.keep_left_for(village.clan, 30)
    clan = await village.known_clans.of_guild(1)
    assert clan is not None
    assert await privacy.forget_left(clan) == Forgotten(people=1, messages=1)
    assert kept(place).totals.keys() == {YOU, 5}
    await privacy.present(clan, {YOU}, all_of_them=False)
    clock.now = NOW + 90 * DAY
    assert await privacy.forget_left(clan) == Forgotten()


async def test_who_comes_back_while_others_who_left_are_forgotten_is_kept(
    village: Village,
    privacy: Privacy,
    place: Place,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for user in (ME, YOU):
        await village.wrote(user, NOW)
        await privacy.left(village.clan, user)
    clock.now = NOW + 31 * DAY
    await privacy.keep_left_for(village.clan, 30)
    clan = await village.known_clans.of_guild(1)
    assert clan is not None

    async def back_meanwhile(database: Database) -> None:
        await privacy.present(clan, {YOU}, all_of_them=False)
        await sweep(database)

    monkeypatch.setattr("bot.services.privacy.forgetting.sweep", back_meanwhile)
    assert await privacy.forget_left(clan) == Forgotten(people=1, messages=1)
    assert kept(place).totals.keys() == {YOU}


async def test_whoever_is_missing_on_the_server_has_left_it_only_if_all_were_seen(
    village: Village, privacy: Privacy, place: Place
) -> None:
    await village.wrote(ME, NOW)
    await village.wrote(YOU, NOW)
    gone = "SELECT discord_user_id AS who FROM authors WHERE left_at IS NOT NULL"
    await privacy.present(village.clan, {ME}, all_of_them=False)
    assert rows(place, gone) == []
    await privacy.present(village.clan, {ME}, all_of_them=True)
    assert rows(place, gone) == [{"who": YOU}]
    await privacy.present(village.clan, {ME, YOU}, all_of_them=True)
    assert rows(place, gone) == []


async def test_who_opted_out_is_not_counted_in_the_clan_chat_either_if_an_officer_confirmed_them(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome"})
    await village.linked(1, ME)
    await village.linked(2, ME, state=StoredState.CLAIMED)
    await privacy.opt_out(village.clan, ME)
    spoken = [
        IncomingMessage(
            each.message_id, each.channel_info, NO_USER, name, "", each.sent_at, told=told_of
        )
        for each, name, told_of in (
            (heard(1), "mossy_fox", None),
            (heard(2), "Mossy Fox", BroadcastKind.DROP),
            (heard(3), "Pure Gnome", None),
        )
    ]
    await intake.store(village.clan, spoken)
    counted = rows(place, "SELECT a.name FROM messages m JOIN authors a ON a.id = m.author_id")
    assert [row["name"] for row in counted] == ["Pure Gnome"]
    assert rows(place, "SELECT * FROM broadcasts") == []


sayings = st.lists(
    st.tuples(
        st.integers(0, 60 * 30),  # minute
        st.integers(1, 4),  # user
        st.sampled_from([GENERAL, PVM]),
        st.booleans(),  # asks
        st.none() | st.integers(0, 30),  # which earlier one it replies to
    ),
    max_size=40,
)


def messages_of(said: Sequence[tuple[Any, ...]]) -> list[IncomingMessage]:
    found: list[IncomingMessage] = []
    for number, (minute, user, channel_info, asks, target) in enumerate(said):
        at = NOW + minute * timedelta(minutes=1)
        reply = found[target].message_id if target is not None and target < len(found) else None
        found.append(heard(number, user, at, channel_info, asks=asks, reply_to=reply))
    return found


@settings(max_examples=40, deadline=None)
@given(said=sayings, who=st.integers(1, 4))
def test_the_others_numbers_are_what_the_facts_that_remain_make(
    template: Path, said: list[tuple[Any, ...]], who: int
) -> None:
    async def forgetting(path: Path) -> None:
        async with opened(path) as database:
            clock = Clock(NOW + 9 * DAY)
            known = Clans(database, clock)
            intake = Intake(database, known, clock)
            clan: Clan = await known.found(1, "Iron Cabbage")
            await intake.store(clan, messages_of(said))
            await Privacy(database, clock).forget(clan, who)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(copy(template, Path(folder) / "clan.db"))
        asyncio.run(forgetting(path))
        remaining = [each for each in messages_of(said) if each.user_id != who]
        assert kept(path) == told(remaining, UTC_ZONE)


async def test_after_a_restart_no_history_brings_anybody_back(
    village: Village, privacy: Privacy, place: Place, known_clans: Clans, clock: Clock
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, ME)
    await privacy.forget(village.clan, ME)
    async with opened(place) as again:
        intake = Intake(again, known_clans, clock)
        page = [heard(1, ME, NOW - DAY), spoken(2, "mossy_fox", NOW - DAY), heard(3, YOU)]
        await intake.store(village.clan, page)
        assert [row["who"] for row in rows(place, "SELECT discord_user_id who FROM authors")] == [
            YOU
        ]
        await intake.store(village.clan, [heard(4, ME, NOW + HOUR)])
        assert ME in kept(place).totals


async def test_what_another_bot_on_the_same_database_heard_before_brings_nobody_back(
    village: Village, privacy: Privacy, place: Place, known_clans: Clans, clock: Clock
) -> None:
    await village.wrote(ME, NOW - DAY)
    async with opened(place) as theirs:
        intake, presence = Intake(theirs, known_clans, clock), Presence(theirs, clock)
        intake.hear(1, heard(1, ME, NOW - HOUR))
        await intake.flush()
        intake.hear(1, heard(2, ME, NOW))
        presence.show(1, ME)
        await privacy.forget(village.clan, ME)
        await intake.flush()
        await presence.flush(is_last=True)
        assert everywhere(place, ME) == []


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_wrong_clock_keeps_nothing_from_before_and_everything_from_after(
    village: Village, intake: Intake, privacy: Privacy, place: Place, hours: int
) -> None:
    pressed_at = NOW
    village.clock.now = NOW + hours * HOUR
    before, after = heard(1, ME, pressed_at), heard(2, ME, pressed_at + 2 * MINUTE)
    for each in (before, after):
        intake.hear(1, each)
    await privacy.forget(village.clan, ME, pressed_at)
    await intake.flush()
    assert kept(place).facts.keys() == {after.message_id}


async def test_a_clan_that_invites_the_bot_again_while_others_are_forgotten_is_kept(
    village: Village, privacy: Privacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await village.known_clans.found(2, "Other")
    gone = await village.changed(removed_at=NOW - 40 * DAY)
    await village.known_clans.leave(other.guild_id)
    village.clock.now = NOW + 40 * DAY

    async def invited_meanwhile(database: Database) -> None:
        await village.known_clans.found(other.guild_id, "Other")
        await sweep(database)

    monkeypatch.setattr("bot.services.privacy.forgetting.sweep", invited_meanwhile)
    assert await privacy.forget_removed(30 * DAY) == (gone,)
    assert [each.guild_id for each in await village.known_clans.known()] == [other.guild_id]


async def test_a_clan_that_removed_the_bot_is_forgotten_after_its_days_and_no_other(
    village: Village, intake: Intake, privacy: Privacy, place: Place
) -> None:
    await entangled(village, intake)
    await privacy.forget(village.clan, ME)
    other = await village.known_clans.found(2, "Other")
    await village.changed(removed_at=NOW - 30 * DAY + HOUR)
    assert await privacy.forget_removed(30 * DAY) == ()
    gone = await village.changed(removed_at=NOW - 30 * DAY)
    assert await privacy.forget_removed(30 * DAY) == (gone,)
    assert await village.known_clans.known() == (other,)
    assert everywhere(place, YOU, f"User {YOU}") == []
    assert one(place, "SELECT count(*) FROM players") == 2
    # Invited again, it begins anew, and whoever asked to be forgotten stays so.
    village.clan = await village.known_clans.found(gone.guild_id, "Again")
    await privacy.forget_again()
    await intake.store(village.clan, [heard(1, ME, NOW - HOUR), heard(3, YOU, NOW - HOUR)])
    assert one(place, "SELECT count(*) FROM messages") == 1
