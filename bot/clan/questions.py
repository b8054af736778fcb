"""Which messages ask something, and who answered them.

Only flags leave this room, never words: a question is decided at arrival and its text forgotten.
Phrases are English; in any other language the question mark decides.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.asking import ASKS, ASKS_LATER, CALLS, EXCLAMATION, OPENERS, RHETORICAL, SEEMING

ANSWER_WINDOW = timedelta(minutes=15)
"""How long the next speaker in the channel counts as the one who answered."""

_NOT_WORDS = re.compile(
    r"""
    ```.*?```                                   # fenced code
    | (?P<ticks>`{1,2})(?!`).+?(?P=ticks)       # inline code
    | ^>>>\ .*                                  # a quotation to the end is somebody else's words
    | ^>\ [^\n]*                                # so is a quoted line
    | <a?:\w+:\d+> | <[@\#][!&]?\d+>            # custom emoji, mentions
    | @(?:everyone|here)\b
    | (?:https?://|www\.)\S*[^\s?.,;:!)>\]]     # a link without the sentence's own punctuation
    | (?<!\S)@\w+                              # a role by its name
    | ^[ \t]*\?+(?=\w)                          # "?rank" calls another bot
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_MARKS = "?\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}\N{GREEK QUESTION MARK}"
_CLAUSES = re.compile(
    rf"([^.!,;:\n\N{{HORIZONTAL ELLIPSIS}}{_MARKS}]+)([.!,;:\n\N{{HORIZONTAL ELLIPSIS}}{_MARKS}]*)"
)
_COMMAND = re.compile(r"\s*(?:[!/$]|::)\w")
_INVITES = re.compile(r"any\s?(?:one|body|1)\b|who\s+wants|who'?s\s+(?:in|up)\b")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def is_question(text: str) -> bool:
    """Return whether the message asks for information or for company.

    A mark decides where more than a cry stands before it ("gz?" asks nothing); without one, and for
    what only has the form of a question ("who cares?"), the words decide, clause by clause. Links,
    code, quoted lines, mentions, custom emoji and commands of bots are not looked at. Broadcasts of
    a bridge are the caller's to leave out.
    """
    words = _NOT_WORDS.sub(" ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).casefold()
    if _COMMAND.match(words):
        return False
    return any(_asks(*clause.groups()) for clause in _CLAUSES.finditer(words))


def _asks(clause: str, end: str) -> bool:
    said = _EDGES.sub("", clause)
    words = OPENERS.pattern.sub("", said, count=1)
    if not said or RHETORICAL.pattern.match(words):
        return False
    if any(mark in end for mark in _MARKS):
        return not EXCLAMATION.pattern.match(said)
    is_cried = end.startswith("!") and not _INVITES.match(words)
    if is_cried or SEEMING.pattern.match(words):
        return False
    ways = ASKS.pattern.match, ASKS_LATER.pattern.search, CALLS.pattern.match
    return any(way(words) for way in ways)


class MessageFact(NamedTuple):
    """What is kept of one message; `reply_to` is the id of the message it replies to.

    One that `is_marked` was called the answer to it by a person.
    """

    message_id: int
    author_id: int
    channel_id: int
    sent_at: datetime
    is_question: bool
    reply_to: int | None = None
    is_marked: bool = False


class Answer(NamedTuple):
    """The message that answered a question, who wrote it and when."""

    message_id: int
    author_id: int
    answered_at: datetime


def answer_to(
    question: MessageFact, later: Iterable[MessageFact], window: timedelta = ANSWER_WINDOW
) -> Answer | None:
    """Return what of `later` answers the question, whatever their order.

    The newest reply by somebody else that was marked as the answer, or else the first reply, at any
    time; or else, within the window, its end included, the first that somebody else wrote in the
    channel which neither asks nor replies to anything. Pass authors as persons where the two sides
    are linked, else one human on Discord and on the bridge can answer themself.
    """
    by_others = [fact for fact in later if _is_behind(fact, question)]
    replies = [fact for fact in by_others if fact.reply_to == question.message_id]
    marked = [fact for fact in replies if fact.is_marked]
    following = [fact for fact in by_others if _follows(fact, question, window)]
    first = min(replies or following, key=_when, default=None)
    found = max(marked, key=_when, default=first)
    return found and Answer(found.message_id, found.author_id, found.sent_at)


def _is_behind(fact: MessageFact, question: MessageFact) -> bool:
    return fact.author_id != question.author_id and _when(fact) > _when(question)


def _follows(fact: MessageFact, question: MessageFact, window: timedelta) -> bool:
    return (
        fact.channel_id == question.channel_id
        and fact.sent_at - question.sent_at <= window
        and not fact.is_question
        and fact.reply_to is None
    )


def _when(fact: MessageFact) -> tuple[datetime, int]:
    return fact.sent_at, fact.message_id
