"""A process that serves a shard until it is killed, in the middle of a clan's job.

    python -m tests.bot.held URL COUNT SHARD CLAN

says "held" once it has begun, and "lost" if its work were ever taken from it.
"""

import asyncio
import sys
import time

from sqlalchemy.engine import make_url

from bot.clan.shards import Shards
from bot.services.ops import Shared
from bot.wiring import now
from storage import runs
from storage.engine import Database


async def work(url: str, count: int, shard: int, clan_id: int) -> None:
    database = Database(make_url(url))
    duties = Shared(database, Shards(count, (shard,)), now, timer=time.monotonic)
    await duties.begin()
    with duties.doing(clan_id):
        async with database.writing() as connection:
            await runs.begin(connection, "poll", clan_id, "killed", now())
        sys.stdout.write("held\n")
        sys.stdout.flush()
        await duties.keep()
    sys.stdout.write("lost\n")


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
