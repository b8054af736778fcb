"""Files of DiscordChatExporter as a source of history: JSON a message at a time, and CSV.

CSV tells neither ids of messages nor the server. So it is taken only of channels that the bot has
read itself, and only from before its first message there; each gets an id that is always the same.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ijson

from bot.clan.bridge import embed_line
from bot.clan.imported import LeftOut, read_instant
from bot.clan.plausible import is_to_come
from bot.clan.questions import is_question
from bot.services.chat import Bridge, ChannelInfo, IncomingMessage, Posted
from bot.services.imports.chat_history import Post, stand_in_id
from storage.columns import instant_of

_COUNTED = frozenset({"Default", "Reply", "0", "19"})
_CHANNEL_ID = re.compile(r"\[(\d{17,20})\]")
_MOST_ID, _LONGEST_ID = 2**63 - 1, 20
_FIRST_ID = 1 << 22
_UTC = ZoneInfo("UTC")
_EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ExportReading:
    """What posts are read by: the clan's server and bridges, and what time it is.

    `read_from` is by channel when the bot's own messages begin.
    """

    guild_id: int
    now: datetime
    bridges: Mapping[int, Bridge]
    read_from: Mapping[int, datetime]


def export_files(folder: Path) -> tuple[Path, ...]:
    """Return the exported files of a folder and those inside it; JSON first, which tells more."""
    if folder.is_file():
        return (folder,) if folder.suffix.lower() in {".json", ".csv"} else ()
    found = [each for each in folder.rglob("*") if each.suffix.lower() in {".json", ".csv"}]
    files = [each for each in found if each.is_file()]
    return tuple(sorted(files, key=lambda each: (each.suffix.lower() != ".json", str(each))))


def posts_of(file: Path, how: ExportReading) -> Iterator[Post]:
    """Yield the posts of a file; what follows on something that cannot be read is one that is not.

    OSError when the file cannot be opened.
    """
    try:
        yield from _of_json(file, how) if file.suffix.lower() == ".json" else _of_csv(file, how)
    except (ijson.JSONError, csv.Error, UnicodeError, RecursionError):
        yield Post((), LeftOut.UNREADABLE)


def _of_json(file: Path, how: ExportReading) -> Iterator[Post]:
    head = _head(file)
    place, guild_id = _place(head), _id(head.get("guild.id"))
    if place is None:
        yield Post((), LeftOut.UNREADABLE)
        return
    with file.open("rb") as opened:
        for raw in ijson.items(opened, "messages.item"):
            if guild_id != how.guild_id:
                yield Post((), LeftOut.ELSEWHERE)
            else:
                yield _post(raw if isinstance(raw, dict) else {}, place, how)


def _head(file: Path) -> dict[str, object]:
    """Return what stands before the messages: whose server and which channel."""
    found: dict[str, object] = {}
    with file.open("rb") as opened:
        for prefix, event, value in ijson.parse(opened):
            if prefix == "messages" and event == "start_array":
                break
            if event in {"string", "number"} and prefix.startswith(("guild.", "channel.")):
                found[prefix] = value
    return found


def _place(head: Mapping[str, object]) -> ChannelInfo | None:
    channel_id = _id(head.get("channel.id"))
    if channel_id is None:
        return None
    name = str(head.get("channel.name") or channel_id)
    if "Thread" in str(head.get("channel.type")):
        return ChannelInfo(channel_id, name, "thread", _id(head.get("channel.categoryId")))
    return ChannelInfo(channel_id, name, "text")


def _post(raw: Mapping[str, Any], place: ChannelInfo, how: ExportReading) -> Post:
    """Return a message as it counts; its words end here."""
    author = _part(raw, "author")
    message_id, author_id = _id(raw.get("id")), _id(author.get("id"))
    if message_id is None or author_id is None:
        return Post((), LeftOut.NO_ID)
    sent_at = instant_of(message_id)
    if is_to_come(sent_at, how.now):
        return Post((), LeftOut.TO_COME)
    if str(raw.get("type")) not in _COUNTED:
        return Post((), LeftOut.BOT)
    replied = _part(raw, "reference") if str(raw.get("type")) in {"Reply", "19"} else _EMPTY
    reply_to = _id(replied.get("messageId"))
    if author.get("isBot"):
        bridge = how.bridges.get(place.discord_channel_id)
        if bridge is None or not bridge.takes(author_id):
            return Post((), LeftOut.BOT)
        blocks = list(_blocks(raw, bridge))
        return Post(bridge.heard(Posted(message_id, place, sent_at, blocks, reply_to, author_id)))
    handle = _words(author.get("name"))
    name = _words(author.get("nickname")) or handle or str(author_id)
    asks = is_question(_words(raw.get("content")))
    return Post(
        (IncomingMessage(message_id, place, author_id, name, handle, sent_at, asks, reply_to),)
    )


def _blocks(raw: Mapping[str, Any], bridge: Bridge) -> Iterator[str]:
    """Yield what a relay's post says: its text, or else each embed with its author before it."""
    content = _words(raw.get("content"))
    if content and bridge.is_under_names:
        name = _words(_part(raw, "author").get("name"))
        yield from (embed_line(name, line) for line in content.splitlines() if line.strip())
    elif content:
        yield content
    else:
        embeds = raw.get("embeds")
        for embed in embeds if isinstance(embeds, list) else ():
            if isinstance(embed, dict) and (text := _words(embed.get("description"))):
                yield embed_line(_words(_part(embed, "author").get("name")) or None, text)


