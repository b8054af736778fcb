"""Whoever links, renames and unlinks whom: every message is somebody's once, or unmatched."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clan.linking import LinkPair, speaker_key
from bot.clan.standings import Link
from bot.services.people import Identity, Links, Officer, read_identity
from bot.services.setup import Clans
from bot.services.view import Visitor
from storage import authors, players
from storage.engine import insert_missing
from storage.tables import AUTHOR_TOTALS, AUTHORS, MESSAGES
from tests.bot.demo.conftest import Clock
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_player, opened

OFFICER = Officer(999)
NAMES = ["Ann", "Ben", "Cat", "[x] Ann", "ben "]
USERS = {11: "Ann", 12: "nobody", 13: "[GB] ben"}
SPEAKERS = ["Cat", "Old Cat"]


async def book_of(village: Village) -> Identity:
    async with village.database.reading() as connection:
        return await read_identity(connection, village.clan)


async def messages_of(village: Village, user_or_player: int) -> int:
    """Return the messages of the person whose account a player is."""
    identity = await book_of(village)
    person = (await identity.persons()).by_player[user_or_player]
    wrote = {each.author_id: each.messages for each in identity.writers}
    return sum(wrote[author_id] for author_id in person.authors)


async def speak(village: Village, name: str, messages: int) -> int:
    """Have somebody heard in the clan chat; return the author's id."""
    async with village.database.writing() as connection:
        row = {"clan_id": village.clan.clan_id, "bridge_name": name, "name": name}
        await insert_missing(connection, AUTHORS, [row])
        rows = await authors.writers(connection, village.clan.clan_id)
        (author_id,) = [each.author_id for each in rows if each.bridge_name == name]
        channel = await a_channel(connection, village.clan.clan_id, discord_id=77)
        numbers = [next(village.numbers) for _ in range(messages)]
        place = {"author_id": author_id, "channel_id": channel, "sent_at": NOW, "flags": 0}
        mine = {"clan_id": village.clan.clan_id}
        facts = [mine | {"message_id": 10_000 + number, **place} for number in numbers]
        await insert_missing(connection, MESSAGES, facts)
        total = {"author_id": author_id, "messages": messages, "questions": 0, "answers": 0}
        await insert_missing(connection, AUTHOR_TOTALS, [mine | total])
    return author_id


async def renamed(village: Village, player_id: int, name: str) -> None:
    village.clock.now += HOUR
    async with village.database.writing() as connection:
        await players.note_players(connection, [a_player(player_id, name)], village.clock.now)


async def test_attribution_follows_a_link_a_rename_and_a_new_alias_at_once(
    village: Village,
) -> None:
    links = Links(village.database, village.clock)
    await village.settled({1: "One", 2: "Two"})
    await village.wrote(11, NOW, NOW - DAY)
    late, alias = await speak(village, "Later", 5), await speak(village, "Alias", 7)
    assert await messages_of(village, 1) == 0
    await links.confirm(village.clan, LinkPair(1, 11), OFFICER)
    assert await messages_of(village, 1) == 2
    await renamed(village, 1, "Later")
    assert await messages_of(village, 1) == 7
    assert (await book_of(village)).partner_name(speaker_key(late)) == "Later"
    await links.confirm(village.clan, LinkPair(1, speaker_key(alias)), OFFICER)
    assert await messages_of(village, 1) == 14
    await links.unlink(village.clan, 11, "Later")
    assert await messages_of(village, 1) == 12


async def test_a_link_undone_restores_the_numbers(village: Village) -> None:
    links = Links(village.database, village.clock)
    await village.settled({1: "One", 2: "Two"})
    await village.called(11, "One")
    await village.wrote(11, NOW, NOW - DAY)
    await village.called(11, "One")
    before = await (await book_of(village)).persons()
    assert before.links == {1: Link.NAME, 2: Link.NONE}
    await links.confirm(village.clan, LinkPair(2, 11), OFFICER)
    assert (await (await book_of(village)).persons()).links != before.links
    last = (await links.queue(village.clan, [])).last_action
    assert last is not None
    await links.undo(village.clan, last.action_id, OFFICER)
    assert await (await book_of(village)).persons() == before


PLAYERS, WHO = st.integers(1, 4), st.sampled_from([*USERS, -1, -2])
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "confirm", "reject", "unlink", "alt", "main", "rename", "undo"]),
        PLAYERS,
        WHO,
        st.sampled_from(NAMES),
    ),
    max_size=12,
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTIONS)
async def test_the_messages_of_all_persons_and_the_unmatched_are_all_the_facts(
    template: Path, actions: list[tuple[str, int, int, str]]
) -> None:
    with TemporaryDirectory() as folder:
        async with opened(Path(shutil.copy(template, folder))) as database:
            clock = Clock(NOW)
            known_clans = Clans(database, clock)
            village = Village(database, known_clans, clock, await known_clans.found(1, "One"))
            await village.settled({1: "Ann", 2: "Ben", 3: "Cat"})
            await village.settled({4: "Old Cat"}, left_at=NOW - DAY)
            for number, (user, name) in enumerate(USERS.items(), 1):
                await village.wrote(user, *[NOW - hours * HOUR for hours in range(number)])
                await village.called(user, name)
            speakers = [await speak(village, name, 3) for name in SPEAKERS]
            await everything_is_counted_once(village)
            for action, player, who, name in actions:
                user = who if who > 0 else speaker_key(speakers[who])
                await done(village, action, LinkPair(player, user), name)
                await everything_is_counted_once(village)


async def done(village: Village, action: str, pair: LinkPair, name: str) -> None:
    links, clan = Links(village.database, village.clock), village.clan
    by_action: dict[str, Callable[[LinkPair], Awaitable[object]]] = {
        "confirm": lambda pair: links.confirm(clan, pair, OFFICER),
        "reject": lambda pair: links.reject(clan, pair, OFFICER),
        "unlink": lambda pair: links.end(clan, pair, OFFICER),
        "alt": lambda pair: links.mark_alt(clan, pair, OFFICER),
        "main": lambda pair: links.make_main(clan, pair, OFFICER),
        "rename": lambda pair: renamed(village, pair.player_id, name),
        "claim": lambda pair: links.claim(clan, Visitor(abs(pair.user_id), "x", "x"), name),
    }
    if action != "undo":
        await by_action[action](pair)
    elif last := (await links.queue(clan, [])).last_action:
        assert await links.undo(clan, last.action_id, OFFICER) is None


async def everything_is_counted_once(village: Village) -> None:
    identity = await book_of(village)
    persons = await identity.persons()
    wrote = {each.author_id: each.messages for each in identity.writers}
    of_people = sum(wrote[each] for person in persons.people for each in person.authors)
    unmatched = sum(wrote[each] for each in persons.unmatched_authors)
    async with village.database.reading() as connection:
        facts = len((await connection.execute(MESSAGES.select())).all())
    assert of_people + unmatched == facts == sum(wrote.values()) > 0
    everybody = sorted(player for person in persons.people for player in person.players)
    assert everybody == [1, 2, 3, 4]
