"""The clan's numbers for other programs: tables with a documented schema, as JSON or CSV.

Unknown is null in JSON and an empty cell in CSV, never 0. Instants are ISO 8601 in UTC. The schema
stands in docs/export.md; whoever changes a column raises the version.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from bot.clan.metrics import UNRANKED
from bot.clan.spans import WINDOWS
from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.list_files import without_formulas

SCHEMA_VERSION = 1
_MADE_AT = (1980, 1, 1, 0, 0, 0)
"""When everything in a zip was made, so that the same numbers always give the same bytes."""


class ExportTable(NamedTuple):
    """One table: its columns, and rows of plain values in their order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def export_tables(report: ClanReport) -> dict[str, ExportTable]:
    """Return every table by name; nobody who opted out is in any of them."""
    return {
        "roster": ExportTable(_ROSTER, tuple(_roster(report))),
        "gains": ExportTable(_GAINS, tuple(_gains(report))),
        "messages": ExportTable(_MESSAGES, tuple(_messages(report))),
        "bosses": ExportTable(_BOSSES, tuple(_bosses(report))),
        "activity": ExportTable(_ACTIVITY, tuple(_activity(report))),
    }


def export_json(report: ClanReport) -> Document:
    """Return all tables as one JSON file, each row with the names of its columns."""
    told = {
        **_about(report),
        "tables": {
            name: [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows]
            for name, table in export_tables(report).items()
        },
    }
    # Spaces would make a large clan's file half as large again, and Discord takes 10 MB.
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Document("clan_export.json", content.encode())


def export_csv(report: ClanReport) -> Document:
    """Return a zip with one CSV file for each table, and with what the export is about."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        about = ExportTable(("key", "value"), tuple(_about(report).items()))
        for name, table in {"about": about, **export_tables(report)}.items():
            entry = zipfile.ZipInfo(f"{name}.csv", _MADE_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Excel takes a file for UTF-8 only where it begins with this mark.
            archive.writestr(entry, _csv(table).encode("utf-8-sig"))
    return Document("clan_export.zip", packed.getvalue())


def _csv(table: ExportTable) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell of CSV: a text that Excel would compute gets an apostrophe."""
    plain = _plain(value)
    return without_formulas(plain) if isinstance(plain, str) else plain


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _about(report: ClanReport) -> Mapping[str, Any]:
    span = report.shown_span
    return {
        "schema_version": SCHEMA_VERSION,
        "clan": report.clan,
        "time_zone": report.zone,
        "as_of": _plain(report.roster.as_of),
        "period_days": report.period.value,
        "period_from": _plain(span.start),
        "period_to": _plain(span.end),
        "messages_since": _plain(report.heard_from),
        "game_since": _plain(report.seen_from),
        "opted_out": report.left_out,
        "evidence": "; ".join(report.evidence),
    }


_ROSTER = (
    *("player_id", "name", "role", "joined_at", "person", "alt_of", "account_type"),
    *("total_xp", "total_kills", "total_ehp", "total_ehb", "total_messages"),
    *("seen_in_game_at", "wrote_at"),
)
_GAINS = (
    *("player_id", "name", "days", "xp", "kills", "ehp", "ehb"),
    *("measured_from", "measured_to", "is_partial", "is_thin"),
)
_MESSAGES = ("player_id", "name", "days", "messages")
_BOSSES = ("player_id", "name", "boss", "kills", "gained", "entered_hiscores_at")
_ACTIVITY = ("day", "hour", "messages", "xp", "kills")


def _roster(report: ClanReport) -> Iterator[tuple[Any, ...]]:
    for each in report.roster.members:
        yield (
            *(each.player_id, each.name, each.role, each.joined_at),
            *(each.person, each.alt_of, each.account_type),
            *(each.total_xp, each.total_kills, each.total_ehp, each.total_ehb),
            *(each.total_messages, each.changed_at, each.wrote_at),
        )


def _gains(report: ClanReport) -> Iterator[tuple[Any, ...]]:
    windows = sorted({*WINDOWS, report.period})
    for each in report.roster.members:
        for days in windows:
            found = each.gains(days)
            doubts = (found.partial, found.thin) if found.known else (None, None)
            yield (
                *(each.player_id, each.name, days.value),
                *(found.xp, found.kills, found.ehp, found.ehb),
                *(found.since, found.until, *doubts),
            )


def _messages(report: ClanReport) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each window of which messages were read: of no other is anything known."""
    is_heard = report.heard_from is not None
    for each in report.roster.members:
        for days in sorted(each.chat or report.roster.heard):
            count = each.messages(days) if is_heard else None
            yield each.player_id, each.name, days.value, count


def _bosses(report: ClanReport) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each boss in which a member is ranked or gained anything."""
    for each in report.roster.members:
        present = report.present_bosses.get(each.player_id, {})
        gained = report.bosses.get(each.player_id, {})
        is_known = each.gains(report.period).known
        for boss in sorted({*present, *gained}):
            kills, gain = present.get(boss, UNRANKED), gained.get(boss)
            if kills == UNRANKED and gain is None:
                continue
            now = None if kills == UNRANKED else int(kills)
            unmoved = 0 if is_known and now is not None else None
            earned, entered = (
                (unmoved, None) if gain is None else (int(gain.earned), gain.entered_at)
            )
            yield each.player_id, each.name, boss, now, earned, entered


def _activity(report: ClanReport) -> Iterator[tuple[Any, ...]]:
    for line in report.trend:
        yield line.day, line.hour, line.messages, line.xp, line.kills
