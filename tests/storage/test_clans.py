"""Clans beside each other in one database: none of them can read what belongs to another."""

import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import storage
from storage import (
    absences,
    authors,
    blind_spots,
    bridges,
    cases,
    channel_counts,
    channel_days,
    chat,
    clan_rows,
    clans,
    digests,
    exemptions,
    forgetting,
    forgotten,
    given,
    identity_revision,
    imported,
    integrity_numbers,
    left_out,
    links,
    marks,
    messages,
    metrics,
    newcomers,
    players,
    policies,
    presence,
    privacy,
    questions,
    remains,
    rollups,
    runs,
    snapshots,
    traces,
)
from storage.bridges import Speaker
from storage.columns import first_snowflake
from storage.engine import Connection, Database
from storage.errors import Overtaken
from storage.newcomers import FirstDays
from storage.players import MembershipEventRow
from storage.tables import AUTHOR_HOURS, AUTHOR_TOTALS, MESSAGES, QUESTIONS
from tests.clan_keys import without_clan
from tests.statements import NOBODY_OF_STORAGE, statements
from tests.storage.rows import (
    DAY,
    HOUR,
    NOW,
    a_channel,
    a_clan,
    a_fact,
    a_line,
    an_author,
    members,
    note_place,
    observe,
    only,
    opened,
)

ROOM = tuple(
    import_module(f"storage.{each.name}") for each in pkgutil.iter_modules(storage.__path__)
)
"""Every module: a new one cannot be left out."""
MINUTE = timedelta(minutes=1)
START, END = NOW - 7 * DAY, NOW + DAY
DAYS = (START.date(), END.date())
UTC_DAYS = channel_days.days_begun(first_snowflake(START), first_snowflake(END))
IDS = [first_snowflake(NOW + hours * HOUR) for hours in range(5)]
ALL_IDS = sorted(
    {
        first_snowflake(at) + more
        for number in (1, 2)
        for more in (0, number)
        for at in (
            NOW,
            *(NOW - number * days * DAY for days in (30, 40, 50)),
            *(NOW + number * HOUR + minutes * MINUTE for minutes in range(4)),
        )
    }
)
"""Those of all that is written in two clans."""

CHANNELS = range(1, 9)
AUTHORS, PLAYERS, USERS = range(1, 13), (10, 11, 20, 21), (7, 100, 200)


async def in_order(found: Awaitable[set[Any]]) -> list[Any]:
    return sorted(await found)


async def gathered(pages: AsyncIterator[list[Any]]) -> list[Any]:
    return [row async for page in pages for row in page]


async def noticed(connection: Connection, clan_id: int) -> set[Any]:
    return set(await cases.noticed_since(connection, clan_id, START))


async def questions_there(connection: Connection) -> list[questions.QuestionRow]:
    """Return the questions that both clans might have, were they one."""
    rows = (await connection.execute(select(QUESTIONS).order_by(QUESTIONS.c.message_id))).all()
    names = questions.QuestionRow._fields
    return [questions.QuestionRow(*(row._mapping[each] for each in names)) for row in rows]


async def said_there(connection: Connection) -> list[messages.Stored]:
    """Return what both clans might have said, were they one, but for the questions."""
    columns = [MESSAGES.c[each] for each in messages.Stored._fields]
    said = [messages.Stored(*row) for row in await connection.execute(select(*columns))]
    return [each for each in said if not each.is_question]


async def waiting(connection: Connection, ids: Collection[int]) -> Mapping[int, object]:
    said = dict.fromkeys(ids, await said_there(connection))
    return await questions.waiting_for(connection, said, HOUR)


async def next_ones(connection: Connection, ids: Collection[int]) -> Mapping[int, object]:
    asked = dict.fromkeys(ids, await questions_there(connection))
    return await questions.next_speakers(connection, asked, HOUR)


async def replies(connection: Connection, ids: Collection[int]) -> Mapping[int, object]:
    asked = dict.fromkeys(ids, await questions_there(connection))
    return await questions.first_replies(connection, asked)


async def who_left(connection: Connection, clan_id: int, users: Sequence[int]) -> list[int]:
    return [each for each in users if await privacy.has_left(connection, clan_id, each, END)]


