"""The clan's questions in words: values to text, no Discord."""

from collections.abc import Mapping

from bot.clan.marking import Marking, MarkOutcome
from bot.clan.names import escaped
from bot.clan.waiting import (
    LEAST_RANKED,
    AskedQuestion,
    Helper,
    PlaceWaits,
    QuestionFigures,
    Waits,
)
from bot.clan.wording import lasting, plural, share
from bot.reports.question_tables import first_answer_words
from bot.services.publish import QuestionsAnswer
from cogs._replies import when

_DOT = " \N{MIDDLE DOT} "
_NOTHING = "Nobody asked anything in this time."
_NOT_HEARD = "No message was counted in this time, so nobody knows what was asked."
_MOST_PLACES = 5


def summary_lines(answer: QuestionsAnswer) -> list[str]:
    """Return how many were asked and answered, and how long that took."""
    waits, heard_at = answer.figures.waits, answer.heard_from
    if not waits.asked:
        return [_NOTHING if heard_at is not None and heard_at < answer.span.end else _NOT_HEARD]
    parts = [f"{waits.answered:,} answered ({share(waits.answered, waits.asked)})"]
    parts += [f"{waits.closed:,} marked as answered"] if waits.closed else []
    parts += [f"{waits.open:,} open"] if waits.open else []
    return [f"**{plural(waits.asked, 'question')}**  {_DOT.join(parts)}", _times(waits)]


def _times(waits: Waits) -> str:
    return f"**First answer**  {first_answer_words(waits)}"


def open_line(question: AskedQuestion, answer: QuestionsAnswer, guild_id: int) -> str:
    """Return an open question: a link to it, where and when it was asked, and by whom."""
    place = answer.channels[question.channel_id].discord_channel_id
    link = f"https://discord.com/channels/{guild_id}/{place}/{question.message_id}"
    who = name_of(question.asker, answer.names)
    return f"[Go to it]({link})  {who}{_DOT}<#{place}>{_DOT}{when(question.asked_at)}"


def helper_line(helper: Helper, names: Mapping[int, str]) -> str:
    """Return one line of the leaderboard of helpers."""
    return (
        f"#{helper.place} **{name_of(helper.who, names)}**  answered {helper.answers:,}, "
        f"half of them within {lasting(helper.median)}"
    )


def hour_lines(figures: QuestionFigures, zone: str) -> list[str]:
    """Return the hours of the day in which questions wait longest."""
    rows = [
        f"{each.key:02}:00 to {(each.key + 1) % 24:02}:00  {_waits(each)}"
        for each in figures.hours[:_MOST_PLACES]
    ]
    return [f"**Hours with the longest waits** ({escaped(zone)})", *(rows or [_TOO_FEW])]


def channel_lines(answer: QuestionsAnswer) -> list[str]:
    """Return the channels in which questions wait longest."""
    rows = [
        f"<#{answer.channels[each.key].discord_channel_id}>  {_waits(each)}"
        for each in answer.figures.channels[:_MOST_PLACES]
    ]
    return ["**Channels with the longest waits**", *(rows or [_TOO_FEW])]


_TOO_FEW = f"None had {LEAST_RANKED} questions or more, so none is ranked."


def _waits(place: PlaceWaits) -> str:
    still = f", {place.open:,} open" if place.open else ""
    asked = plural(place.asked, "question")
    return f"half wait {lasting(place.median)} or more ({asked}{still})"


def name_of(who: int, names: Mapping[int, str]) -> str:
    """Return what a person is called."""
    return escaped(names[who])


_MARKED = {
    MarkOutcome.ASKED: "It counts as a question now. Mark a reply as answered when one answers it.",
    MarkOutcome.REOPENED: "The question is open again.",
    MarkOutcome.CLOSED: "The question is closed. A reply to it still counts for whoever helped.",
    MarkOutcome.ANSWERS: "This reply counts as the answer now, and its writer as the helper.",
    MarkOutcome.NO_ANSWER: "This reply is not marked as the answer now. The first counts again.",
    MarkOutcome.UNASKED: "It is no question now, and nobody counts as its helper.",
    MarkOutcome.NOT_ALLOWED: "Only officers and whoever asked can mark this.",
    MarkOutcome.OWN_QUESTION: "Nobody answers their own question. Mark the question itself.",
    MarkOutcome.NOT_COUNTED: "This message is not counted, so it cannot be marked. I do not count "
    "what was deleted, what bots and people who opted out write, and what is older than what I "
    "read. If it is new, try again in a few minutes.",
    MarkOutcome.LEFT_OUT: "This channel is left out, so nothing in it can be marked. "
    "A leader can count it in `/clanstats settings`.",
    MarkOutcome.ARCHIVED: "This message is so old that it lies in the archive, where it stays as "
    "it is.",
    MarkOutcome.SEVERAL_LINES: "This post holds several lines of the clan chat, and I cannot tell "
    "which one you mean. So none of them was marked.",
}
_ALREADY = {
    Marking.QUESTION: "It counts as a question already.",
    Marking.ANSWERED: "It is marked as answered already.",
}
_NEITHER = {
    Marking.ANSWERED: "This is neither a question nor a reply to one. "
    "Mark the question as a question first, or use the message that replies to it.",
    Marking.NO_QUESTION: "It is no question, and nobody marked it as an answer. Nothing changed.",
}


def marking_words(outcome: MarkOutcome, marking: Marking) -> str:
    """Return what came of marking a message."""
    if outcome is MarkOutcome.ALREADY:
        return _ALREADY[marking]
    if outcome is MarkOutcome.NO_QUESTION:
        return _NEITHER[marking]
    return _MARKED[outcome]