def _of_csv(file: Path, how: ExportReading) -> Iterator[Post]:
    found = _CHANNEL_ID.findall(file.name)
    channel_id = int(found[-1]) if found else 0
    before = how.read_from.get(channel_id)
    place = ChannelInfo(channel_id, str(channel_id), "text")
    met: Counter[tuple[int, datetime]] = Counter()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened):
            if before is None:
                yield Post((), LeftOut.UNKNOWN_CHANNEL)
            else:
                yield _row_post(row, place, before, met)


def _row_post(
    row: Mapping[str, Any],
    place: ChannelInfo,
    before: datetime,
    met: Counter[tuple[int, datetime]],
) -> Post:
    author_id, sent_at = _id(row.get("AuthorID")), _exact(row.get("Date"))
    if author_id is None:
        return Post((), LeftOut.NO_ID)
    if sent_at is None:
        return Post((), LeftOut.NO_TIME)
    if sent_at >= before:
        return Post((), LeftOut.READ_SINCE)
    number = met[author_id, sent_at]
    met[author_id, sent_at] += 1
    name = _words(row.get("Author")) or str(author_id)
    heard = IncomingMessage(
        stand_in_id(place.discord_channel_id, author_id, sent_at, number),
        place,
        author_id,
        name,
        "",
        sent_at,
        is_question(_words(row.get("Content"))),
        stand_in=True,
    )
    return Post((heard,))


def _exact(text: object) -> datetime | None:
    """Return the instant of a text with its zone; without one, nobody knows where it was."""
    with suppress(ValueError):
        if isinstance(text, str) and datetime.fromisoformat(text.strip()).tzinfo is not None:
            found = read_instant(text, _UTC)
            return found if found is not None and found > datetime(2015, 1, 2, tzinfo=UTC) else None
    return None


def _id(value: object) -> int | None:
    """Return an id of Discord's, which comes as text; None for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0
    return number if _FIRST_ID <= number <= _MOST_ID else None


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, dict) else _EMPTY


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def in_batches(posts: Iterable[Post], many: int) -> Iterator[list[Post]]:
    """Yield posts so many at a time."""
    batch: list[Post] = []
    for post in posts:
        batch.append(post)
        if len(batch) == many:
            yield batch
            batch = []
    if batch:
        yield batch
