"""One process that hears messages: `python -m tests.scale.worker`, told on its input what to do.

It says "ready", waits for a line, hears as much as it can write for so many seconds, and says what
came of it.
"""

import asyncio
import json
import sys
import time
from datetime import timedelta
from typing import Any

from bot.services.chat import ChannelInfo, IncomingMessage, Intake
from bot.services.setup import Clans
from storage.columns import first_snowflake
from storage.engine import Database
from tests.scale.loading import APART, NOW
from tests.scale.machine import resident_megabytes

AT_ONCE = 250
"""Messages between two flushes: in as many clans, if there are so many."""


async def listen(told: dict[str, Any]) -> dict[str, float]:
    """Hear and write messages; return how many were stored, in how long."""
    database = Database(told["place"])
    intake = Intake(database, Clans(database, lambda: NOW), lambda: NOW)
    clans, users, stored = told["clans"], told["users"], 0
    await intake.flush()
    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    began_s, number = time.perf_counter(), 0
    while time.perf_counter() - began_s < told["seconds"]:
        for _ in range(AT_ONCE):
            number += 1
            clan = clans[number % len(clans)]
            user = users[number // len(clans) % len(users)]
            intake.hear(1 + clan * APART, _message(told, number, clan, user))
        stored += (await intake.flush()).stored
    seconds = time.perf_counter() - began_s
    await database.close()
    return {
        "stored": stored,
        "heard": number,
        "seconds": seconds,
        "cpu_s": time.process_time(),
        "megabytes": resident_megabytes(),
    }


def _message(told: dict[str, Any], number: int, clan: int, user: int) -> IncomingMessage:
    sent_at = NOW + timedelta(milliseconds=number)
    # Apart from those of other processes and of other trials, whose numbers are the same.
    message_id = first_snowflake(sent_at) + int(told["salt"])
    channel = ChannelInfo(told["channel"] + clan * APART, "general", "text")
    name = f"somebody {user}"
    return IncomingMessage(message_id, channel, user + clan * APART, name, name, sent_at)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(json.dumps(asyncio.run(listen(json.loads(sys.stdin.readline())))))
