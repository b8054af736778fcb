"""What each threshold is called, counts in and means: one table, for forms, pages and changes.

A label and its unit fit into the heading of a field, an explanation into the line under it.
"""

from typing import NamedTuple

from bot.clan.labels import ALERTS, SIGNALS
from bot.clan.policy import RAID_DAYS, AlertKind, Signal
from bot.clan.wording import exact

DAYS, XP, MESSAGES, PERCENT = "days", "XP", "messages", "%"

_VELOCITY, _PILLAR, _CARRY = (
    SIGNALS[each].name for each in (Signal.VELOCITY, Signal.PILLAR, Signal.CARRY)
)
_CHURN, _FADING, _GRINDER, _CRIER, _BOSSER, _DRIFT = (
    ALERTS[each].name
    for each in (
        AlertKind.CHURN,
        AlertKind.FADING,
        AlertKind.GRINDER,
        AlertKind.CRIER,
        AlertKind.BOSSER,
        AlertKind.DRIFT,
    )
)


class Threshold(NamedTuple):
    """A value of a policy or of the permissions, in the house's words."""

    label: str
    unit: str
    means: str

    def says(self, value: object) -> str:
        """Return a value with its unit: 30 days, 10,000 XP, 50%."""
        if not isinstance(value, int):
            return str(value)
        if self.unit == PERCENT:
            return f"{value}%"
        unit = self.unit.removesuffix("s") if value == 1 else self.unit
        return f"{exact(value)} {unit}".rstrip()


