"""A notice to people who are inactive: a draft to edit, posted where the clan wants notices.

It goes out only after it was recorded, so that two presses never post it twice. It mentions nobody
but, where an officer says so, the one whom it is for; and nobody is ever written to in private.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import discord

from bot.clan.names import escaped
from bot.gateway import CUT
from bot.reports.documents import Document
from bot.services.review import Decided
from bot.services.setup import Clan
from cogs._deciding_words import LONGEST_BLOCK, block, bold, one_line
from cogs._permissions import Interaction
from cogs._posting_channels import channel_here
from cogs._replies import files, tell
from cogs.screens import Choice, Field, option

NOTICE, WAY = "notice", "way"
"""The fields of the form."""

NAME = "{name}"
"""What stands for each name in a notice to several people."""

LONGEST_NOTICE = 1_700
_LONGEST_MESSAGE = 2_000
_TO_POST = "Posted in the notice channel, a message for each"
_REFUSED = "Discord did not let me post it in {}."
_CUT_OFF = "The connection broke off: look whether it stands in {} before you send it again."
_TO_COPY = "No notice channel is set: you get it back to copy"


class NoticeWay(StrEnum):
    """How a notice goes out."""

    POST = "post"
    MENTION = "mention"
    COPY = "copy"


_WAYS = {
    NoticeWay.POST: "Post it and mention nobody",
    NoticeWay.MENTION: "Post it and mention the person it is for",
    NoticeWay.COPY: "Do not post it: give me the text for a DM",
}


class NoticeWords(NamedTuple):
    """What an officer wrote, and how it goes out."""

    words: str
    way: NoticeWay = NoticeWay.COPY


class _Letter(NamedTuple):
    """A notice to one person; `user_id` is who they are on Discord, if that is known."""

    name: str
    user_id: int | None
    words: str


def draft(name: str, clan: Clan) -> str:
    """Return what a notice says if nobody changes it: plain words, for a form shows no markup."""
    return (
        f"Hi {one_line(name)}! We have not seen you in {one_line(clan.name)} for a while and hope "
        "you are well. Still around? A short hello here keeps your place. Taking a break? Type "
        "/away and say until when, and we keep it for you. We would love to have you back!"
    )


def notice_fields(clan: Clan, names: Sequence[str]) -> list[Field | Choice]:
    """Return what the form asks: the words and, where they can be posted, whether and how."""
    is_one = len(names) == 1
    means = _TO_COPY if clan.notice_channel_id is None else _TO_POST
    if not is_one:
        means = f"{means}. {NAME} becomes each name"
    written = draft(names[0] if is_one else NAME, clan)[:LONGEST_NOTICE]
    words = Field(
        NOTICE, "What the notice says", means, written, longest=LONGEST_NOTICE, is_long=True
    )
    if clan.notice_channel_id is None:
        return [words]
    options = [option(label, way, is_default=way is NoticeWay.POST) for way, label in _WAYS.items()]
    return [words, Choice(WAY, "How it goes out", options, "A mention notifies nobody else")]


async def send_notices(
    interaction: Interaction, clan: Clan, notice: NoticeWords, decided: Sequence[Decided]
) -> str:
    """Post notices that were recorded, or give them back to copy; return what became of them."""
    letters = [_letter(each, notice.words) for each in decided if each.refusal is None]
    if not letters:
        return ""
    channel_id = clan.notice_channel_id
    if channel_id is None:
        why = "No notice channel is set; `/clanstats setup` and `/clanstats settings` set one."
        return await _give_back(interaction, letters, why)
    if notice.way is NoticeWay.COPY:
        return await _give_back(interaction, letters, "Nothing was posted.")
    mentions = notice.way is NoticeWay.MENTION
    found = await channel_here(interaction.guild, channel_id)
    channel = found if isinstance(found, discord.abc.Messageable) else None
    back: dict[str, list[_Letter]] = {}
    for each in letters:
        fault = _REFUSED
        if channel is not None:
            fault = await _posting_fault(channel, each, clan.name, mentions=mentions)
        if fault:
            back.setdefault(fault, []).append(each)
    posted = len(letters) - sum(map(len, back.values()))
    said = "" if not posted else f"{_stand(posted)} in <#{channel_id}>."
    unknown = [each for each in letters if each.user_id is None] if mentions else []
    if unknown:
        names = ", ".join(bold(each.name) for each in unknown)
        said += f" Not mentioned, because not linked to Discord: {names}."
    for fault, mine in back.items():
        why = fault.format(f"<#{channel_id}>")
        said = " ".join(filter(None, (said, await _give_back(interaction, mine, why))))
    return said


def _stand(posted: int) -> str:
    return "The notice stands" if posted == 1 else f"{posted} notices stand"


async def _posting_fault(
    channel: discord.abc.Messageable, letter: _Letter, clan: str, *, mentions: bool
) -> str:
    """Post a notice, which mentions one user at most; return what went wrong, or nothing."""
    allowed = discord.AllowedMentions.none()
    words = _with_plain(letter.words, letter.name, clan)
    if mentions and letter.user_id is not None:
        allowed.users = [discord.Object(letter.user_id)]
        words = f"<@{letter.user_id}> {words}"
    try:
        await channel.send(words[:_LONGEST_MESSAGE], allowed_mentions=allowed, suppress_embeds=True)
    except discord.HTTPException:
        return _REFUSED
    except CUT:
        return _CUT_OFF
    return ""


def _with_plain(words: str, *names: str) -> str:
    """Return a text in which names are no markup; the rest is as the officer wrote it."""
    found = sorted({one_line(each) for each in names} - {""}, key=len, reverse=True)
    if not found:
        return words
    named = re.compile("|".join(map(re.escape, found)))
    return named.sub(lambda each: escaped(each[0]), words)


def _letter(decided: Decided, words: str) -> _Letter:
    name = one_line(decided.name or "somebody")
    case, read = decided.case, decided.read
    people = {} if read is None else read.by_player()
    profile = None if case is None else people.get(case.player_id)
    user_id = None if profile is None else profile.user_id
    return _Letter(name, user_id, words.replace(NAME, name))


async def _give_back(interaction: Interaction, letters: Sequence[_Letter], why: str) -> str:
    """Give notices to copy for a message of one's own, as a file when they are long."""
    parts = [f"{_whom(each)}\n{block(each.words.splitlines())}" for each in letters]
    said = "The notice to copy:" if len(letters) == 1 else "The notices to copy, one for each:"
    told = "\n".join((f"{why} {said}", *parts))
    if len(told) <= LONGEST_BLOCK + len(why) or len(letters) == 1:
        await tell(interaction, told[:_LONGEST_MESSAGE])
    else:
        lines = "\n\n".join(f"{each.name}:\n{each.words}" for each in letters)
        made = Document("notices.txt", f"{lines}\n".encode())
        await interaction.followup.send(f"{why} {said}", files=files(made), ephemeral=True)
    return f"{why} You have {'it' if len(letters) == 1 else 'them'} to copy."


def _whom(letter: _Letter) -> str:
    handle = "" if letter.user_id is None else f" (<@{letter.user_id}>)"
    return f"For {bold(letter.name)}{handle}"
