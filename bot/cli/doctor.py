"""`clanstats doctor`: one line for everything the bot stands on, with its remedy."""

from collections.abc import AsyncIterator

from bot.cli import checks as looks
from bot.cli.checks import CheckResult, Severity
from bot.cli.context import CliContext, journal
from bot.cli.terminal import screen
from bot.settings import SettingsError, costs


async def doctor(context: CliContext) -> int:
    """Show what every look finds as it is found; 1 when there is a fault."""
    console, grades = screen(), set()
    async for finding in _findings(context):
        grades.add(finding.grade)
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        line = f"{finding.grade.name.lower():8}{finding.about:10}{finding.words}{remedy}"
        console.print(line, style=finding.grade.value, soft_wrap=True)
    return 1 if Severity.FAULT in grades else 0


async def _findings(context: CliContext) -> AsyncIterator[CheckResult]:
    """Yield one finding after the other; with faulty settings nothing else can be looked at."""
    try:
        settings = context.settings()
    except SettingsError as error:
        for fault in error.faults:
            yield CheckResult(
                Severity.FAULT, "settings", f"{fault.key} {fault.wrong}", f"right is {fault.right}"
            )
        return
    yield looks.well("settings", "can be read")
    for cost in costs(settings):
        yield CheckResult(Severity.WARNING, "settings", cost, "set it in .env")
    with journal(settings, verbose=False):
        yield looks.at_folder(settings.data_dir)
        yield await looks.at_database(settings)
        for look in (looks.at_wom(context, settings), looks.at_discord(context, settings)):
            for finding in await look:
                yield finding
        for finding in looks.at_code(settings):
            yield finding
        yield looks.at_fonts()
