"""Who speaks in a channel where a webhook or bot repeats the in-game clan chat.

Whatever stands after `Name: ` is that player's talk, even when it reads like a broadcast. Only a
line without a speaker, or one of the clan's own system name, is the game's.
"""

import re
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bot.clan.broadcasts import LONGEST_LINE, Broadcast, BroadcastKind, broadcast
from bot.clan.names import is_valid_name, wom_key

LONGEST_PATTERN = 200
"""How long a clan's own pattern may be."""

# How often the parts of a pattern may be tried against one line, in the worst case: three open
# repetitions and two choices. Then the worst pattern takes half a second.
_MOST_TRIES = 4 * LONGEST_LINE**3


class ChatLine(NamedTuple):
    """What a player said in clan chat."""

    name: str
    text: str


class Preset(NamedTuple):
    """A format that is in use, with the words and the example that an officer is shown."""

    title: str
    source: str
    example: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a bridge writes: `source` is what is kept, a preset's key or a regular expression."""

    source: str
    regex: re.Pattern[str]


DEFAULT = "bold"
UNDER_NAMES = "webhook"
"""The preset of bridges whose posts are by a webhook that is called as whoever speaks."""

# What plugins really post, by repository and file:
#   bold    pascalla/clan-chat-webhook ClanMessageEvent.java ("**{0}**: {1}", a broadcast bare) and
#           its server's index.js (a badge inside the stars); pascalla/clanchat.net ClanMessage.php
#           (rank, account and broadcast emoji before the stars; the words escaped by preg_quote);
#           GIM Chat Logger's DiscordHelper.java (emoji, then " **Name**: ")
#   logger  PJGJ210/Discord-Chat-Logger ChatHelper.java ("**Name** : ") and ClanChatHelper.java
#           ("**[Clan]** " before it); it posts no broadcasts
#   plain   bots that repeat the chat box: "Name: text", "[Clan] Name: text", ":Badge: Name: text"
#           Each of them may have a clock, a world, the clan or a rank picture before it, and a rank
#           or a picture behind the name.
#   webhook relays that post each line by a webhook that is called as the player: see `embed_line`
#   embed   fatfingers23/trackscape-discord-bot chat_controller.rs: an embed whose author is the
#           speaker, or the clan for a broadcast; see `embed_line`
# Not bridges: Dink's chat notifier (pajlads/DinkPlugin ChatNotifier.java) names the one who runs it
# and not the speaker unless its template is "%SENDER%: %MESSAGE%", which `plain` then reads;
# 2Lica/Clan-Broadcasts posts broadcasts only, as embeds.
_MARK = r"(?: ?(?:\[[^\]*]{1,40}\]|\([^)*]{1,40}\)|<a?:\w{1,40}:\d{1,24}>|:[A-Za-z]\w{1,40}:)){0,4}"
_BOLD = rf"\*\*(?P<name>[^*]{{1,120}}?)(?:: ?\*\*|\*\*{_MARK}:) ?(?P<text>.*)"
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        DEFAULT: Preset(
            "Clan Chat Webhook, ClanChat.net, GIM Chat Logger",
            _BOLD,
            "**No ob**: anyone for a raid?",
        ),
        "logger": Preset(
            "Discord Chat Logger",
            r"(?:\*\*\[[^*]{1,40}\]\*\* )?\*\*(?P<name>[^*]{1,120}?)\*\* : ?(?P<text>.*)",
            "**[My Clan]** **No ob** : anyone for a raid?",
        ),
        "plain": Preset(
            "the chat box as it is",
            r"(?:\[[^\]]{1,40}\] ?)?"
            r"(?P<name>[^:*]{1,60}?(?:<a?:\w{1,40}:\d{1,24}>|:[A-Za-z]\w{1,40}:)?)"
            r" ?:(?!//|[A-Za-z]\w{1,40}::) ?"
            r"(?P<text>.*)",
            "[My Clan] No ob: anyone for a raid?",
        ),
        UNDER_NAMES: Preset(
            "a webhook that posts under the player's name",
            _BOLD,
            "a webhook called No ob that says: anyone for a raid?",
        ),
        "embed": Preset(
            "TrackScape, and others that post embeds",
            _BOLD,
            "an embed with the author No ob and the text: anyone for a raid?",
        ),
    }
)

