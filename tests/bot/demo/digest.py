"""Writes a digest of a small world, to be compared between interpreters."""

import hashlib
import sys
from datetime import UTC, datetime

from bot.demo.world import World, make_world


def digest(world: World) -> str:
    """Return a digest of everything that a world tells."""
    told = hashlib.sha256(repr((world.players, world.users, world.channels)).encode())
    for player in world.players:
        told.update(repr(list(world.changes(player))).encode())
    for message in world.messages():
        told.update(repr(message).encode())
    return told.hexdigest()


if __name__ == "__main__":
    now = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    sys.stdout.write(digest(make_world(seed=5, members=30, days=20, now=now)))