async def every_author(read: Callable[[int], Awaitable[list[int]]]) -> list[int]:
    return [each for who in AUTHORS for each in await read(who)]


SHARED: dict[str, Callable[[Connection, Collection[int]], Awaitable[Mapping[int, object]]]] = {
    "authors.places": lambda it, ids: authors.places(it, dict.fromkeys(ids, (50, 1, 2))),
    "bridges.known_ids": lambda it, ids: bridges.known_ids(it, dict.fromkeys(ids, ALL_IDS)),
    "forgotten.among": lambda it, ids: forgotten.among(
        it, {each: ["all", f"of {each}"] for each in ids}
    ),
    "messages.known_ids": lambda it, ids: messages.known_ids(it, dict.fromkeys(ids, ALL_IDS)),
    "messages.stored": lambda it, ids: messages.stored(it, dict.fromkeys(ids, IDS)),
    "players.bearings": lambda it, ids: players.bearings(
        it, dict.fromkeys(ids, ("player 10", "player 20"))
    ),
    "privacy.opted_out": lambda it, ids: privacy.opted_out(it, dict.fromkeys(ids, USERS)),
    "privacy.opted_out_speakers": lambda it, ids: privacy.opted_out_speakers(
        it, dict.fromkeys(ids, tuple(f"player {each}" for each in PLAYERS))
    ),
    "questions.asked": lambda it, ids: questions.asked(it, dict.fromkeys(ids, ALL_IDS)),
    "questions.asked_or_answered_by": lambda it, ids: questions.asked_or_answered_by(
        it, dict.fromkeys(ids, ALL_IDS)
    ),
    "questions.first_replies": replies,
    "questions.next_speakers": next_ones,
    "questions.waiting_for": waiting,
}
"""What is read of several clans by one statement."""


def alone(name: str) -> Callable[[Connection, int], Awaitable[object]]:
    """Return how one clan reads what several can read together."""

    async def read(connection: Connection, clan_id: int) -> object:
        found = await only(SHARED[name](connection, [clan_id]))
        return sorted(found) if isinstance(found, set) else found

    return read


