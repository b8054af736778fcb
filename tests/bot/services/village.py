"""A small clan made by hand: who is in it, what WOM saw of them, and what they wrote."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sqlalchemy import event, update

from bot.clan.clan_settings import Draft
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.policy import Policy
from bot.clan.ranks import Caller
from bot.services.chat import ChannelInfo, IncomingMessage, Intake
from bot.services.game import store_readings
from bot.services.setup import Clan, Clans, Policies
from storage import authors, clans, links, players
from storage.engine import Database
from storage.links import StandingLink, StoredState
from storage.tables import LINKS
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import GENERAL, heard
from tests.storage.rows import DAY, NOW, a_player

OFFICER = 999


async def judged_by(policies: Policies, clan: Clan, policy: Policy, who: int = OFFICER) -> None:
    """Have a policy, changed from the newest one, hold from now on."""
    base = await policies.clan_settings(clan)
    draft = Draft(base, replace(base, policy=policy))
    await policies.settle(clan, draft, Caller(is_guild_owner=True), who)


@dataclass
class Village:
    """A clan and the means to make things happen in it."""

    database: Database
    known_clans: Clans
    clock: Clock
    clan: Clan
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def changed(self, **columns: object) -> Clan:
        """Set columns of the clan, if any, and return it as it is then."""
        if columns:
            async with self.database.writing() as connection:
                await clans.change(connection, self.clan.clan_id, **columns)
        found = await self.known_clans.of_guild(self.clan.guild_id)
        assert found is not None
        self.clan = found
        return found

    async def settled(self, names: Mapping[int, str], **place: object) -> None:
        """Put players into the clan, as members since a year unless said otherwise."""
        usual = {"role": "member", "joined_at": NOW - 365 * DAY, "role_since_at": None}
        async with self.database.writing() as connection:
            people = [a_player(who, name) for who, name in names.items()]
            await players.note_players(connection, people, NOW)
            rows = [{"player_id": who, **usual, **place} for who in names]
            await players.put_in(connection, self.clan.clan_id, rows)

    async def seen(
        self, player_id: int, at: datetime, xp: float, *, attack: float = 0, **bosses: float
    ) -> None:
        """Have WOM look at a player."""
        await self.looked(player_id, [reading(at, xp, attack=attack, **bosses)])

    async def seen_often(self, player_id: int, xp_at: Mapping[datetime, float]) -> None:
        """Have WOM look at a player's XP at each of some instants, oldest first."""
        await self.looked(player_id, [reading(at, xp) for at, xp in xp_at.items()])

    async def looked(self, player_id: int, readings: Sequence[MetricReading]) -> None:
        """Have WOM see those readings of a player, oldest first."""
        async with self.database.writing() as connection:
            await store_readings(connection, {player_id: readings})

    async def wrote(
        self, user: int, *at: datetime, channel_info: ChannelInfo = GENERAL, asks: bool = False
    ) -> list[IncomingMessage]:
        """Have somebody write."""
        messages = [
            heard(next(self.numbers), user, instant, channel_info, asks=asks) for instant in at
        ]
        intake = Intake(self.database, self.known_clans, self.clock)
        await intake.store(self.clan, messages)
        return messages

    async def called(self, user: int, name: str) -> None:
        """Give a Discord user, who need not have written, a name."""
        async with self.database.writing() as connection:
            await authors.author_ids(connection, {self.clan.clan_id: {user: (name, name.lower())}})

    async def linked(
        self,
        player_id: int,
        user: int,
        *,
        is_main: bool = False,
        state: StoredState = StoredState.CONFIRMED,
    ) -> None:
        """Link a player to a Discord user."""
        link = StandingLink(player_id, user, StoredState.CONFIRMED, is_main)
        async with self.database.writing() as connection:
            await links.confirm(connection, self.clan.clan_id, link, OFFICER, NOW)
            if state is not StoredState.CONFIRMED:
                mine = LINKS.c.player_id == player_id, LINKS.c.discord_user_id == user
                await connection.execute(update(LINKS).where(*mine).values(state=state))


def reading(at: datetime, xp: float, *, attack: float = 0, **bosses: float) -> MetricReading:
    """Return what WOM sees of a player; XP and kills below zero are not on the hiscores."""
    values: dict[MetricKind, Mapping[str, float]] = {
        MetricKind.SKILL: {"overall": xp, "attack": attack},
        MetricKind.BOSS: bosses,
        MetricKind.COMPUTED: {"ehp": -1 if xp < 0 else xp / 100_000, "ehb": 1.0},
    }
    return MetricReading(at, values)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
