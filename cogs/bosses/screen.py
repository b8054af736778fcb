"""/clanstats bosses: most killed, by whom, raids, first kills and records of a period."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import WINDOWS, Period
from bot.clan.wording import plural, short
from bot.reports.boss_report import BossMover, BossReport, RaidRow
from bot.reports.clan_report import Mover
from bot.reports.style import day_words
from bot.services.publish import BossFiles
from cogs._heads import clan_head, period_labels, span_line
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, listed, picture, small
from cogs.screens import Controls, PostedScreen, Rendered

SUMMARY = "summary"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class BossesState:
    """Of which period the bosses are."""

    period: Period = Period.MONTH


class BossesFound(NamedTuple):
    """What the clan killed, and whether whoever asks may post it."""

    made: BossFiles
    may_post: bool


_CONTROLS = Controls("bosses", BossesState)


class BossesScreen(PostedScreen[BossesState, BossesFound]):
    """What a clan killed, for the officer who asked."""

    controls = _CONTROLS
    permission = Permission.SEE_REPORTS
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {SUMMARY: "Post the summary"}
    question = (
        "It is posted as you see it, with the names of those who killed most. Nobody is pinged."
    )

    async def read(self, interaction: Interaction, state: BossesState) -> BossesFound:
        """Return what the clan killed, as it is now."""
        made = await self.services.bosses.files(clan_of(interaction), state.period)
        return BossesFound(made, caller_may(interaction, self.posting))

    def render(self, state: BossesState, answer: BossesFound, _note: str = "") -> Rendered:
        """Return the picture and what stands in words."""
        made = answer.made
        box = _box(made)
        box.rule().control(
            _CONTROLS.choice("period", state, "Another period", period_labels(WINDOWS))
        )
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(box.say(small(*made.report.evidence)), (made.chart,))

    async def for_everybody(
        self, interaction: Interaction, state: BossesState, _part: str
    ) -> Rendered:
        """Return the same without controls."""
        made = await self.services.bosses.files(clan_of(interaction), state.period)
        return Rendered(_box(made).say(small(*made.report.evidence)), (made.chart,))


def _box(made: BossFiles) -> Box:
    report = made.report
    box = Box(
        *clan_head(report.clan, "Bosses", report.period),
        span_line(report.span.start, report.as_of),
    )
    box.add_item(picture(made.chart))
    for block in boss_blocks(report):
        box.say(block)
    return box


def boss_blocks(report: BossReport) -> Iterator[str]:
    """Yield what stands below the picture."""
    total = report.kills
    if total.now is None:
        yield "**Boss kills**  not known: Wise Old Man showed nothing of this time"
        return
    seen = f" ({total.seen})" if total.seen else ""
    change = "" if total.change is None else f"  {total.percent} from {short(total.before)}"
    yield f"**Boss kills**  {short(total.now)}{seen}{change}"
    if report.of_period is not None:
        boss = report.of_period
        killers = plural(boss.killers, "member")
        yield f"**{report.title}**  {boss.name}: {killers} killed it, {short(boss.kills)} in all"
    yield listed("Most kills", [_mover(each) for each in report.most_kills], "nobody yet")
    yield "\n".join(
        ["**Raids**", *map(_raid, report.raids)] if report.raids else ["**Raids**  none"]
    )
    yield listed("First kills", _few(report.first_kills), "none")
    for title, record in report.records:
        of = f" at {record.boss}" if record.boss else " bosses"
        yield f"**{title}**  {escaped(record.name)} **{short(record.value)}**{of}"
    if report.entered:
        yield "\n".join(
            [
                listed("Entered the hiscores", _few(report.entered), ""),
                small("these kills may be older than this time, so no number above has them"),
            ]
        )


def _mover(mover: Mover) -> str:
    since = f" since {day_words(mover.since)}" if mover.since else ""
    return f"{escaped(mover.name)} **{short(mover.value)}**{since}"


def _raid(row: RaidRow) -> str:
    modes = " · ".join(f"{name} {short(kills)}" for name, kills in row.modes)
    top = f"  most by {escaped(row.top.name)} **{short(row.top.value)}**" if row.top else ""
    return f"{row.raid} **{short(row.kills)}**{top}\n{small(modes)}"


def _few(movers: Sequence[BossMover]) -> list[str]:
    told = [
        f"{escaped(each.name)}: {each.boss} **{short(each.value)}**" for each in movers[:_SHOWN]
    ]
    more = len(movers) - _SHOWN
    return [*told, *([f"and {more} more"] if more > 0 else [])]
