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
        "Inactive after", DAYS, "Whoever neither wrote nor played for so long is called inactive."
    ),
    "least_xp": Threshold(
        "Gains that count as playing",
        XP,
        "Who gained less in that time counts as not having played.",
    ),
    "min_tenure_days": Threshold(
        "Newcomers left alone for", DAYS, "Nobody is called inactive before being here so long."
    ),
    "quiet_percent": Threshold(
        "Quiet from", PERCENT, "Called quiet, never flagged, from this part of the limit on."
    ),
    "limits": Threshold(
        "Limits of single ranks", DAYS, "Instead of the days above; with alts, the longest counts."
    ),
}
_PROMOTION = {
    "signals": Threshold("Signals", "", "What can speak for somebody; the rest is not looked at."),
    "recruit_roles": Threshold(
        "Recruit ranks", "", f"{_VELOCITY}, and the alert on silent recruits, are about these."
    ),
    "comparison_ranks": Threshold(
        "Comparison ranks", "", f"{_VELOCITY}: above the median XP of those who hold these."
    ),
    "tenure_days": Threshold(
        "In the clan for", DAYS, "Nobody is suggested before they were here so long,"
    ),
    "recruit_tenure_days": Threshold("Recruits", DAYS, "for recruits it is this instead."),
    "alive_days": Threshold("There on", DAYS, "Of the last 30, with any sign of life."),
    "highest_rank": Threshold(
        "Highest rank suggested", "", "A rank with an officer's rights asks for Steady and another."
    ),
    "first_percent": Threshold(
        "First list: up to", PERCENT, "Of the clan, those who were there on the most days."
    ),
    "first_people": Threshold("First list: or", "people", "Whichever is more; never padded."),
    "comparison_people": Threshold(
        f"{_VELOCITY}: compared with", "people", "With fewer well observed ones it is skipped."
    ),
    "velocity_xp": Threshold(f"{_VELOCITY}: over", XP, "And over the median of those compared."),
    "velocity_days": Threshold(
        f"{_VELOCITY}: XP of", DAYS, "Over so long a recruit's XP is compared."
    ),
    "pillar_days": Threshold(f"{_PILLAR}: messages of", DAYS, "Over so long messages are counted."),
    "pillar_top_percent": Threshold(
        f"{_PILLAR}: the top", PERCENT, "Of those who wrote, how many count as pillars."
    ),
    "pillar_writers": Threshold(
        f"{_PILLAR}: few writers", "people", "With fewer who wrote, the number below is asked."
    ),
    "pillar_messages": Threshold(
        f"{_PILLAR}: then", MESSAGES, "Asked in clans where only few write."
    ),
    "pillar_chat_days": Threshold(
        f"{_PILLAR}: active on", DAYS, "Of the last 28, so that one busy evening is not enough."
    ),
    "hour_cap": Threshold(
        "Counted an hour", MESSAGES, "More in one hour count for nothing, so spam buys no rank."
    ),
    "carry_recent_raids": Threshold(
        f"{_CARRY}: at least", "raids", f"CoX, ToB and ToA of all modes, of {RAID_DAYS} days."
    ),
    "carry_top_percent": Threshold(
        f"{_CARRY}: the top", PERCENT, "Of those who raided then; the higher of both bars counts."
    ),
    "steady": Threshold("Steady", "", "What the holder of a rank shows in 8 weeks before rising."),
    "steady_by_rank": Threshold("Steady, single ranks", "", "Ranks with a bar of their own."),
    "near_percent": Threshold(
        "Just under from", PERCENT, "Whoever has this part of every bar is just under."
    ),
    "seen_days": Threshold("Seen within", DAYS, "Whoever was not seen so lately is not suggested."),
}
_STEADY = {
    "game_days": Threshold("Active days in the game", DAYS, "Of the last 56, any gain."),
    "chat_days": Threshold("Active days in chat", DAYS, "Of the last 56, at least one message."),
    "hours": Threshold("Efficient hours", "hours", "EHP and EHB together, gained in 8 weeks."),
    "answers": Threshold("Questions answered", "answers", "In 8 weeks; 0 asks for none."),
    "tenure_days": Threshold("In the clan for", DAYS, "Since they joined."),
    "months_in_rank": Threshold("In this rank for", "months", "Of 30 days each."),
}
_AUDIT = {
    "window_days": Threshold("Officers are looked at over", DAYS, "No message in it is AWOL."),
    "least_xp": Threshold(
        "Gains that excuse few messages", XP, "Under this, and with few messages: slacking."
    ),
    "least_messages": Threshold(
        "Few messages are under", MESSAGES, "Or under the clan's median, whichever is more."
    ),
    "busy_messages": Threshold(
        "A busy hour has", MESSAGES, "Hours with so many and no officer around are shown."
    ),
}
_ALERTS = {
    "on": Threshold("Alerts", "", "What officers are told; the rest is not looked at."),
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
        "A newcomer is new for", DAYS, "So long officers are told when nobody answered them."
    ),
    "drift_days": Threshold(
        f"{_DRIFT}: usually there on", DAYS, "A usual week has at least so many active days."
    ),
    "drift_percent": Threshold(
        f"{_DRIFT}: now under", PERCENT, "The last week has less than this part of them."
    ),
}
_CASES = {
    "not_yet_days": Threshold('"Not yet" holds for', DAYS, "Then a promotion is suggested again."),
    "snooze_days": Threshold("Snoozed for", DAYS, "Then an inactive member is asked about again."),
    "dismissed_days": Threshold(
        "Dismissed for", DAYS, "So long a dismissed member is not brought up again."
    ),
    "second_officer": Threshold(
        "Second officer", "", "On: a second person has to agree before a case is approved."
    ),
}
_PERMISSIONS = {
    "tier_1": Threshold("Leadership ranks", "", "Ranks in the game that lead the clan."),
    "tier_2": Threshold("Staff and member ranks", "", "In the default ladder, under leadership."),
    "officer_roles": Threshold("Officer ranks", "", "Those below leadership that make an officer."),
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
        "See cases of the inactive; to decide on them, somebody needs Promote as well.",
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
