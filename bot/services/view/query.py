"""What is asked of a clan in one read: as of when, over which windows, and in how much detail.

A query names windows and never a policy, so that one read serves two policies side by side.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Flag, auto
from zoneinfo import ZoneInfo

from bot.clan.policy import MONTH_DAYS, RAID_DAYS, Policy
from bot.clan.spans import Span, last_days


class Detail(Flag):
    """What is read beside who is who, the headlines and the messages of the windows.

    WEEKS are each author's messages by week; LIFE is what a verdict needs: days with a sign of
    life, leave and exemptions; SCORES are raids, capped messages and answered newcomers; METRICS
    what every skill, boss and activity is now, BOSSES what every boss is; TALK who wrote in which
    channel.
    """

    NONE = 0
    WEEKS = auto()
    LIFE = auto()
    SCORES = auto()
    METRICS = auto()
    TALK = auto()
    BOSSES = auto()


@dataclass(frozen=True, slots=True)
class ViewQuery:
    """A question about a clan as of an instant; of the past, what was seen later is left out.

    `windows` are lengths in days and end with the hour of `as_of`; of `game_windows` no messages
    are read. With `about`, a player id, life is read of that person alone; with `among`, several,
    what was written in the windows by those people alone. The span before the
    `compared` window is read too; of the `counted` one also questions, answers and active days, of
    the `measured` one what rose of every skill and boss, or with BOSSES of every boss. `caps` are
    (window, most messages that an hour counts for), `silence` (window, XP that keeps somebody
    active): of all others it is read which scores rose. Newcomers are those of the last
    `newcomer_days`. Life is looked for over the longest window, and as far back as `look_back`; for
    a trend from `trend_from` on. The clan's messages are read by the hour from `hours_from` on. The
    windows of `detailed` are each compared, counted and measured: `ClanView.on` shows the view as
    one of them has it.
    """

    as_of: datetime
    windows: frozenset[int] = frozenset()
    detail: Detail = Detail.NONE
    about: int | None = None
    game_windows: frozenset[int] = frozenset()
    compared: int | None = None
    counted: int | None = None
    measured: int | None = None
    caps: frozenset[tuple[int, int]] = frozenset()
    silence: frozenset[tuple[int, int]] = frozenset()
    newcomer_days: int = 0
    look_back: timedelta = timedelta()
    trend_from: datetime | None = None
    hours_from: datetime | None = None
    detailed: frozenset[int] = frozenset()
    among: frozenset[int] | None = None

    def __or__(self, other: "ViewQuery") -> "ViewQuery":
        """Return the query that answers both, which are as of the same instant."""
        if self.as_of != other.as_of:
            raise ValueError(f"one view cannot be as of {self.as_of} and of {other.as_of}")
        windows = self.windows | other.windows
        return replace(
            self,
            windows=windows,
            detail=self.detail | other.detail,
            about=self.about if self.about is not None else other.about,
            game_windows=(self.game_windows | other.game_windows) - windows,
            compared=self.compared if self.compared is not None else other.compared,
            counted=self.counted if self.counted is not None else other.counted,
            measured=self.measured if self.measured is not None else other.measured,
            caps=self.caps | other.caps,
            silence=self.silence | other.silence,
            newcomer_days=max(self.newcomer_days, other.newcomer_days),
            look_back=max(self.look_back, other.look_back),
            trend_from=earliest(self.trend_from, other.trend_from),
            hours_from=earliest(self.hours_from, other.hours_from),
            detailed=self.detailed | other.detailed,
            among=_of_both(self.among, other.among),
        )

    @property
    def counted_windows(self) -> tuple[int, ...]:
        """Return the windows of which questions, answers and active days are read too."""
        return tuple(sorted(self.detailed | ({self.counted or 0} & self.windows)))

    @property
    def compared_windows(self) -> tuple[int, ...]:
        """Return the windows of which the span before is read too."""
        return tuple(sorted(self.detailed | ({self.compared} if self.compared else set())))

    @property
    def measured_windows(self) -> tuple[int, ...]:
        """Return the windows of which it is read what rose of every skill and boss."""
        return tuple(sorted(self.detailed | ({self.measured} if self.measured else set())))

    @property
    def is_of_game_alone(self) -> bool:
        """Return whether nothing is asked but what was gained: no chat, no events, no life."""
        return not self.windows and Detail.LIFE not in self.detail

    def back_to(self, zone: ZoneInfo) -> datetime:
        """Return from when on events, leave and life are looked for."""
        longest = last_days(max(self.windows, default=0), self.as_of, zone)
        return min(self.as_of - self.look_back, longest.start)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """Return the end of every window: that of the hour in which `as_of` lies."""
        return last_days(0, self.as_of, zone).end

    def spans(self, zone: ZoneInfo) -> dict[int, Span]:
        """Return all windows by their days, in order of length."""
        windows = sorted(self.windows | self.game_windows)
        return {days: last_days(days, self.as_of, zone) for days in windows}


def _of_both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    """Return whom either asks about; None is everybody."""
    return None if one is None or other is None else one | other


def earliest(*instants: datetime | None) -> datetime | None:
    """Return the earliest of those that are given."""
    return min((at for at in instants if at is not None), default=None)


def verdict_query(
    policy: Policy, as_of: datetime, *, silence_only: bool = False, about: int | None = None
) -> ViewQuery:
    """Return what a policy's verdicts need; `silence_only` leaves out what only others need."""
    least_xp = policy.enforcement.least_xp
    silence = frozenset((days, least_xp) for days in policy.silence_windows())
    if silence_only:
        windows = frozenset(policy.silence_windows())
        return ViewQuery(as_of, windows, Detail.LIFE, about, silence=silence)
    rules = policy.promotion
    return ViewQuery(
        as_of,
        frozenset(policy.windows()),
        Detail.LIFE | Detail.SCORES,
        about,
        game_windows=frozenset({RAID_DAYS}) - frozenset(policy.windows()),
        caps=frozenset((days, rules.hour_cap) for days in {rules.pillar_days, MONTH_DAYS}),
        newcomer_days=policy.alerts.newcomer_days,
        silence=silence,
    )
