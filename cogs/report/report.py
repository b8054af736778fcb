"""The clan's report as officers see it in Discord."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import discord

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
from bot.reports.documents import Document, ExportFormat
from bot.reports.export import export_csv, export_json
from bot.reports.style import day_words
from bot.services.publish import ReportFiles
from cogs._heads import clan_head, span_line
from cogs._permissions import Interaction, caller_may, clan_of, turn_of
from cogs._replies import Box, attached, listed, picture, small
from cogs.screens import Acknowledge, Controls, PostedScreen, Press, Rendered, pressed

SUMMARY, WORKBOOK = "summary", "workbook"
"""What of a report can be posted."""

_EXPORTS = {ExportFormat.JSON: "Get JSON", ExportFormat.CSV: "Get CSV"}
"""What the numbers are offered as beside the Excel file, which is there already."""

_EXPORTED = "For other programs: roster, gains, messages, bosses, activity. Only you see it"
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


@dataclass(frozen=True, slots=True)
class ReportState:
    """Of which period the report is."""

    period: Period = Period.WEEK


class ReportFound(NamedTuple):
    """A report with its files, and whether whoever asks may post it."""

    made: ReportFiles
    may_post: bool


_CONTROLS = Controls("report", ReportState)


class ReportScreen(PostedScreen[ReportState, ReportFound]):
    """A report for the officer who asked; what only leadership's copy has is never posted."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {
        SUMMARY: "Post the summary",
        WORKBOOK: "Post it with the workbook",
    }
    question = (
        "The summary is the totals, the top lists and the chart. The workbook has every member by "
        "name and when they were last seen. Nobody is pinged, and nothing that only leadership "
        "sees is posted."
    )

    async def read(self, interaction: Interaction, state: ReportState) -> ReportFound:
        """Return the report as it is now; with the suggestions for whoever decides on them."""
        leads = caller_may(interaction, Permission.CALL_INACTIVE)
        made = await self.services.publish.report_files(
            clan_of(interaction), state.period, leadership=leads
        )
        return ReportFound(made, caller_may(interaction, self.posting))

    def render(self, state: ReportState, answer: ReportFound, _note: str = "") -> Rendered:
        """Return the report, with its button for whoever may post it."""
        made = answer.made
        box = report_box(made.report, made.chart, made.workbook)
        buttons = [
            _CONTROLS.button("export", state, label, argument=form)
            for form, label in _EXPORTS.items()
        ]
        if answer.may_post:
            buttons.insert(0, self.post_button(state))
        box.add_item(discord.ui.ActionRow(*buttons))
        return Rendered(box, (made.chart, made.workbook))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def export(self, press: Press[ReportState]) -> None:
        """Send the numbers behind the report, as they are now, to whoever pressed."""
        write = {ExportFormat.JSON: export_json, ExportFormat.CSV: export_csv}
        form = ExportFormat(press.argument)
        async with turn_of(press.interaction, self.services):
            report = await self.services.publish.clan_report(press.clan, press.state.period)
            document = await asyncio.to_thread(write[form], report)
        box = Box(f"**{escaped(report.clan)}**  last {report.period.words}").add_item(
            attached(document)
        )
        box.say(small(_EXPORTED), small(*report.evidence))
        await Rendered(box, (document,)).send(press.interaction)

    async def for_everybody(
        self, interaction: Interaction, state: ReportState, part: str
    ) -> Rendered:
        """Return the report as it is now and as everybody may see it."""
        clan, publish = clan_of(interaction), self.services.publish
        if part == WORKBOOK:
            made = await publish.report_files(clan, state.period)
            box = report_box(made.report, made.chart, made.workbook)
            return Rendered(box, (made.chart, made.workbook))
        report, chart = await publish.report_summary(clan, state.period)
        return Rendered(report_box(report, chart), (chart,))


def report_box(report: ClanReport, chart: Document, workbook: Document | None = None) -> Box:
    """Return totals, picture, who moved most, what changed, the file, and how good it all is."""
    rows = {row.label: row for row in total_rows(report)}
    movers = top_movers(report)
    box = Box(
        *clan_head(report.clan, "Clan report", report.period),
        span_line(report.span.start, report.roster.as_of),
    )
    box.rule().say(*(_total(rows[label]) for label in _HEADLINES))
    box.say(*(small(_total(rows[label])) for label in _ALONGSIDE))
    if told := doubts(report):
        box.say(small(*told))
    box.add_item(picture(chart))
    box.say(
        listed("Most XP", _named(movers.xp), "nobody yet"),
        listed("Most boss kills", _named(movers.kills), "nobody yet"),
        listed("Most messages", _named(movers.messages), "nobody yet"),
        listed("Members", _changes(report), "nobody came, left or changed rank"),
    )
    if workbook is not None:
        box.add_item(attached(workbook))
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
