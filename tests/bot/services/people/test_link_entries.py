"""The queue of the links: who is in which list, with whom, and what is never suggested."""

import pytest

from bot.clan.linking import LinkPair, speaker_key
from bot.services.people import GuildMember, Links, Officer, QueueEntry
from bot.services.view import Visitor
from storage.engine import insert_missing
from storage.tables import AUTHORS
from tests.bot.services import village as village_of
from tests.bot.services.people.test_links import done
from tests.bot.services.village import Village
from tests.storage.rows import NOW

ANN = GuildMember(11, "Ann", "ann")
OFFICER = Officer(village_of.OFFICER)
BEN = GuildMember(12, "Ben", "ben", "One | GMT")


@pytest.fixture
def links(village: Village) -> Links:
    return Links(village.database, village.clock)


def whom(entry: QueueEntry) -> list[tuple[str, int]]:
    return [(partner.name, partner.score) for partner in entry.partners]


async def speak(village: Village, name: str) -> int:
    """Have somebody heard in the clan chat; return the speaker's key."""
    async with village.database.writing() as connection:
        row = {"clan_id": village.clan.clan_id, "bridge_name": name, "name": name}
        await insert_missing(connection, AUTHORS, [row])
        found = await connection.execute(AUTHORS.select().where(AUTHORS.c.bridge_name == name))
        return speaker_key(found.one().id)


async def test_an_empty_clan_has_no_questions(village: Village, links: Links) -> None:
    queue = await links.queue(village.clan, [])
    assert (queue.claims, queue.unmatched_users, queue.unmatched_players) == ((), (), ())
    queue = await links.queue(village.clan, [ANN])
    assert [entry.name for entry in queue.unmatched_users] == ["Ann"]


