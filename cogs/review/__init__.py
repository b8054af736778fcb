"""Who may rise, who is silent, how officers do, and what was decided about it."""

from cogs.review.alerts import AlertsScreen, AlertsState
from cogs.review.audit import AuditScreen, AuditState
from cogs.review.cases import SHOWS, CasesScreen, Show, cases_answer, history_lines, kinds_for
from cogs.review.exempt import ExemptScreen, exempt_answer, exempt_words, left_out_line

__all__ = [
    "SHOWS",
    "AlertsScreen",
    "AlertsState",
    "AuditScreen",
    "AuditState",
    "CasesScreen",
    "ExemptScreen",
    "Show",
    "cases_answer",
    "exempt_answer",
    "exempt_words",
    "history_lines",
    "kinds_for",
    "left_out_line",
]
