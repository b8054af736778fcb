"""Building every part once, lowest first; what opens also closes."""

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import clock as wall
from bot.clan.punctuality import Job
from bot.reports.worker import Draws, Inline
from bot.services.chat import Backfill, Bridges, Channels, Intake, Marks, Presence, Zones
from bot.services.game import Looking, OwnGroup, Poll, Refreshing, SharedBudget
from bot.services.imports import Imports
from bot.services.ops import (
    Alone,
    Archive,
    Duties,
    Integrity,
    Shared,
    Turns,
    Upkeep,
    Vitals,
)
from bot.services.people import Exemptions, IdentityCache, Leaves, Links
from bot.services.privacy import Dossier, Privacy
from bot.services.publish import (
    Activities,
    Audits,
    Bosses,
    Cards,
    ClanQuestions,
    Comparisons,
    DashboardPlaces,
    Dashboards,
    Details,
    Digests,
    Leaderboards,
    Newcomers,
    Publish,
)
from bot.services.review import Cases, Review
from bot.services.setup import Clans, Clock, Drafts, Policies
from bot.settings import Settings
from bot.watchdog import memory_beside, remembered
from storage.engine import Database
from storage.migrate import Migrated, bring_up
from storage.owner import owning
from wom.client import WomClient, open_http

if TYPE_CHECKING:
    import httpx

VERSION = version("clanstats")
now = wall.now
_YOUNG_ONLY = 700, 10, 100_000
"""How much is made before the collector looks at the new, the newer and (hardly ever) the old."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that can be asked of the bot without Discord."""

    clans: Clans
    zones: Zones
    poll: Poll
    wom: WomClient
    intake: Intake
    marks: Marks
    presence: Presence
    bridges: Bridges
    backfill: Backfill
    imports: Imports
    publish: Publish
    cards: Cards
    leaderboards: Leaderboards
    comparisons: Comparisons
    dashboards: Dashboards
    digests: Digests
    places: Channels
    links: Links
    leaves: Leaves
    exemptions: Exemptions
    privacy: Privacy
    dossier: Dossier
    policies: Policies
    drafts: Drafts
    review: Review
    audits: Audits
    activities: Activities
    bosses: Bosses
    cases: Cases
    details: Details
    questions: ClanQuestions
    newcomers: Newcomers
    refreshing: Refreshing
    looking: Looking
    upkeep: Upkeep
    integrity: Integrity
    archive: Archive
    turns: Turns
    duties: Duties
    vitals: Vitals
    identities: IdentityCache
    clock: Clock
    migrated: Migrated


def leave_loaded() -> None:
    """Let the garbage collector leave alone what is loaded by now, for good; call it once.

    Walking over all that lives takes longer the longer we run, and the gateway waits meanwhile: so
    what is old is looked through only by `tidy`, at a quiet time.
    """
    tidy()
    gc.freeze()
    gc.set_threshold(*_YOUNG_ONLY)
    gc.enable()


def tidy() -> None:
    """Free every circle of objects that nobody refers to, old ones too."""
    gc.collect()