READS: dict[str, Callable[[Connection, int], Awaitable[object]]] = {
    "absences.last_risen": lambda it, clan: absences.last_risen(
        it, clan, dict.fromkeys(PLAYERS, START)
    ),
    "absences.last_written": lambda it, clan: absences.last_written(it, clan, USERS),
    "absences.of_clan": lambda it, clan: absences.of_clan(it, clan, NOW.date()),
    "digests.of_clan": digests.of_clan,
    "digests.posts": digests.posts,
    "exemptions.standing": lambda it, clan: exemptions.standing(it, clan, NOW.date()),
    "privacy.left_before": lambda it, clan: privacy.left_before(it, clan, END),
    "privacy.has_left": lambda it, clan: who_left(it, clan, (1000, 2000)),
    "privacy.hidden_players": lambda it, clan: in_order(privacy.hidden_players(it, clan)),
    "privacy.users": privacy.users,
    "cases.newest": lambda it, clan: cases.newest(it, clan, 9),
    "cases.of_players": lambda it, clan: cases.of_players(it, clan, PLAYERS),
    "cases.standing": cases.standing,
    "policies.history": lambda it, clan: policies.history(it, clan, 9),
    "policies.newest": policies.newest,
    "traces.cases": lambda it, clan: traces.cases(it, clan, PLAYERS),
    "traces.authors": lambda it, clan: traces.authors(it, clan, AUTHORS),
    "traces.chat": lambda it, clan: traces.chat(it, clan, AUTHORS),
    "traces.game": lambda it, clan: traces.game(it, clan, PLAYERS),
    "traces.messages": lambda it, clan: gathered(traces.messages(it, clan, AUTHORS)),
    "traces.standing": lambda it, clan: traces.standing(it, clan, 7, PLAYERS),
    "authors.channels": authors.channels,
    "authors.names_of": lambda it, clan: authors.names_of(it, clan, USERS),
    "authors.totals": authors.totals,
    "authors.writers": authors.writers,
    "bridges.counts": lambda it, clan: bridges.counts(it, clan, START, END),
    "bridges.of_clan": bridges.of_clan,
    "chat.author_hours": lambda it, clan: chat.author_hours(it, clan, AUTHORS, START),
    "cases.counts": lambda it, clan: cases.counts(it, clan, "inactivity", PLAYERS),
    "cases.noticed_since": lambda it, clan: in_order(noticed(it, clan)),
    "chat.capped_messages": lambda it, clan: chat.capped_messages(it, clan, [(START, END, 5)]),
    "chat.days_written": lambda it, clan: chat.days_written(it, clan, *DAYS),
    "messages.answered_authors": lambda it, clan: messages.answered_authors(
        it, clan, AUTHORS, START, HOUR
    ),
    "chat.clan_hours": lambda it, clan: chat.clan_hours(it, clan, START, END),
    "chat.messages_on_days": lambda it, clan: chat.messages_on_days(it, clan, [DAYS, DAYS]),
    "chat.written_in_hours": lambda it, clan: chat.written_in_hours(it, clan, [(START, END)]),
    "chat.hours_of": lambda it, clan: chat.hours_of(it, clan, AUTHORS, START, END),
    "chat.first_hour": lambda it, clan: chat.first_hour(it, clan, START, END),
    "chat.written_on_days": lambda it, clan: chat.written_on_days(it, clan, [DAYS, DAYS]),
    "forgotten.of_clan": forgotten.of_clan,
    "identity_revision.read": identity_revision.read,
    "links.confirmed_roles": lambda it, clan: links.confirmed_roles(it, clan, 7),
    "links.actions": lambda it, clan: links.actions(it, clan, 5),
    "links.changes_since": lambda it, clan: links.changes_since(it, clan, NOW - DAY),
    "links.every": links.every,
    "links.of_clan": links.of_clan,
    "channel_counts.by_channel_and_author": lambda it, clan: channel_counts.by_channel_and_author(
        it, clan, [START, NOW - DAY]
    ),
    "messages.counts": lambda it, clan: messages.counts(it, clan, START, END),
    "imported.first_by_channel": imported.first_by_channel,
    "imported.first_outside": lambda it, clan: imported.first_outside(it, clan, [99]),
    "imported.stand_ins": lambda it, clan: in_order(imported.stand_ins(it, clan)),
    "remains.first_there": lambda it, clan: remains.first_there(it, clan, USERS),
    "integrity_numbers.wrong_totals": integrity_numbers.wrong_totals,
    "channel_days.uneven": lambda it, clan: channel_days.uneven(it, clan, UTC_DAYS),
    "channel_days.written_on": lambda it, clan: channel_days.written_on(it, clan, [UTC_DAYS]),
    "rollups.uneven_hours": lambda it, clan: rollups.uneven_hours(it, clan, (START, END)),
    "newcomers.beginnings": lambda it, clan: newcomers.beginnings(
        it, clan, [FirstDays(each, START, END, START, END) for each in AUTHORS], HOUR, {}
    ),
    "marks.can_change": lambda it, clan: marks.can_change(it, clan, IDS[1]),
    "players.events_between": lambda it, clan: players.events_between(it, clan, START, END),
    "players.held_roles": players.held_roles,
    "questions.of_span": lambda it, clan: questions.of_span(it, clan, START, END),
    "questions.answered_among": lambda it, clan: questions.answered_among(
        it, clan, [(one, other) for one in AUTHORS for other in AUTHORS], START
    ),
    "bridges.speakers_called": lambda it, clan: bridges.speakers_called(it, clan, ["no ob"]),
    "players.names": players.names,
    "players.told_unanswered": lambda it, clan: in_order(players.told_unanswered(it, clan, START)),
    "players.last_change_at": players.last_change_at,
    "players.places": lambda it, clan: players.places(it, clan, with_former=True),
    "rollups.extent": rollups.extent,
    "messages.ids_between": lambda it, clan: in_order(
        messages.ids_between(it, clan, ALL_IDS[0], ALL_IDS[-1])
    ),
    "messages.of_authors": lambda it, clan: messages.of_authors(it, clan, AUTHORS),
    "left_out.counted_in": lambda it, clan: left_out.counted_in(it, clan, CHANNELS, 0, 9),
    "left_out.kept_of": lambda it, clan: left_out.kept_of(it, clan, CHANNELS, 0, 9),
    "left_out.with_anything": lambda it, clan: in_order(left_out.with_anything(it, clan, CHANNELS)),
    "left_out.stored_since": lambda it, clan: left_out.stored_since(it, clan, CHANNELS, 0),
    "bridges.told_between": lambda it, clan: in_order(
        bridges.told_between(it, clan, ALL_IDS[0], ALL_IDS[-1])
    ),
    "bridges.told_of": lambda it, clan: bridges.told_of(it, clan, AUTHORS),
    "traces.events": lambda it, clan: traces.events(it, clan, AUTHORS),
    "traces.first_day": lambda it, clan: traces.first_day(it, clan, AUTHORS),
    "remains.first_kept": lambda it, clan: remains.first_kept(it, clan, AUTHORS),
    "remains.kept_until": lambda it, clan: every_author(
        lambda who: remains.kept_until(it, clan, who, END, 9)
    ),
    "forgetting.questions_of": lambda it, clan: forgetting.questions_of(it, clan, AUTHORS, 0, 9),
    "forgetting.answered_by": lambda it, clan: forgetting.answered_by(it, clan, AUTHORS, 0, 9),
    "messages.writers_in": lambda it, clan: messages.writers_in(it, clan, range(1, 9), START),
    "metrics.paths_of_activities": lambda it, clan: metrics.paths_of_activities(
        it, clan, [(START, PLAYERS)], NOW
    ),
    "presence.since": lambda it, clan: presence.since(it, clan, *DAYS, DAYS[:1]),
    "presence.voice_from": presence.voice_from,
    "chat.week_hours": lambda it, clan: chat.week_hours(it, clan, [(START, END, HOUR)]),
    "channel_counts.by_channel": lambda it, clan: channel_counts.by_channel(
        it, clan, START, NOW, END
    ),
    "presence.voice_quarters": lambda it, clan: presence.voice_quarters(it, clan, START, END),
    "blind_spots.unread_from": blind_spots.unread_from,
    "blind_spots.hidden_channels": blind_spots.hidden_channels,
    "traces.presence": lambda it, clan: traces.presence(it, clan, 7),
    "blind_spots.blindness": lambda it, clan: blind_spots.blindness(it, clan, START),
    "blind_spots.blind_since": blind_spots.blind_since,
    "runs.last_runs": runs.last_runs,
    "metrics.paths": lambda it, clan: metrics.paths(it, clan, [(START, None)]),
    "metrics.ranked_values": metrics.ranked_values,
    "snapshots.rises": lambda it, clan: snapshots.rises(it, clan, START),
    "snapshots.seen_at": lambda it, clan: snapshots.seen_at(it, clan, [NOW]),
    **{name: alone(name) for name in SHARED},
}
WRITES = {
    *("authors.author_ids", "authors.move_cursors", "authors.note_places", "authors.set_counted"),
    *("links.note", "links.put", "links.remove", "links.set_no_discord"),
    *("bridges.declare", "bridges.remove", "bridges.speaker_ids", "bridges.start_over"),
    *("players.remove_places", "players.remove_events", "blind_spots.fill"),
    *("clans.change", "links.confirm", "messages.add", "messages.remove", "players.note_events"),
    "marks.let_alone_answer",
    "marks.put",
    *(
        "players.put_in",
        "players.take_out",
        "rollups.roll_up",
        "runs.begin",
        "blind_spots.go_blind",
    ),
    *(
        "blind_spots.forget_gone",
        "blind_spots.see_again",
        "blind_spots.be_away",
        "blind_spots.read_since",
    ),
    *("blind_spots.forget_channel", "blind_spots.set_viewers"),
    *("forgetting.delete_presence", "presence.add", "presence.add_voice", "presence.forget_all"),
    *("absences.add", "absences.call_off", "absences.change", "exemptions.add", "exemptions.end"),
    *("forgetting.delete_authors", "forgetting.delete_rollups", "forgetting.delete_ties"),
    *("channel_days.add", "channel_days.take_away", "channel_days.take_authors_out"),
    "channel_days.replace",
    *("forgetting.clean_words", "forgetting.delete_words", "forgetting.unname"),
    *("privacy.note_left", "privacy.opt_in", "privacy.opt_out", "clan_rows.delete_clan"),
    *("rollups.find_last_written", "questions.set_answers"),
    *("left_out.keep", "left_out.empty", "bridges.rename", "bridges.add", "bridges.credit"),
    *("integrity_numbers.total_anew", "forgetting.delete_facts"),
    *("left_out.let_go", "players.put_in_former", "blind_spots.never_kept"),
    "remains.drop_presence",
    *("cases.extend", "cases.add"),
    *("digests.put", "digests.claim", "digests.note"),
    *("policies.add", "forgotten.note", "clans.greet", "players.tell_unanswered"),
}