_TAGS = re.compile(r"<a?:\w{1,40}:\d{1,24}>|<img=\d{1,5}>|</?col[^<>]{0,20}>|:[A-Za-z]\w{1,40}:")
_BEFORE = re.compile(
    r"""
    (?:
        (?: !?\[[^\]]{0,40}\]\(<?https?://[^\s)>]{1,300}>?\)          # a picture as a link
          | <?https?://\S{1,300}\.(?:png|gif|jpe?g|webp)\S{0,100}     # or by its address
          | [\[(`<]{0,2}\d{1,2}:\d\d(?::\d\d)?(?:\ ?[AaPp]\.?[Mm]\.?)?[\])`>]{0,2}
          | <t:\d{1,12}(?::[tTdDfFR])?>                              # a clock, Discord's own too
          | [Ww](?:orld)?\ ?\d{3}\b                                  # a world
          | \[[^\]]{1,40}\] | \([^)]{1,40}\)                        # the clan, or a rank
          | \*\*(?:\[[^\]*]{1,40}\]|[Ww](?:orld)?\ ?\d{3}|\d{1,2}:\d\d)\*\*
        )
        [\s|\-\u2013\u2022\u00b7\u00bb>~]{0,4}
    ){1,4}
    """,
    re.VERBOSE,
)
"""What relays post before the name."""
_BEHIND = re.compile("\\s[|\u2022\u00b7\u00bb]\\s.*$")
_NO_SPEAKERS = frozenset(
    {
        *(
            "announcement",
            "announcements",
            "alert",
            "alerts",
            "bot",
            "broadcast",
            "clan",
            "clanchat",
        ),
        *(
            "discord",
            "edit",
            "error",
            "event",
            "events",
            "game",
            "giveaway",
            "http",
            "https",
            "info",
        ),
        *("message", "motd", "news", "note", "notice", "poll", "reminder", "results", "rules"),
        *("server", "staff", "status", "system", "tip", "today", "tomorrow", "update", "warning"),
        *("winner", "winners"),
    }
)
"""What announcements begin with; whoever is called so is not heard."""
_MARKER = re.compile(r"CA_ID\W\d{1,5}\W")  # in front of combat tasks, not shown in the game
_TOKENS = re.compile(r"</?(?:col|img)[^<>]{0,20}>|@[a-z]{1,4}_?[a-z]{1,6}@")
_RANK = re.compile(r"\[[^\]]{0,40}\]|\([^)]{0,40}\)")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
_PARTS = re.compile(
    r"""
      (?P<forbidden>\\[1-9] | \((?=\?(?!:|P<)). | \)(?=[*+{]).)
    | \\.                                        # an escape
    | \[\^?\]?(?:[^\]\\]|\\.)*\]                # a set of characters
    | \((?:\?:|\?P<)?                             # a group begins
    | (?P<open>[*+])[?+]?
    | (?P<repeat>\{(?:\d+,?\d*|,\d*)\})[?+]?
    | (?P<choice>[?|])[?+]?
    """,
    re.VERBOSE | re.DOTALL,
)
_PICTURES = frozenset({"So", "Sk", "Cf", "Cn", "Co", "Mn", "Me", "Zs", "Cc"})


def pattern(source: str) -> Pattern:
    """Return the pattern of a preset's key or of a clan's own regular expression.

    Raises ValueError, saying what would be right. Refused is what could take forever on some line:
    repeated groups, look-arounds, references back, and more than three open repetitions.
    """
    if source in PRESETS:
        return Pattern(source, re.compile(PRESETS[source].source, re.DOTALL))
    if len(source) > LONGEST_PATTERN:
        raise ValueError(f"a pattern may have at most {LONGEST_PATTERN} characters")
    if _tries(source) > _MOST_TRIES:
        raise ValueError("the pattern has too many *, +, ? and |: at most three * and + in all")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            regex = re.compile(source, re.DOTALL)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"that is not a regular expression: {error}") from None
    if not {"name", "text"} <= regex.groupindex.keys():
        raise ValueError(
            "a pattern needs the groups name and text, such as (?P<name>.+?): (?P<text>.*)"
        )
    return Pattern(source, regex)


