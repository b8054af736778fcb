"""Which messages ask something, and who answered them.

Only flags leave this room, never words: a question is decided at arrival and its text forgotten.
Phrases are English; in any other language the question mark decides alone.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

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
    | ^[ \t]*\?+(?=\w)                          # "?rank" calls another bot
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_MARKS = re.compile("[?\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}]")

_OPENER = (
    r"(?:(?:hey|hi|hello|yo|ok|okay|so|and|but|also|um+|uh+|erm|btw|guys|all|everyone|folks|lads"
    r"|quick question|question|please|pls|sorry)\b[\W_]*+)*+"
)
_ONE = r"(?:any|some)\s?(?:one|body|1)"
_HELPING = r"(?:do|does|did|is|are|was|were|has|have|can|could|would|will|should|shall|am|may)"
_SUBJECT = rf"(?:{_ONE}|any\s+of|you|u|ya|i|we|they|he|she|there|people)"
_KNOWING = (
    r"know|knows|got|has|have|wanna|want|wants|up\s+for|down|able|doing|ever|seen|remember|tried"
    r"|free|keen|fancy|interested|on\s+for"
)
_PHRASES = (
    # "does anyone", "can someone", "is there", "should i", "isn't there"
    rf"{_HELPING}(?:n'?t)?\s+{_SUBJECT}\b",
    # "is it", "can the", "does this"; not "did it", "do the" and "have the", which tell or order
    r"(?:does|is|are|can|could|would|will|should)(?:n'?t)?\s+(?:it|the|this|that|these|those|my)\b",
    rf"{_ONE}\s+(?:here\s+|else\s+)?(?:{_KNOWING})\b",
    r"any\s+(?:idea|tip|advice|recommendation|suggestion|chance|reason|news\s+on)s?\b",
    # "who is", "what's", "when does", "why would", "how can"; not "what a drop!", "when I get home"
    rf"(?:who|what|when|where|why|how|which)(?:s|'s|'re|'d|'ll|\s+{_HELPING}(?:n'?t)?)\b",
    # "what gear should I", "which boss is", "how rare are"; not "what he did was", "what the ..."
    rf"(?:what|which|how)\s+(?!(?:an?|i|you|he|she|it|we|they|the)\b)\w+(?:\s+\w+)?\s+{_HELPING}\b",
    r"who\s+(?:wants|wanna|knows|else|needs|got)\b",
    r"what\s+(?:about|if|time|kind\s+of|(?:you|u|ya)\s+(?:doing|up\s+to|think|mean))\b",
    r"where\s+(?:to|at)\b",
    r"why\s+(?:not|tho|though)\b",
    r"how\s+(?:much|many|long|far|often|come|about|to)\b",
    r"whose\s+\w+",
    r"(?:who|what|when|where|why|how)\s*$",
)
_ASKS = re.compile(rf"[\W_]*+{_OPENER}(?:{'|'.join(_PHRASES)})", re.IGNORECASE)


def is_question(text: str) -> bool:
    """Return whether the message asks: a question mark, or an interrogative phrase at its start.

    Links, code, quoted lines, mentions and custom emoji are not looked at. A phrase needs the word
    order of a question ("when is", "can someone"), so "whatever" and "what a drop!" do not count.
    Broadcasts of a bridge are the caller's to leave out.
    """
    words = _NOT_WORDS.sub(" ", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return bool(_MARKS.search(words) or _ASKS.match(words))


class MessageFact(NamedTuple):
    """What is kept of one message; `reply_to` is the id of the message it replies to."""

    message_id: int
    author_id: int
    channel_id: int
    sent_at: datetime
    is_question: bool
    reply_to: int | None = None


class Answer(NamedTuple):
    """The message that answered a question, who wrote it and when."""

    message_id: int
    author_id: int
    answered_at: datetime


def answer_to(
    question: MessageFact, later: Iterable[MessageFact], window: timedelta = ANSWER_WINDOW
) -> Answer | None:
    """Return the earliest of `later` that answers the question, whatever their order.

    A reply by somebody else answers at any time, anything else somebody else wrote in the channel
    only within the window, its end included. Pass authors as persons where the two sides are
    linked, else one human on Discord and on the bridge can answer themself.
    """
    found = min(
        (fact for fact in later if _answers(fact, question, window)), key=_when, default=None
    )
    return found and Answer(found.message_id, found.author_id, found.sent_at)


def _answers(fact: MessageFact, question: MessageFact, window: timedelta) -> bool:
    if fact.author_id == question.author_id or _when(fact) <= _when(question):
        return False
    if fact.reply_to == question.message_id:
        return True
    return fact.channel_id == question.channel_id and fact.sent_at - question.sent_at <= window


def _when(fact: MessageFact) -> tuple[datetime, int]:
    return fact.sent_at, fact.message_id