NOTHING: Sequence[Any] = (None, 0, [], {}, [{}], [[]], [{}, {}])
"""What is read of a clan that is not there."""


async def read_by(connection: Connection, clan_id: int) -> dict[str, object]:
    """Return all that is read of a clan, by what reads it."""
    return {name: await read(connection, clan_id) for name, read in READS.items()}


async def settle(connection: Connection, number: int) -> int:
    """Make a clan that has something of everything; the numbers of two of them differ."""
    clan_id = await a_clan(connection, guild_id=number)
    await members(connection, clan_id, [number * 10, number * 10 + 1], f"role {number}")
    came = MembershipEventRow(number * 10, "joined", NOW - number * HOUR)
    await players.note_events(connection, clan_id, [came])
    for days in (9, 1):
        at = NOW - days * DAY + number * HOUR
        await metrics.metric_ids(connection, {"clue_scrolls_all": "activity"})
        news = {"zulrah": 100 * number - days, "clue_scrolls_all": 100 * number - days}
        await observe(connection, number * 10, at, news, xp=1000 - days)
        await observe(connection, number * 10, at + HOUR, xp=1001 - days)
    who = await an_author(connection, clan_id, user_id=7)
    channel = await a_channel(connection, clan_id, discord_id=number)
    long_ago = a_fact(who, channel, NOW - number * 30 * DAY)
    asked = a_fact(who, channel, NOW + number * HOUR, asks=True)
    await messages.add(connection, {clan_id: [long_ago, asked]})
    await settle_questions(connection, clan_id, channel, number)
    aside = a_fact(who, channel, NOW - number * 40 * DAY).message
    await left_out.keep(connection, clan_id, [aside])
    await bridges.declare(connection, clan_id, number, f"pattern {number}", number)
    told = bridges.BroadcastRow(IDS[0] + number, channel, who, f"kind {number}", NOW)
    often = [told._replace(message_id=told.message_id + 10 * each) for each in range(number)]
    await bridges.add(connection, {clan_id: often})
    link = links.StandingLink(number * 10, 7, links.StoredState.CONFIRMED, is_main=True)
    await links.confirm(connection, clan_id, link, decided_by=number, now=NOW)
    await links.set_no_discord(connection, clan_id, number * 10, has_none=True)
    await links.note(
        connection, clan_id, [links.LinkEventRow(number * 10, 7, "confirm")], number, NOW
    )
    await runs.begin(connection, f"poll {number}", clan_id, "trace", NOW)
    await blind_spots.go_blind(connection, clan_id, channel, NOW, f"reason {number}")
    await forgotten.note(connection, clan_id, {"all": NOW + number * HOUR, f"of {number}": NOW})
    await blind_spots.be_away(connection, clan_id, NOW - number * DAY, NOW, "away")
    await settle_presence(connection, clan_id, number)
    await settle_wishes(connection, clan_id, number)
    await settle_decisions(connection, clan_id, number)
    await bridges.speaker_ids(connection, {clan_id: {Speaker("no ob"): f"No ob {number}"}})
    stranger = await an_author(connection, clan_id, user_id=number * 100)
    stand_in = a_fact(stranger, channel, NOW - number * 50 * DAY)
    made = stand_in.message._replace(flags=messages.Flag.STAND_IN)
    await messages.add(connection, {clan_id: [stand_in._replace(message=made)]})
    await players.tell_unanswered(connection, clan_id, [number * 10], NOW)
    await settle_digest(connection, clan_id, number)
    await settle_faults(connection, clan_id, who, number)
    for days in range(number):
        never = first_snowflake(START + (2 + days) * DAY)
        await channel_days.add(connection, {clan_id: [(never, channel)]})
    return clan_id