def read(line: str, how: Pattern, clan_name: str | None = None) -> ChatLine | Broadcast | None:
    """Return what a bridge's message holds: a player's talk, a broadcast, or nothing of the game's.

    `clan_name` is under what name some bridges post broadcasts.
    """
    line = _MARKER.sub("", line.strip(), count=1)
    bare = _without_icons(line)
    tries: tuple[str, ...] = (line, bare)
    if how.source in PRESETS:
        # First without it: "20:15 No ob: gz" is nobody called 20, and W330 is no part of a name.
        bare = _without_front(bare, clan_name)
        tries = (bare, *tries)
    for each in dict.fromkeys(tries):
        matched = how.regex.fullmatch(each[:LONGEST_LINE])
        if matched is None:
            continue
        name, text = _name(matched["name"] or ""), _unescaped(matched["text"] or "").strip()
        if clan_name and wom_key(name) == wom_key(clan_name):
            return broadcast(_plain(text)) or Broadcast(BroadcastKind.OTHER)
        if wom_key(name).replace(" ", "") in _NO_SPEAKERS:
            return broadcast(_plain(text))
        if is_valid_name(name):
            return ChatLine(name, text)
    return broadcast(_plain(bare))


def _without_front(line: str, clan_name: str | None) -> str:
    """Return the line from the speaker on, as far as something is known to stand before them."""
    found = _BEFORE.match(line)
    rest = line if found is None else _without_icons(line[found.end() :])
    if not clan_name:
        return rest
    clan = rf"\*{{0,2}}{re.escape(clan_name)}\*{{0,2}}\s*[|\u2022\u00b7\u00bb]\s*"
    return re.sub(rf"^{clan}", "", rest, count=1, flags=re.IGNORECASE)


def embed_line(author: str | None, text: str) -> str:
    """Return an embed's author and description, or a webhook's name and text, as one line."""
    return f"**{author}**: {text}" if author else text


def _tries(source: str) -> int:
    """Return an upper bound on the ways to try a pattern against one line.

    Without repeated groups it is the product of what each repetition and each choice allows.
    """
    tries = 1
    for part in _PARTS.finditer(source):
        if part["forbidden"]:
            raise ValueError(
                f"a pattern may not have {part['forbidden']!r}: "
                "no repeated groups, no look-arounds, no references back, no flags"
            )
        if part["choice"]:
            tries *= 2
        elif part["repeat"]:
            least, comma, most = part["repeat"].strip("{}").partition(",")
            lengths = int(most) - int(least or 0) + 1 if most else LONGEST_LINE if comma else 1
            tries *= min(max(lengths, 1), LONGEST_LINE)
        elif part["open"]:
            tries *= LONGEST_LINE
    return tries


def _plain(text: str) -> str:
    """Return a broadcast as the game shows it: no icons, no escapes, no clan in front."""
    text = _without_icons(_TOKENS.sub("", _unescaped(text)).replace("**", ""))
    return _without_icons(_RANK.sub("", text, count=1)) if text.startswith("[") else text


def _name(text: str) -> str:
    """Return the name alone, without badge, rank and escapes."""
    said = _unescaped(text)
    text = _RANK.sub("", _TAGS.sub("", _BEFORE.sub("", said, count=1) or said))
    text = _BEHIND.sub("", text)
    return "".join(char for char in text if char == " " or not _is_picture(char)).strip()


def _without_icons(text: str) -> str:
    """Return the line from its first own character on."""
    start = 0
    while start < len(text):
        tag = _TAGS.match(text, start)
        if tag is None and not _is_picture(text[start]):
            break
        start = tag.end() if tag else start + 1
    return text[start:]


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) in _PICTURES


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text.replace("\N{NO-BREAK SPACE}", " "))
