"""What is written in the made-up Discord: conversations, bursts, the bridge, in time order.

Who is in a lull, has not come yet or has left never writes. The words come from lots of their own,
so that leaving them out changes nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.demo.cast import (
    DAY_MS,
    MINUTE_MS,
    ChannelKind,
    MadeUpChannel,
    MadeUpMessage,
    from_ms,
)
from bot.demo.phrases import (
    ANSWER,
    ASK,
    BOT,
    BROADCAST,
    COMMAND,
    SAY,
    SPAM,
    bridged,
    broadcast,
    phrase,
)
from bot.demo.rhythm import awake_chance, event_starts_ms, likely, liveliness, waking_ms
from bot.demo.voices import Choir, Voice, choir_of

_BROADCASTS_A_TALK = 0.4
_ASKS, _ANSWERS_BY_REPLY, _REPLIES = 0.24, 0.5, 0.06
_BURSTS_A_DAY = 0.15
_EVENT_SHARE = 0.12
_TRIES = 3
_INSTANT_AND_SERIAL = itemgetter(0, 1)


class ScriptLine(NamedTuple):
    """One message before it has its number; `answers` is the serial of another line.

    Lines sort by their instant, then by their serial.
    """

    at_ms: int
    serial: int
    voice: Voice | None
    channel: int
    kind: int
    answers: int | None


@dataclass(slots=True)
class Talk:
    """The talk of the clan, day by day; lines that run past midnight wait for the next day."""

    rng: Random
    voices: Sequence[Voice]
    speakers: Sequence[Voice]
    channels: Sequence[MadeUpChannel]
    zone: ZoneInfo
    lines: list[ScriptLine] = field(default_factory=list)
    serial: int = 0

    def day(self, day: int, wanted: float) -> list[ScriptLine]:
        """Return the lines of a UTC day in time order, about `wanted` of them."""
        if not wanted:
            return []
        choir, bridge = choir_of(self.voices, day), choir_of(self.speakers, day)
        lively = wanted * liveliness(day)
        if choir.voices or bridge.voices:
            self._ordinary(day, lively, choir, bridge)
        if choir.voices:
            self._event(day, lively * _EVENT_SHARE, choir)
            self._bursts(day, choir)
        made = sorted(self.lines, key=_INSTANT_AND_SERIAL)
        end_ms = (day + 1) * DAY_MS
        self.lines = [
            line
            for line in made
            if line.at_ms >= end_ms and (line.voice is None or line.voice.may_write(end_ms))
        ]
        return [line for line in made if line.at_ms < end_ms]

    def _ordinary(self, day: int, lively: float, choir: Choir, bridge: Choir) -> None:
        rng = self.rng
        left = int(rng.gauss(lively, (2 * lively) ** 0.5) + rng.random())
        shares = [channel.share for channel in self.channels]
        while left > 0:
            channel = rng.choices(self.channels, shares)[0]
            on_bridge = channel.kind is ChannelKind.BRIDGE
            heard = bridge if on_bridge else choir
            if heard.voices:
                first = heard.pick(rng)
                at_ms = day * DAY_MS + waking_ms(rng, first.utc_offset_hours)
                left -= self._conversation(first, heard, channel, at_ms, left)
            else:
                left -= 1
            if on_bridge and bridge.voices and likely(rng, _BROADCASTS_A_TALK):
                at_ms = day * DAY_MS + waking_ms(rng, 0)
                self._say(at_ms, bridge.pick(rng), channel, BROADCAST, None)
                left -= 1

    def _conversation(
        self,
        first: Voice,
        heard: Choir,
        channel: MadeUpChannel,
        at_ms: int,
        at_most: int,
    ) -> int:
        """Make up to `at_most` lines up and return how many."""
        rng = self.rng
        if channel.kind is ChannelKind.COMMANDS:
            asked = self._say(at_ms, first, channel, COMMAND, None)
            self._say(at_ms + 900, None, channel, BOT, asked)
            return 1
        length = min(at_most, 1 + int(rng.expovariate(0.28)))
        others = [self._company(first, heard, at_ms) for _ in range(min(3, length - 1))]
        asks = likely(rng, _ASKS)
        said = self._say(at_ms, first, channel, ASK if asks else SAY, None)
        now_ms, before = at_ms, first
        for place in range(1, length):
            now_ms += 4_000 + int(rng.expovariate(1 / 80_000))
            voice = rng.choice(others) if before is first or likely(rng, 0.6) else first
            answers = asks and place == 1 and voice is not first
            replies = likely(rng, _ANSWERS_BY_REPLY if answers else _REPLIES)
            kind = ANSWER if answers else SAY
            self._say(now_ms, voice, channel, kind, said if replies else None)
            before = voice
        return length

    def _company(self, first: Voice, heard: Choir, at_ms: int) -> Voice:
        for _ in range(_TRIES):
            voice = heard.pick(self.rng)
            awake = awake_chance(at_ms, voice.utc_offset_hours)
            if voice is not first and likely(self.rng, awake):
                return voice
        return first

    def _event(self, day: int, wanted: float, choir: Choir) -> None:
        starts_ms = event_starts_ms(day, self.zone)
        if starts_ms is None:
            return
        channel = next(one for one in self.channels if one.name == "events")
        left = int(wanted)
        while left > 0:
            at_ms = starts_ms + int(self.rng.gauss(50, 35) * MINUTE_MS)
            left -= self._conversation(choir.pick(self.rng), choir, channel, at_ms, left)

    def _bursts(self, day: int, choir: Choir) -> None:
        for voice in choir.voices:
            if voice.bursts and likely(self.rng, _BURSTS_A_DAY):
                at_ms = day * DAY_MS + waking_ms(self.rng, voice.utc_offset_hours)
                for _ in range(self.rng.randrange(30, 70)):
                    at_ms += self.rng.randrange(2_000, 15_000)
                    self._say(at_ms, voice, self.channels[0], SPAM, None)

    def _say(
        self,
        at_ms: int,
        voice: Voice | None,
        channel: MadeUpChannel,
        kind: int,
        answers: int | None,
    ) -> int:
        self.serial += 1
        self.lines.append(ScriptLine(at_ms, self.serial, voice, channel.index, kind, answers))
        return self.serial


def written(
    talk: Talk, words: Random | None, span_ms: tuple[int, int], wanted: float
) -> Iterator[MadeUpMessage]:
    """Yield the messages of [from, to) with running numbers from 1; without words, no text."""
    start_ms, end_ms = span_ms
    numbers: dict[int, int] = {}
    number = 0
    for day in range(start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1):
        for line in talk.day(day, wanted):
            if start_ms <= line.at_ms < end_ms:
                number += 1
                numbers[line.serial] = number
                yield _message(line, number, numbers, words)
        numbers = {line: its for line, its in numbers.items() if its > number - 2_000}


def _message(
    line: ScriptLine, number: int, numbers: dict[int, int], words: Random | None
) -> MadeUpMessage:
    sent_at = from_ms(line.at_ms)
    voice = line.voice
    player = voice.player if voice else None
    name = player.name_at(sent_at) if player else None
    told = line.kind == BROADCAST
    return MadeUpMessage(
        number=number,
        user=voice.user if voice else None,
        speaker=None if told else name,
        player_id=player.player_id if player else None,
        channel=line.channel,
        sent_at=sent_at,
        text="" if words is None else _text(words, line.kind, name),
        reply_to=None if line.answers is None else numbers.get(line.answers),
        is_bot=voice is None or player is not None,
        is_question=line.kind == ASK,
    )


def _text(words: Random, kind: int, name: str | None) -> str:
    if name is None:
        return phrase(words, kind)
    return broadcast(words, name) if kind == BROADCAST else bridged(name, phrase(words, kind))
