"""What is kept about one person, for that person: in a few numbers, or all of it as a file.

Nobody else is in it: no name, no id, no message of another one.
"""

import asyncio
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from bot.reports.documents import Document
from bot.services.privacy.reach import Reach, reach_of
from bot.services.setup import Clan, Clock
from storage import links, traces
from storage.engine import Connection, Database
from storage.traces import Rows

_ABOUT = (
    "Everything that ClanStats keeps about you in this clan. The words of your messages are not in "
    "it because they are never kept. Times are UTC; a section that is missing is empty. What Wise "
    "Old Man knows about your accounts beyond these totals is public on wiseoldman.net."
)
_LARGEST = 8_000_000  # bytes; Discord takes files of 10 MB


class KeptCase(NamedTuple):
    """What was decided about one of somebody's players, since when and until when."""

    player: str
    kind: str
    state: str
    since_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """How much is kept about somebody, and what they decided about it.

    `accounts` are the names of linked players, confirmed and merely claimed apart. On
    `present_days` they talked in voice, reacted or used a command.
    """

    messages: int
    questions: int
    answers: int
    since_on: date | None
    events: int
    leaves: int
    confirmed: tuple[str, ...]
    claimed: tuple[str, ...]
    opted_out_at: datetime | None
    forget_after_days: int | None
    present_days: int = 0
    voice_minutes: int = 0
    cases: tuple[KeptCase, ...] = ()


class Dossier:
    """Reads what is kept about somebody."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def kept(self, clan: Clan, user_id: int) -> KeptSummary:
        """Return how much is kept about a user."""
        async with self._database.reading() as connection:
            reach = await reach_of(connection, clan, user_id)
            found = await traces.authors(connection, clan.clan_id, reach.author_ids)
            told = await traces.events(connection, clan.clan_id, reach.author_ids)
            standing = await _standing(connection, clan, reach)
            since_on = await traces.first_day(connection, clan.clan_id, reach.author_ids)
            decided = await traces.cases(connection, clan.clan_id, reach.player_ids)
            seen = await traces.presence(connection, clan.clan_id, user_id)
            there = seen.get("presence", ())
        ties = standing.get("links", [])
        return KeptSummary(
            messages=sum(each["messages"] for each in found),
            questions=sum(each["questions"] for each in found),
            answers=sum(each["answers"] for each in found),
            since_on=since_on,
            events=told,
            leaves=len(standing.get("leaves", ())),
            confirmed=_names(ties, links.StoredState.CONFIRMED),
            claimed=_names(ties, links.StoredState.CLAIMED),
            opted_out_at=next(
                (each["opted_out_at"] for each in found if each["opted_out_at"]), None
            ),
            forget_after_days=clan.forget_after_days,
            present_days=len(there),
            voice_minutes=sum(each["voice_minutes"] for each in there),
            cases=tuple(KeptCase(*row.values()) for row in decided),
        )

    async def export(self, clan: Clan, user_id: int) -> Document:
        """Return all that is kept about a user as one JSON file."""
        async with self._database.reading() as connection:
            reach = await reach_of(connection, clan, user_id)
            mine, cid = reach.author_ids, clan.clan_id
            sections = {
                "you": await traces.authors(connection, cid, mine),
                **await _standing(connection, clan, reach),
                "decisions": await traces.cases(connection, cid, reach.player_ids),
                **await traces.game(connection, cid, reach.player_ids),
                **await traces.chat(connection, cid, mine),
                **await traces.presence(connection, cid, user_id),
            }
            lines = {title: await asyncio.to_thread(_lines, sections[title]) for title in sections}
            lines["messages"] = [
                line
                async for page in traces.messages(connection, cid, mine)
                for line in _lines(page)
            ]
        head = {"about": _ABOUT, "clan": clan.name, "made_at": self._clock(), "user_id": user_id}
        # Writing out a long history takes longer than the gateway may wait.
        return await asyncio.to_thread(_written, head, lines)


async def _standing(connection: Connection, clan: Clan, reach: Reach) -> Mapping[str, Rows]:
    return await traces.standing(connection, clan.clan_id, reach.user_id, reach.player_ids)


def _names(ties: Rows, state: links.StoredState) -> tuple[str, ...]:
    return tuple(each["player"] for each in ties if each["state"] == state)


def _written(head: Mapping[str, Any], sections: Mapping[str, Sequence[str]]) -> Document:
    """Return the file: a line for each fact, packed when it would be too large to send."""
    parts = [f"{_line(title)}: {_line(value)}" for title, value in head.items()]
    for title, lines in sections.items():
        rows = ",\n".join(lines)
        parts.append(f"{_line(title)}: [\n{rows}\n]")
    content = ("{\n" + ",\n".join(parts) + "\n}\n").encode()
    if len(content) <= _LARGEST:
        return Document("my_data.json", content)
    return Document("my_data.json.gz", gzip.compress(content, mtime=0))


def _lines(rows: Rows) -> list[str]:
    return [f"  {_line(row)}" for row in rows]


def _line(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in the file")
