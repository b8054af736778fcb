"""The clan's report as officers see it in Discord."""

from collections import Counter
from collections.abc import Iterable
from functools import partial

from bot.clan.activity import ChangeKind
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.clan.wording import exact, short
from bot.reports.clan_report import (
    ClanReport,
    Mover,
    TotalRow,
    doubts,
    top_movers,
    total_rows,
)
from bot.reports.style import day_words
from bot.services.publish import ReportFiles
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._posting import PostPanel, Shown
from cogs._replies import Box, attached, listed, picture, small, when

_HEADLINES = ("XP gained", "Boss kills", "Messages", "Members active")
_ALONGSIDE = ("EHP gained", "EHB gained", "Members who wrote")
_HEADS = ("Members active", "Members who wrote")
_LEADERSHIP_ONLY = "With Promotions and Inactive, for leadership; a posted copy has neither."
_CHANGES = (
    (ChangeKind.JOINED, "joined"),
    (ChangeKind.RETURNED, "came back"),
    (ChangeKind.LEFT, "left"),
    (ChangeKind.PROMOTED, "promoted"),
    (ChangeKind.DEMOTED, "demoted"),
    (ChangeKind.RENAMED, "renamed"),
)


class ReportPanel(PostPanel):
    """A report for the officer who asked; what only leadership's copy has is never posted."""

    kind = "report"
    posting = Permission.POST_REPORTS

    def __init__(
        self, services: Services, periods: Iterable[Period], made: ReportFiles | None = None
    ) -> None:
        shown = None if made is None else report_shown(made)
        super().__init__(services, Permission.SEE_REPORTS, periods, shown)
        self._made = made

    async def to_post(self, interaction: Interaction, period: Period) -> Shown | None:
        """Return the report that was shown, as everybody may see it, or else as it is now."""
        if self._made is None:
            return await self.afresh(interaction, period)
        return report_shown(await self.services.publish.for_everybody(self._made))

    async def afresh(self, interaction: Interaction, period: Period) -> Shown | None:
        """Return the report as it is now."""
        return report_shown(await self.services.publish.report_files(clan_of(interaction), period))


def report_shown(made: ReportFiles) -> Shown:
    """Return a report and its files as an answer."""
    return Shown(partial(_box, made), (made.chart, made.workbook))


def _box(made: ReportFiles) -> Box:
    """Return totals, picture, who moved most, what changed, the file, and how good it all is."""
    report = made.report
    rows = {row.label: row for row in total_rows(report)}
    movers = top_movers(report)
    box = Box(
        f"## {escaped(report.clan)}",
        f"**Clan report**  last {report.period.words}",
        small(f"{when(report.span.start, 'D')} to {when(report.roster.as_of, 'f')}"),
    )
    box.rule().say(*(_total(rows[label]) for label in _HEADLINES))
    box.say(*(small(_total(rows[label])) for label in _ALONGSIDE))
    if told := doubts(report):
        box.say(small(*told))
    box.add_item(picture(made.chart))
    box.say(
        listed("Most XP", _named(movers.xp), "nobody yet"),
        listed("Most boss kills", _named(movers.kills), "nobody yet"),
        listed("Most messages", _named(movers.messages), "nobody yet"),
        listed("Members", _changes(report), "nobody came, left or changed rank"),
    )
    box.add_item(attached(made.workbook))
    if report.suggestions is not None:
        box.say(small(_LEADERSHIP_ONLY))
    return box.say(small(*report.evidence))


def _total(row: TotalRow) -> str:
    write = exact if row.label in _HEADS else short
    change = ""
    if row.change is not None:
        change = f"  {row.percent} from {write(row.before)}"
    seen = f" ({row.seen})" if row.seen and row.label in _HEADLINES else ""
    return f"**{row.label}**  {write(row.now)}{seen}{change}"


def _named(movers: Iterable[Mover]) -> list[str]:
    return [f"{escaped(mover.name)} **{short(mover.value)}**{_since(mover)}" for mover in movers]


def _since(mover: Mover) -> str:
    return f" since {day_words(mover.since)}" if mover.since else ""


def _changes(report: ClanReport) -> list[str]:
    counts = Counter(change.kind for change in report.changes)
    return [f"{counts[kind]} {word}" for kind, word in _CHANGES if counts[kind]]
