"""`clanstats doctor`: one line for everything the bot stands on, with its remedy."""

import warnings
from collections.abc import AsyncIterator
from io import StringIO
from typing import TextIO

from rich.console import Console

from bot.clan.diagnosis import Finding, Severity, well
from bot.cli import checks
from bot.cli.context import CliContext, journal
from bot.cli.terminal import screen
from bot.settings import SettingsError, costs

_COLOURS = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.FAULT: "red"}


async def doctor(context: CliContext, *, verbose: bool = False) -> int:
    """Show what every check finds as it is found; 1 when there is a fault.

    What libraries say meanwhile is no finding: only who asks for the log sees it.
    """
    with warnings.catch_warnings():
        if not verbose:
            warnings.simplefilter("ignore")
        return await _shown(context, verbose=verbose)


async def _shown(context: CliContext, *, verbose: bool) -> int:
    console, grades = screen(), set()
    async for finding in _findings(context, None if verbose else StringIO()):
        grades.add(finding.severity)
        shown_finding(console, finding)
    return 1 if Severity.FAULT in grades else 0


def shown_finding(console: Console, finding: Finding) -> None:
    """Show on one line how it is with something, and what to do."""
    next_step = f" -> {finding.next_step}" if finding.next_step else ""
    line = f"{finding.severity.value:8}{finding.about:9} {finding.words}{next_step}"
    console.print(line, style=_COLOURS[finding.severity], soft_wrap=True)


async def _findings(context: CliContext, log: TextIO | None) -> AsyncIterator[Finding]:
    """Yield one finding after the other; with faulty settings nothing else can be looked at."""
    try:
        settings = context.settings()
    except SettingsError as error:
        for found in error.faults:
            yield found._replace(about="settings", words=f"{found.about} {found.words}")
        yield well("settings", context.sought)
        return
    yield well("settings", f"can be read. {context.sought}")
    for cost in costs(settings):
        yield cost
    if unwritable := checks.at_log(settings.log_file):
        yield unwritable
        settings = settings.model_copy(update={"log_file": None})
    with journal(settings, verbose=log is None, beside=log):
        yield checks.at_folder(settings.data_dir)
        yield await checks.at_database(settings)
        for check in (checks.at_wom(context, settings), checks.at_discord(context, settings)):
            for finding in await check:
                yield finding
        for finding in checks.at_code(settings):
            yield finding
        yield checks.at_fonts()