async def settle_digest(connection: Connection, clan_id: int, number: int) -> None:
    """Have a digest that was begun."""
    await digests.put(connection, clan_id, digests.DigestRow("weekly", number, 18, None, NOW))
    await digests.claim(connection, clan_id, "members", NOW - number * DAY, NOW)


async def settle_faults(connection: Connection, clan_id: int, author_id: int, number: int) -> None:
    """Have totals and hours that do not follow from each other."""
    wrong = update(AUTHOR_TOTALS).where(AUTHOR_TOTALS.c.author_id == author_id)
    await connection.execute(wrong.values(answers=99))
    counts = {"messages": 1, "questions": 0, "answers": 0}
    for hours in range(number):
        at = START + hours * HOUR
        await connection.execute(
            AUTHOR_HOURS.insert().values(clan_id=clan_id, author_id=author_id, hour_at=at, **counts)
        )


async def settle_questions(connection: Connection, clan_id: int, channel: int, number: int) -> None:
    """Have somebody answer somebody else."""
    asker, helper = [await an_author(connection, clan_id, user_id=who) for who in (71, 72)]
    asked_at, answered_at = (NOW + number * HOUR + n * MINUTE for n in (1, 2))
    asked = a_fact(asker, channel, asked_at, asks=True)
    answer = a_fact(helper, channel, answered_at)
    asked_id = asked.message.message_id
    reply = a_fact(helper, channel, answered_at + MINUTE, reply_to=asked_id)
    await messages.add(connection, {clan_id: [asked, answer, reply]})
    (row,) = await only(questions.asked(connection, {clan_id: [asked_id]}))
    credit: dict[str, Any] = {
        "answer_id": answer.message.message_id,
        "answered_by": helper,
        "answered_at": answered_at,
    }
    await questions.set_answers(connection, {clan_id: [row._replace(**credit)]})


