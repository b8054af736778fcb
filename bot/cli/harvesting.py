"""`clanstats harvest`: Wise Old Man polled and Discord's history read, without staying there.

For people who run it from cron. What fails costs itself: the other half is done all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from bot.clan.wording import plural
from bot.cli.choosing import adopt_group, clans_meant
from bot.cli.context import CannotDo, CliContext, founded, journal
from bot.cli.exit_codes import words_for
from bot.cli.polling import polled
from bot.cli.terminal import margin, screen
from bot.journal import short_id
from bot.settings import Settings
from bot.wiring import Services
from storage.errors import WAIT_SECONDS, DatabaseOwned

_RUN = "`clanstats run`"
NewId = Callable[[], str]


class DoneByRun(CannotDo):
    """Somebody else does it already: the bot runs, listens and polls."""


@dataclass(slots=True)
class Harvested:
    """What was read, a line each, and what was not, and why."""

    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def harvest(context: CliContext, wanted: str | None, *, verbose: bool) -> int:
    """Poll and read; 1 when something could not be read."""
    settings = context.settings("discord_token", "wom_contact")
    with journal(settings, verbose=verbose):
        done = await harvested(context, settings, wanted)
    for line in done.lines:
        screen().print(line, soft_wrap=True)
    for line in done.failures:
        margin().print(line, style="red", soft_wrap=True)
    return 1 if done.failures else 0


async def harvested(
    context: CliContext, settings: Settings, wanted: str | None, new_id: NewId = short_id
) -> Harvested:
    """Poll and read, and return what came of it.

    DoneByRun while the bot runs on the database; whoever else has it is waited for.
    """
    done = Harvested()
    async with services_alone(context, settings, "`clanstats harvest`") as services:
        if new := founded(settings, services):
            done.lines.append(new)
        await _poll(services, settings, wanted, done, new_id)
        await _read(context, services, settings, wanted, done, new_id)
    return done


async def _poll(
    services: Services, settings: Settings, wanted: str | None, done: Harvested, new_id: NewId
) -> None:
    await adopt_group(services, settings)
    try:
        chosen = await clans_meant(services, wanted)
    except CannotDo as error:
        if wanted is not None:
            raise
        done.failures.append(f"Wise Old Man: {words_for(error)}")
        return
    for clan in chosen:
        result = await polled(services, clan, new_id=new_id)
        if isinstance(result, str):
            done.failures.append(f"{clan.name}: {result}")
        elif (doubt := result.doubt or result.overtaken) is not None:
            done.failures.append(f"{clan.name}: nothing of this poll was kept: {doubt}")
        else:
            seen = f"{plural(result.members, 'member')} on Wise Old Man"
            done.lines.append(f"{clan.name}: {seen}, {result.updated:,} with news")


async def _read(  # noqa: PLR0913, PLR0917 - likewise
    context: CliContext,
    services: Services,
    settings: Settings,
    wanted: str | None,
    done: Harvested,
    new_id: NewId,
) -> None:
    only = None
    if wanted is not None:
        only = {each.guild_id for each in await clans_meant(services, wanted)}
    try:
        with _told_on_terminal() as tells:
            found = await context.read_discord(
                settings.need_discord(), services, settings, only=only, tells=tells, new_id=new_id
            )
    except CannotDo as error:
        done.failures.append(f"Discord: {words_for(error)}")
        return
    for each in found.servers:
        if each.channels or not each.failed:
            read = f"{plural(each.channels, 'channel')} read"
            done.lines.append(f"{each.name}: {read}, {plural(each.messages, 'new message')}")
        done.failures += [f"{each.name}: {why}" for why in each.failed]
    if not found.servers:
        done.failures.append(
            f"Discord: the bot is in no such server; invite it: {found.setup.invite}"
        )
    if found.setup.costs:
        done.lines.append(f"Discord: {found.setup.costs}; to have it, {found.setup.switches}")


@contextmanager
def _told_on_terminal() -> Iterator[Callable[[str], None]]:
    """Yield whom to tell which server is read; it turns on a terminal alone."""
    beside = margin()
    if not beside.is_terminal:
        yield lambda _: None
        return
    with beside.status("reading Discord") as status:
        yield lambda name: status.update(f"reading {name}")


@asynccontextmanager
async def services_alone(
    context: CliContext,
    settings: Settings,
    program: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Services]:
    """Yield the services and own the database meanwhile.

    Whoever has it is waited for 30 seconds (DatabaseOwned), but a bot that runs is not (DoneByRun).
    """
    async with AsyncExitStack() as stack:
        for second in range(WAIT_SECONDS + 1):
            try:
                opened = context.open_services(settings, alone=True, program=program)
                services = await stack.enter_async_context(opened)
                break
            except DatabaseOwned as error:
                if _RUN in error.owner:
                    remedy = "nothing has to be read: it listens, polls and reads history by itself"
                    raise DoneByRun(f"{error.owner} has the database", remedy) from error
                if second == WAIT_SECONDS:
                    raise
            await sleep(1.0)
        yield services