async def test_a_user_and_a_player_are_suggested_to_each_other_with_the_reason(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Zezima"})
    queue = await links.queue(village.clan, [ANN, BEN])
    (ben, ann) = queue.unmatched_users
    assert (ben.name, whom(ben)) == ("One | GMT", [("One", 95)])
    assert ben.partners[0].why == "same name but for decoration, nickname"
    assert whom(ann) == []
    assert [whom(entry) for entry in queue.unmatched_players] == [[("One | GMT", 95)], []]


async def test_a_rejected_pair_is_never_suggested_again(village: Village, links: Links) -> None:
    await village.settled({1: "One"})
    await links.reject(village.clan, LinkPair(1, BEN.user_id), OFFICER)
    queue = await links.queue(village.clan, [ANN, BEN])
    assert not any(entry.partners for entry in queue.unmatched_users)
    assert not any(entry.partners for entry in queue.unmatched_players)


async def test_a_sure_pair_stands_in_its_own_list_alone(village: Village, links: Links) -> None:
    await village.settled({1: "Ann", 2: "Two"})
    queue = await links.queue(village.clan, [ANN, BEN])
    assert [(each.player, each.user) for each in queue.sure_pairs] == [("Ann", "Ann")]
    assert [entry.name for entry in queue.unmatched_users] == ["One | GMT"]
    assert [entry.name for entry in queue.unmatched_players] == ["Two"]
    assert [partner.name for partner in queue.partners_of(ANN.user_id)] == ["Ann"]


async def test_sure_pairs_are_confirmed_in_one_deed_and_taken_back_in_one(
    village: Village, links: Links
) -> None:
    await village.settled({number: f"Name {number}" for number in range(1, 6)})
    guild_members = [
        GuildMember(10 + number, f"Name {number}", f"x{number}") for number in range(1, 5)
    ]
    await links.claim(village.clan, Visitor(11, "Name 1", "x1"), "Name 1")
    queue = await links.queue(village.clan, guild_members)
    assert len(queue.sure_pairs) == 4
    pairs = [each.pair for each in queue.sure_pairs]
    assert done(await links.confirm_all(village.clan, pairs, OFFICER)) == 4
    assert done(await links.confirm_all(village.clan, pairs, OFFICER)) == 0
    queue = await links.queue(village.clan, guild_members)
    assert (queue.sure_pairs, queue.claims) == ((), ())
    assert queue.last_action is not None
    assert len(queue.last_action.pairs) == 4
    assert await links.undo(village.clan, queue.last_action.action_id, OFFICER) is None
    queue = await links.queue(village.clan, guild_members)
    assert (len(queue.sure_pairs), len(queue.claims)) == (4, 1)


@pytest.mark.parametrize("doubt", ["linked user", "linked player", "claimed", "two", "rejected"])
async def test_a_name_in_doubt_is_no_sure_pair(village: Village, links: Links, doubt: str) -> None:
    await village.settled({1: "Ann", 2: "Two"})
    guild_members = [ANN]
    if doubt == "linked user":
        await village.linked(2, ANN.user_id)
    elif doubt == "linked player":
        await village.linked(1, BEN.user_id)
    elif doubt == "claimed":
        await links.claim(village.clan, Visitor(12, "Ben", "ben"), "Ann")
    elif doubt == "two":
        guild_members.append(GuildMember(13, "ann", "another"))
    else:
        await links.reject(village.clan, LinkPair(1, ANN.user_id), OFFICER)
    assert (await links.queue(village.clan, guild_members)).sure_pairs == ()


async def test_claims_wait_in_their_order_and_conflicts_stand_apart(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    for guild_member, names in ((BEN, ["Two", "One"]), (ANN, ["One", "Three"])):
        for name in names:
            visitor = Visitor(guild_member.user_id, guild_member.name, guild_member.handle)
            assert (await links.claim(village.clan, visitor, name)).refusal is None
    queue = await links.queue(village.clan, [ANN, BEN])
    assert [entry.name for entry in queue.claims] == ["Two", "Three"]
    assert {entry.since_at for entry in queue.claims} == {NOW}
    (conflict,) = queue.conflicts
    assert (conflict.name, whom(conflict)) == ("One", [("One | GMT", 95), ("Ann", 0)])
    assert queue.unmatched_users == queue.unmatched_players == ()
    gone = (await links.queue(village.clan, [])).claims[0].partners[0]
    assert gone.why == "no longer on this server"


async def test_who_is_known_by_name_is_said_so_and_can_be_confirmed(
    village: Village, links: Links
) -> None:
    await village.settled({1: "One"})
    await village.called(BEN.user_id, "[x] One")
    queue = await links.queue(village.clan, [BEN])
    assert [entry.remark for entry in queue.unmatched_users] == ["known by name as One"]
    queue = await links.queue(village.clan, [])
    (player,) = queue.unmatched_players
    assert player.remark == "known by name as [x] One"
    assert player.partners[0].pair == LinkPair(1, BEN.user_id)


async def test_players_without_discord_come_last_and_are_marked(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Aaa", 2: "Bbb"})
    await links.mark_discord(village.clan, 1, OFFICER, has_none=True)
    players = (await links.queue(village.clan, [])).unmatched_players
    assert [(entry.name, entry.remark) for entry in players] == [("Bbb", ""), ("Aaa", "no Discord")]


async def test_a_speaker_of_the_clan_chat_is_suggested_confirmed_rejected_and_undone(
    village: Village, links: Links
) -> None:
    await village.settled({1: "Zezima", 2: "Two"})
    key = await speak(village, "Zezimaa")
    (speaker,) = (await links.queue(village.clan, [])).unmatched_speakers
    assert (speaker.key, speaker.name, speaker.remark) == (key, "Zezimaa", "0 messages")
    assert speaker.partners[0].name == "Zezima"
    pair = speaker.partners[0].pair
    assert (await links.confirm(village.clan, pair, OFFICER)).partner == "Zezimaa"
    queue = await links.queue(village.clan, [])
    assert queue.unmatched_speakers == ()
    assert len(queue.unmatched_players) == 2
    assert queue.last_action is not None
    await links.undo(village.clan, queue.last_action.action_id, OFFICER)
    await links.reject(village.clan, pair, OFFICER)
    (speaker,) = (await links.queue(village.clan, [])).unmatched_speakers
    assert speaker.partners == ()


async def test_five_hundred_on_each_side_are_matched(village: Village, links: Links) -> None:
    await village.settled({number: f"Player {number}" for number in range(1, 501)})
    guild_members = [
        GuildMember(10_000 + number, f"[GB] player{number}", f"u{number}")
        for number in range(1, 501)
    ]
    queue = await links.queue(village.clan, guild_members)
    assert len(queue.unmatched_users) == len(queue.unmatched_players) == 500
    assert all(entry.partners for entry in queue.unmatched_users)
    exact = [
        GuildMember(guild_member.user_id, f"Player {guild_member.user_id - 10_000}", "h")
        for guild_member in guild_members
    ]
    sure = (await links.queue(village.clan, exact)).sure_pairs
    asked = [each.pair for each in sure]
    assert done(await links.confirm_all(village.clan, asked, OFFICER)) == len(sure)
    assert len(sure) == 500
