"""Whose a clan-chat line is where several players bore the name: each has an author of their own.

It depends on the facts and on who bore which name when, and never on the order in which both came.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.clan.names import Bearing, bearer_at
from bot.services.chat.answers import drop_credits, fact_of, settle_answers
from bot.services.setup import Clan
from storage import bridges, messages, players
from storage.bridges import Speaker
from storage.engine import Connection
from storage.given import ByClan
from storage.messages import Stored

Borne = Mapping[str, Sequence[Bearing]]


async def borne_by(connection: Connection, keys: ByClan[Collection[str]]) -> dict[int, Borne]:
    """Return by clan who of it bore each of the names (by WOM key) when."""
    found: dict[int, Borne] = {}
    for clan_id, rows in (await players.bearings(connection, keys)).items():
        borne: dict[str, list[Bearing]] = defaultdict(list)
        for row in rows:
            borne[row.wom_key].append(Bearing(*row[1:]))
        found[clan_id] = borne
    return found


def speaker_at(borne: Borne, key: str, at: datetime) -> Speaker:
    """Return whose author a line under a name is: the name's, or that of one who bore it then."""
    return Speaker(key, bearer_at(borne.get(key, ()), at))


async def part_speakers(connection: Connection, clan: Clan, keys: Collection[str]) -> int:
    """Give each line under these names to whoever bore the name then; return how many moved."""
    borne = (await borne_by(connection, {clan.clan_id: keys}))[clan.clan_id]
    shared = sorted(key for key, bearings in borne.items() if len(bearings) > 1)
    known = await bridges.speakers_called(connection, clan.clan_id, shared)
    moved = 0
    for key, authors in known.items():
        moved += await _part(connection, clan, key, authors, borne)
    return moved


async def _part(
    connection: Connection, clan: Clan, key: str, authors: Mapping[Speaker, int], borne: Borne
) -> int:
    """Move what was said under one name to its bearers' authors; the old author stays somebody's.

    `authors` are those of the name by speaker.
    """
    said = await messages.of_authors(connection, clan.clan_id, sorted(authors.values()))
    told = await bridges.told_of(connection, clan.clan_id, sorted(authors.values()))
    authors = await _named(connection, clan, key, authors, said, borne)
    sent_at = {each.message_id: each.sent_at for each in said}
    sent_at |= {each.message_id: each.sent_at for each in told}
    author_of = {number: authors[speaker_at(borne, key, at)] for number, at in sent_at.items()}
    gone = [each for each in said if author_of[each.message_id] != each.author_id]
    await _move(connection, clan, gone, author_of)
    await bridges.credit(
        connection,
        clan.clan_id,
        {
            each.message_id: author_of[each.message_id]
            for each in told
            if author_of[each.message_id] != each.author_id
        },
    )
    return len(gone)


async def _named(  # noqa: PLR0913, PLR0917 - what is known of one name
    connection: Connection,
    clan: Clan,
    key: str,
    authors: Mapping[Speaker, int],
    said: Sequence[Stored],
    borne: Borne,
) -> dict[Speaker, int]:
    """Return an author for each bearer of a name.

    Whose most lines are keeps the author that was the name's, with what officers said of it.
    """
    undivided = authors.get(Speaker(key, None))
    wanted = {Speaker(key, each.player_id) for each in borne[key]}
    if undivided is not None:
        counts: dict[Speaker, int] = dict.fromkeys(sorted(wanted - authors.keys()), 0)
        for each in said:
            speaker = speaker_at(borne, key, each.sent_at)
            if speaker in counts:
                counts[speaker] += 1
        if counts:
            keeps = max(counts, key=lambda speaker: counts[speaker])
            await bridges.rename(connection, clan.clan_id, undivided, keeps)
    names = {speaker: speaker.key for speaker in wanted}
    return (await bridges.speaker_ids(connection, {clan.clan_id: names}))[clan.clan_id]


async def _move(
    connection: Connection, clan: Clan, said: Sequence[Stored], author_of: Mapping[int, int]
) -> None:
    """Give messages to other authors, in facts, rollups and answers."""
    if not said:
        return
    zone = clan.zone
    before = [fact_of(each, zone) for each in said]
    after = [fact_of(each._replace(author_id=author_of[each.message_id]), zone) for each in said]
    await drop_credits(connection, [(clan, [each.message_id for each in said])])
    await messages.remove(connection, {clan.clan_id: before})
    await messages.add(connection, {clan.clan_id: after})
    await settle_answers(connection, [(clan, after)])