@asynccontextmanager
async def open_services(  # noqa: PLR0913 - what tests replace: clock, drawing, WOM, waiting
    settings: Settings,
    clock: Clock = now,
    *,
    draws: Callable[[], Draws] = Inline,
    transport: "httpx.AsyncBaseTransport | None" = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    timer: Callable[[], float] = time.monotonic,
    alone: bool = False,
    program: str = "`clanstats run`",
) -> AsyncIterator[Services]:
    """Yield the services on a database that is brought up to the newest schema.

    Who must be `alone` owns the database meanwhile, as that `program`; on a server it does its
    share of the work, once `duties` began. Tests give a still clock, an
    httpx.MockTransport, and a sleep and a timer that do not wait. Raises StorageError when the
    database cannot be used; on leaving, what was heard is written and everything is closed.
    """
    database = Database(settings.database_url, data_dir=settings.data_dir)
    if database.path is not None:
        Path(database.path).parent.mkdir(parents=True, exist_ok=True)
    drawing = draws()
    wom = _asking(settings, transport, sleep, timer, database)
    duties: Duties = Alone(database, clock)
    if alone and database.path is None:
        duties = Shared(database, settings.shards, clock, timer=timer, sleep=sleep)
    owned = ExitStack()
    try:
        if alone and database.path is not None:
            owned.enter_context(owning(database.path, program, clock()))
        migrated = await bring_up(database, clock(), alone=alone)
        services = _services(settings, database, wom, drawing, clock, migrated, duties)
        await services.privacy.forget_again()
        try:
            yield services
        finally:
            await services.intake.flush()
            await services.presence.flush(is_last=True)
    finally:
        await duties.close()
        await wom.aclose()
        drawing.close()
        await database.close()
        owned.close()


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Return what has to happen every so often with these settings."""
    found = [
        Job("poll", settings.poll_every),
        Job("backup", timedelta(days=1)),
        Job("check", timedelta(days=7)),
    ]
    if settings.wom_group_secret is not None:
        found.append(Job("update-all", settings.update_all_every))
    return tuple(found)


def _asking(
    settings: Settings,
    transport: "httpx.AsyncBaseTransport | None",
    sleep: Callable[[float], Awaitable[None]],
    timer: Callable[[], float],
    database: Database,
) -> WomClient:
    key = settings.wom_api_key.get_secret_value() if settings.wom_api_key else None
    contact = settings.wom_contact or "no contact given"
    return WomClient(
        lambda: open_http(settings.wom_base_url, key, contact, VERSION, transport=transport),
        has_key=settings.wom_api_key is not None,
        monotonic=timer,
        sleep=sleep,
        jitter=random.random,
        # On a file there is one process, which needs to ask nobody.
        shares=None if database.path else SharedBudget(database, key, timer),
    )


def _own_group(settings: Settings) -> OwnGroup | None:
    group_id, code = settings.wom_group_id, settings.wom_group_secret
    if group_id is None or code is None:
        return None
    return OwnGroup(group_id, code.get_secret_value())


def _archive_after(settings: Settings) -> timedelta | None:
    days = settings.archive_after_days
    return timedelta(days=days) if days else None


def _dashboard_places(settings: Settings) -> DashboardPlaces:
    return DashboardPlaces(settings.dashboard_dir or settings.data_dir, settings.local_drive_path)


def _upkeep(
    settings: Settings,
    database: Database,
    clock: Clock,
    identities: IdentityCache,
    duties: Duties,
) -> Upkeep:
    return Upkeep(
        database,
        clock,
        jobs(settings),
        version=VERSION,
        refreshed_group=settings.wom_group_id if settings.wom_group_secret else None,
        identities=identities,
        elsewhere=settings.backup_copy_dir,
        most_channels=settings.max_channels,
        watched_at=lambda: remembered(memory_beside(settings)).looked_at,
        works_for=duties.has,
    )


_DRAWN: dict[str, Callable[[Database, Draws, Clock, IdentityCache], Any]] = {
    "activities": Activities,
    "bosses": Bosses,
    "cards": Cards,
    "comparisons": Comparisons,
    "digests": Digests,
    "leaderboards": Leaderboards,
    "publish": Publish,
}
"""What reads a clan and draws it, by its name among the services."""


def _services(  # noqa: PLR0913, PLR0917 - the parts that everything is built from
    settings: Settings,
    database: Database,
    wom: WomClient,
    drawing: Draws,
    clock: Clock,
    migrated: Migrated,
    duties: Duties,
) -> Services:
    clans = Clans(database, clock)
    intake = Intake(database, clans, clock, settings.max_channels)
    presence = Presence(database, clock)
    identities = IdentityCache(clock)
    review = Review(database, clock, identities)
    poll = Poll(database, wom, clock, most_members=settings.max_members)
    return Services(
        **{name: part(database, drawing, clock, identities) for name, part in _DRAWN.items()},
        clans=clans,
        zones=Zones(database),
        poll=poll,
        wom=wom,
        intake=intake,
        marks=Marks(database, intake, identities),
        presence=presence,
        bridges=(bridges := Bridges(database, intake)),
        backfill=Backfill(database, intake, clock, settings.history_days, settings.compare_days),
        imports=Imports(database, bridges, clock, settings.history_days),
        dashboards=Dashboards(database, drawing, clock, identities, _dashboard_places(settings)),
        places=Channels(database),
        links=Links(database, clock, identities),
        leaves=Leaves(database, clock),
        exemptions=Exemptions(database, clock),
        privacy=Privacy(database, clock, identities, presence),
        dossier=Dossier(database, clock),
        policies=Policies(database, clock),
        drafts=Drafts(clock),
        review=review,
        audits=Audits(review, drawing),
        cases=Cases(database, review, clock, identities),
        details=Details(drawing, clock),
        questions=ClanQuestions(database, clock, identities),
        newcomers=Newcomers(database, clock, identities),
        refreshing=Refreshing(wom, _own_group(settings)),
        looking=Looking(database, wom, poll, clock, identities),
        upkeep=_upkeep(settings, database, clock, identities, duties),
        integrity=Integrity(database, clock),
        archive=Archive(database, clock, _archive_after(settings)),
        turns=Turns(settings.max_waiting),
        duties=duties,
        vitals=Vitals(database, intake, wom, clock),
        identities=identities,
        clock=clock,
        migrated=migrated,
    )
