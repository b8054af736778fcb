"""`clanstats promotions` and `clanstats inactive`: leadership's lists, without Discord.

The screen, CSV and JSON show the same rows, those that Discord shows.
"""

from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from typer import echo

from bot.cli.choosing import one_clan
from bot.cli.context import CannotDo, CliContext, ListFormat, clock_at, journal
from bot.cli.list_screens import show_inactive, show_promotions
from bot.cli.terminal import margin, plain, screen
from bot.reports.documents import write_whole
from bot.reports.list_files import as_csv, as_json
from bot.reports.lists import Listing, Row, inactive_rows, promotion_rows
from bot.services.setup import Clan
from bot.wiring import Services

_WRITTEN_WIDTH = 120


class ListRequest(NamedTuple):
    """Whose list is asked for, as of when, in which form and where to; None where nobody said."""

    clan: str | None
    form: ListFormat | None
    out: Path | None
    now: datetime | None
    verbose: bool


async def promotions(context: CliContext, asked: ListRequest) -> int:
    """Show or write who may rise, who is just under, and who was approved and waits."""
    async with _opened(context, asked) as (services, clan):
        review = await services.review.promotions(clan)
    rows = promotion_rows(review.promotions, review.policy, review.as_of)
    _give(asked, rows, lambda console: show_promotions(console, clan, review, rows))
    return 0


async def inactive(context: CliContext, asked: ListRequest, days: int | None) -> int:
    """Show or write who is silent, by each rank's own limit or with one limit for all."""
    async with _opened(context, asked) as (services, clan):
        review = await services.review.inactive(clan, days)
    rows = inactive_rows(review.listed, review.policy, review.as_of)
    _give(asked, rows, lambda console: show_inactive(console, clan, review, rows))
    return 0


@asynccontextmanager
async def _opened(context: CliContext, asked: ListRequest) -> AsyncIterator[tuple[Services, Clan]]:
    """Yield the services and the clan that is meant; CannotDo while nothing is known of it."""
    settings = context.settings()
    context.must_have_database(settings)
    with journal(settings, verbose=asked.verbose):
        async with context.open_services(settings, **clock_at(asked.now)) as services:
            clan = await one_clan(services, asked.clan)
            if clan.polled_at is None:
                raise CannotDo(f"Nothing is known of {clan.name} yet", "run `clanstats poll`")
            yield services, clan


def _give(asked: ListRequest, listing: Listing[Row], show: Callable[[Console], None]) -> None:
    """Show the list on the screen or write it to a file, which is whole or not there."""
    form = asked.form or _form_of(asked.out)
    if asked.out is None:
        if form is ListFormat.TABLE:
            show(screen())
        else:
            echo(_content(form, listing, show).removeprefix(BOM_UTF8), nl=False)
        return
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(asked.out, _content(form, listing, show))
    margin().print(f"Written to {asked.out}", soft_wrap=True)


def _form_of(out: Path | None) -> ListFormat:
    """Return the form that a file's name ends in, else the one for people."""
    ending = "" if out is None else out.suffix.removeprefix(".").lower()
    return ListFormat(ending) if ending in set(ListFormat) else ListFormat.TABLE


def _content(form: ListFormat, listing: Listing[Row], show: Callable[[Console], None]) -> bytes:
    if form is ListFormat.CSV:
        return as_csv(listing).content
    if form is ListFormat.JSON:
        return as_json(listing).content
    paper = StringIO()
    show(plain(paper, _WRITTEN_WIDTH))
    lines = (line.rstrip() for line in paper.getvalue().splitlines())
    return "".join(f"{line}\n" for line in lines).encode()