async def settle_presence(connection: Connection, clan_id: int, number: int) -> None:
    """Have somebody in voice, and a channel that the bot never could read."""
    seen_on = NOW.date() - number * DAY
    days = {(7, NOW.date()): 60 * number, (7, seen_on): 60}
    await presence.add(connection, {clan_id: days})
    await presence.add_voice(connection, {clan_id: {NOW - number * HOUR: 60 * number}})
    place: dict[str, Any] = {"name": f"hidden {number}", "kind": "text", "parent_id": None}
    await note_place(connection, clan_id, 50, is_readable=False, **place)
    hidden = (await authors.channels(connection, clan_id))[50].channel_id
    await blind_spots.set_viewers(connection, clan_id, hidden, {7})


async def settle_wishes(connection: Connection, clan_id: int, number: int) -> None:
    """Have somebody on leave, somebody exempt, and people who opted out or left."""
    made = {"reason": f"reason {number}", "set_by": number, "set_at": NOW}
    leave = {"discord_user_id": 7, "player_id": None, "from_on": NOW.date(), "until_on": None}
    await absences.add(connection, clan_id, leave | made)
    await exemptions.add(connection, clan_id, {"player_id": number * 10, **made})
    for user_id in (7, number * 100):
        await privacy.opt_out(connection, clan_id, user_id, NOW)
    await an_author(connection, clan_id, user_id=number * 1000)
    await privacy.note_left(connection, clan_id, [7, number * 1000], NOW)


async def settle_decisions(connection: Connection, clan_id: int, number: int) -> None:
    """Have a policy of 9 and number, a standing case, and one that is over; all by user 2."""
    version = policies.Version(9 + number, {"number": number}, 2, NOW)
    await policies.add(connection, clan_id, version)
    for kind, *states in (("promotion", "open", "approved"), ("inactivity", "noticed", "closed")):
        head = {"player_id": number * 10, "kind": kind, "role": "member", "policy_version": number}
        lines = [a_line(state, why=f"by <@2> of {number}") for state in states]
        await cases.add(connection, clan_id, [(head | {"target": None}, lines)])