_INACTIVITY = {
    "window_days": Threshold(
        "Inactive after", DAYS, "A member without a message or enough XP for this long is inactive."
    ),
    "least_xp": Threshold(
        "Gains that count as playing",
        XP,
        "Less XP than this in that time counts as not playing.",
    ),
    "min_tenure_days": Threshold(
        "Newcomers left alone for", DAYS, "New members are never called inactive before this."
    ),
    "quiet_percent": Threshold(
        "Quiet from",
        PERCENT,
        "Past this part of the limit a member is called quiet, but not listed.",
    ),
    "limits": Threshold(
        "Limits of single ranks",
        DAYS,
        "These ranks have a limit of their own. With alts, the longest counts.",
    ),
}
_PROMOTION = {
    "signals": Threshold(
        "Signals", "", "What counts in favour of somebody. The others are not looked at."
    ),
    "recruit_roles": Threshold(
        "Recruit ranks", "", f"{_VELOCITY} and the alert on silent recruits are about these ranks."
    ),
    "comparison_ranks": Threshold(
        "Comparison ranks", "", f"{_VELOCITY} compares recruits with the median XP of these ranks."
    ),
    "tenure_days": Threshold(
        "In the clan for", DAYS, "Members are suggested only after this long in the clan."
    ),
    "recruit_tenure_days": Threshold(
        "Recruits", DAYS, "Recruits are suggested after this long instead."
    ),
    "alive_days": Threshold("There on", DAYS, "Days with any sign of life, of the last 30."),
    "highest_rank": Threshold(
        "Highest rank suggested",
        "",
        "Ranks with an officer's rights ask for Steady and one more signal.",
    ),
    "first_percent": Threshold(
        "First list: up to",
        PERCENT,
        "This share of the clan: those who were there on the most days.",
    ),
    "first_people": Threshold("First list: or", "people", "Whichever of the two is more."),
    "comparison_people": Threshold(
        f"{_VELOCITY}: compared with",
        "people",
        "With fewer members to compare with, the signal is skipped.",
    ),
    "velocity_xp": Threshold(
        f"{_VELOCITY}: over", XP, "And more than the median of those compared."
    ),
    "velocity_days": Threshold(f"{_VELOCITY}: XP of", DAYS, "The XP of this time is compared."),
    "pillar_days": Threshold(
        f"{_PILLAR}: messages of", DAYS, "The messages of this time are counted."
    ),
    "pillar_top_percent": Threshold(
        f"{_PILLAR}: the top", PERCENT, "This share of those who wrote counts as pillars."
    ),
    "pillar_writers": Threshold(
        f"{_PILLAR}: few writers",
        "people",
        "If fewer people wrote, the number of messages below counts instead.",
    ),
    "pillar_messages": Threshold(
        f"{_PILLAR}: then", MESSAGES, "Counts where only a few people write."
    ),
    "pillar_chat_days": Threshold(
        f"{_PILLAR}: active on",
        DAYS,
        "Of the last 28 days, so that one busy evening is not enough.",
    ),
    "hour_cap": Threshold(
        "Counted an hour",
        MESSAGES,
        "More messages in one hour do not count, so spam earns no rank.",
    ),
    "carry_recent_raids": Threshold(
        f"{_CARRY}: at least", "raids", f"CoX, ToB and ToA in all modes, over {RAID_DAYS} days."
    ),
    "carry_top_percent": Threshold(
        f"{_CARRY}: the top",
        PERCENT,
        "Of those who raided in that time. The higher of both bars counts.",
    ),
    "steady": Threshold(
        "Steady", "", "What somebody shows over 8 weeks before they rise from a rank."
    ),
    "steady_by_rank": Threshold("Steady, single ranks", "", "Ranks with a bar of their own."),
    "near_percent": Threshold(
        "Just under from",
        PERCENT,
        "Whoever reaches this part of every bar is listed as just under.",
    ),
    "seen_days": Threshold(
        "Seen within", DAYS, "Only members who were seen in this time are suggested."
    ),
}
_STEADY = {
    "game_days": Threshold("Active days in the game", DAYS, "Days with any gain, of the last 56."),
    "chat_days": Threshold(
        "Active days in chat", DAYS, "Days with at least one message, of the last 56."
    ),
    "hours": Threshold("Efficient hours", "hours", "EHP and EHB together, gained in 8 weeks."),
    "answers": Threshold("Questions answered", "answers", "In 8 weeks. 0 asks for none."),
    "tenure_days": Threshold("In the clan for", DAYS, "Since they joined."),
    "months_in_rank": Threshold("In this rank for", "months", "Of 30 days each."),
}
_AUDIT = {
    "window_days": Threshold(
        "Officers are looked at over", DAYS, "An officer without a message in this time is AWOL."
    ),
    "least_xp": Threshold(
        "Gains that excuse few messages", XP, "Less XP than this, and few messages: slacking."
    ),
    "least_messages": Threshold(
        "Few messages are under", MESSAGES, "Or under the clan's median, whichever is more."
    ),
    "busy_messages": Threshold(
        "A busy hour has", MESSAGES, "Hours this busy without an officer around are shown."
    ),
}
_ALERTS = {
    "on": Threshold("Alerts", "", "What officers are told about. The others are not looked at."),
    "churn_messages_month": Threshold(
        f"{_CHURN}: over, in 30 days", MESSAGES, "Wrote more than this in a month,"
    ),
    "churn_messages": Threshold(
        f"{_CHURN}: under, in 7 days", MESSAGES, "and fewer than this in the last week."
    ),
    "fading_xp_month": Threshold(
        f"{_FADING}: over, in 30 days", XP, "Gained more than this in a month,"
    ),
    "fading_percent": Threshold(
        f"{_FADING}: under", PERCENT, "and less than this part of it in the last week."
    ),
    "grinder_xp": Threshold(f"{_GRINDER}: over", XP, "Gained more than this in 7 days,"),
    "grinder_messages": Threshold(
        f"{_GRINDER}: under", MESSAGES, "and wrote fewer than this in them."
    ),
    "crier_messages": Threshold(f"{_CRIER}: over", MESSAGES, "Wrote more than this in 7 days,"),
    "crier_xp": Threshold(f"{_CRIER}: under", XP, "and gained less than this in them."),
    "bosser_kills": Threshold(f"{_BOSSER}: over", "kills", "Killed more than this in 7 days,"),
    "bosser_xp": Threshold(f"{_BOSSER}: under", XP, "and gained less than this in them."),
    "newcomer_days": Threshold(
        "A newcomer is new for", DAYS, "For this long, officers are told when nobody answered them."
    ),
    "drift_days": Threshold(
        f"{_DRIFT}: usually there on", DAYS, "Their usual week has at least this many active days."
    ),
    "drift_percent": Threshold(
        f"{_DRIFT}: now under", PERCENT, "Their last week has less than this part of them."
    ),
}
_CASES = {
    "not_yet_days": Threshold(
        '"Not yet" holds for', DAYS, "After that, the promotion is suggested again."
    ),
    "snooze_days": Threshold(
        "Snoozed for", DAYS, "After that, officers are asked about the member again."
    ),
    "dismissed_days": Threshold(
        "Dismissed for", DAYS, "Before that, a dismissed member is not listed again."
    ),
    "second_officer": Threshold(
        "Second officer", "", "On: a second person has to agree before a case is approved."
    ),
}
_PERMISSIONS = {
    "tier_1": Threshold("Leadership ranks", "", "Ranks in the game that lead the clan."),
    "tier_2": Threshold(
        "Staff and member ranks", "", "Ranks under leadership, in the default ladder."
    ),
    "officer_roles": Threshold(
        "Officer ranks", "", "Ranks below leadership that count as officers."
    ),
    "see_reports": Threshold(
        "See reports", "", "Reports, status and alerts: to read, not to decide."
    ),
    "decide_links": Threshold(
        "Decide links", "", "Say whose account is whose: confirm, reject, undo."
    ),
    "manage": Threshold("Manage", "", "These settings, exemptions and retention."),
    "promote": Threshold("Promote", "", "See and decide on promotions; see the officer audit."),
    "kick": Threshold(
        "Removals",
        "",
        "See cases of inactive members. To decide on them takes Promote as well.",
    ),
}
_PLACES = {
    "report_channel_id": Threshold(
        "Report channel", "", "Posts for everybody; warnings too while no officers' channel is set."
    ),
    "notice_channel_id": Threshold(
        "Notice channel", "", "Notices to people who went quiet, when an officer posts one."
    ),
    "officer_channel_id": Threshold(
        "Officers' channel", "", "New claims, newcomers nobody answered, warnings. Keep it private."
    ),
}
_PARTS = {
    "enforcement": _INACTIVITY,
    "promotion": _PROMOTION,
    "promotion.steady": _STEADY,
    "audit": _AUDIT,
    "alerts": _ALERTS,
    "cases": _CASES,
    "gates": _PERMISSIONS,
    "places": _PLACES,
}
THRESHOLDS = {"ladder": Threshold("Ladder", "", "Ranks from the highest to the lowest.")} | {
    f"{part}.{name}": each for part, table in _PARTS.items() for name, each in table.items()
}
"""By the path on which a value stands in a policy, or in the permissions."""