async def test_nobody_extends_another_clan_s_case(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await settle(connection, 1), await settle(connection, 2)
        (theirs,) = await cases.standing(connection, two)
        grown = cases.Growth(theirs.case_id, 2, [a_line("closed")])
        with pytest.raises(Overtaken):
            await cases.extend(connection, one, [grown])
        assert await cases.standing(connection, two) == [theirs]


async def test_what_is_forgotten_in_one_clan_is_kept_in_the_other(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await settle(connection, 1), await settle(connection, 2)
        before = [await READS[read](connection, two) for read in sorted(READS)]
        await forgetting.delete_rollups(connection, one, AUTHORS[:1])
        await forgetting.delete_ties(connection, one, 7, AUTHORS[:1])
        await forgetting.delete_words(connection, one, 7, PLAYERS)
        await forgetting.delete_presence(connection, one, 7)
        await presence.add(connection, {one: {(7, NOW.date()): 5}})
        await presence.add_voice(connection, {one: {NOW: 5}})
        await presence.forget_all(connection, one)
        await blind_spots.be_away(connection, one, START, NOW, "away")
        await blind_spots.read_since(connection, one)
        await blind_spots.set_viewers(connection, one, 1, {8})
        await blind_spots.forget_channel(connection, one, 50)
        await forgetting.unname(connection, one, 2)
        await forgetting.clean_words(connection, one, 2, ("leave",))
        (leave,) = await absences.of_clan(connection, two, NOW.date())
        await absences.change(connection, one, leave.absence_id, reason="changed")
        await absences.call_off(connection, one, [leave.absence_id])
        (held,) = await exemptions.standing(connection, two, NOW.date())
        await exemptions.end(connection, one, held.exemption_id, NOW)
        await privacy.opt_in(connection, one, 7)
        await privacy.note_left(connection, one, [7], None)
        assert [await READS[read](connection, two) for read in sorted(READS)] == before
        assert await absences.of_clan(connection, one, NOW.date()) == []


def test_every_function_about_a_clan_is_listed_here() -> None:
    found = {
        f"{module.__name__.removeprefix('storage.')}.{name}"
        for module in ROOM
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
        if function.__module__ == module.__name__ != given.__name__
        and not name.startswith("_")
        and {"clan_id", "by_clan"} & inspect.signature(function).parameters.keys()
    }
    assert found == READS.keys() | WRITES


async def test_a_clan_reads_the_same_whether_it_has_neighbours_or_not(database: Database) -> None:
    async with database.writing() as connection:
        first = await settle(connection, 1)
        alone = await read_by(connection, first)
        second = await settle(connection, 2)
        empty = [name for name, found in alone.items() if not found]
        assert empty == [], "a reading of nothing proves nothing"
        assert await read_by(connection, first) == alone
        theirs = await read_by(connection, second)
        same = [name for name, found in theirs.items() if found in (alone[name], None, [], {})]
        assert same == []
        nobodys = await read_by(connection, second + 1)
        assert [name for name, found in nobodys.items() if found not in NOTHING] == []


async def test_clans_that_are_read_together_read_what_each_reads_alone(database: Database) -> None:
    """Though both have people, channels and messages of the same ids."""
    async with database.writing() as connection:
        both = [await settle(connection, 1), await settle(connection, 2)]
        for name, read in SHARED.items():
            apart = [await only(read(connection, [clan_id])) for clan_id in both]
            assert await read(connection, both) == dict(zip(both, apart, strict=True)), name


async def test_every_statement_about_a_clan_says_of_which(database: Database) -> None:
    async with database.writing() as connection:
        with statements(database) as sent:
            clan_id = await settle(connection, 1)
            for read in READS.values():
                await read(connection, clan_id)
            await clan_rows.delete_clan(connection, clan_id)
    ours = [each for each in sent if each.sender != NOBODY_OF_STORAGE]
    assert [each for each in ours if without_clan(each.text)] == []


async def test_what_one_clan_changes_stays_as_it_is_in_the_other(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await a_clan(connection, 1), await a_clan(connection, 2)
        mine = await a_channel(connection, one, discord_id=5)
        theirs = await a_channel(connection, two, discord_id=5)
        await authors.set_counted(connection, one, 5, is_counted=False)
        await authors.move_cursors(connection, {one: {mine: 9, theirs: 9}})
        await blind_spots.go_blind(connection, one, None, NOW, "away")
        await blind_spots.go_blind(connection, two, None, NOW, "away")
        await blind_spots.see_again(connection, one, None, NOW + HOUR)
        await clans.change(connection, one, name="Changed")
        place = (await authors.channels(connection, two))[5]
        assert (place.is_counted, place.cursor_id) == (True, None)
        assert [
            channel_info.ended_at
            for channel_info in await blind_spots.blindness(connection, two, NOW)
        ] == [None]
        assert [clan.name for clan in await clans.every(connection)] == ["Changed", "Clan 2"]
        found = await clans.served(connection, one, 5)
        assert [clan.name for clan in found.clans] == ["Clan 2"]


async def test_a_clan_is_greeted_and_told_of_somebody_once_and_the_other_for_itself(
    database: Database,
) -> None:
    async with database.writing() as connection:
        one, two = await settle(connection, 1), await settle(connection, 2)
        for clan_id in (one, two):
            assert await clans.greet(connection, clan_id, NOW)
            assert not await clans.greet(connection, clan_id, NOW + HOUR)
        await members(connection, one, [30, 40])
        await members(connection, two, [30])
        assert await players.tell_unanswered(connection, one, [30, 40], NOW) == {30, 40}
        assert await players.tell_unanswered(connection, one, [30, 40], NOW + DAY) == set()
        assert await players.tell_unanswered(connection, two, [30], NOW) == {30}


async def test_a_server_has_one_clan_however_often_it_is_founded(database: Database) -> None:
    async with database.writing() as connection:
        made = await clans.found(connection, 2**63 - 1, "Ours", NOW)
        assert await clans.found(connection, 2**63 - 1, "Renamed", NOW + DAY) == made
        assert await clans.of_guild(connection, 2**63 - 1) == made
        assert await clans.of_guild(connection, 5) is None
        assert (made.zone, made.role_orders, made.permissions) == ("UTC", [], {})


async def test_a_clan_comes_back_as_it_was_changed(path: Path) -> None:
    async with opened(path) as database, database.writing() as connection:
        clan_id = await a_clan(connection)
        await clans.change(
            connection,
            clan_id,
            wom_group_id=139,
            zone="Europe/London",
            role_orders=[("owner", 0), ("member", 1)],
            permissions={"officers": [1, 2]},
            polled_at=NOW,
        )
    async with opened(path) as database, database.reading() as connection:
        (clan,) = await clans.every(connection)
    assert (clan.wom_group_id, clan.zone, clan.polled_at) == (139, "Europe/London", NOW)
    assert clan.role_orders == [("owner", 0), ("member", 1)]
    assert clan.permissions == {"officers": [1, 2]}


async def test_what_never_was_in_one_clan_stays_in_the_other(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await settle(connection, 1), await settle(connection, 2)
        await members(connection, one, [20])
        event = MembershipEventRow(20, "joined", NOW - 2 * HOUR)
        await players.note_events(connection, one, [event])
        await players.remove_events(connection, one, [event])
        await players.remove_places(connection, one, [20])
        assert [place.player_id for place in await players.places(connection, one)] == [10, 11]
        assert [place.player_id for place in await players.places(connection, two)] == [20, 21]
        kept = await players.events_between(connection, two, NOW - DAY, NOW + DAY)
        assert [each for each, _ in kept] == [event]
        speaker = {Speaker("no ob"): "No ob"}
        mine = await only(bridges.speaker_ids(connection, {one: speaker}))
        assert mine != await only(bridges.speaker_ids(connection, {two: speaker}))
        assert await bridges.start_over(connection, one, 2) is None
