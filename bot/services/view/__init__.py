"""The one read of a clan, and the two things that are made of it: members and profiles."""

from bot.services.view.chat import WEEKS
from bot.services.view.game import BASELINE_LEAD, LifeRow, path_gain
from bot.services.view.members import (
    coverage_words,
    gains_of,
    linked_roster,
    member_of,
    messages_of,
    roster_of,
    totals_before,
    totals_in,
)
from bot.services.view.people import Known, People, Visitor, people_of, read_people
from bot.services.view.profiles import profiles_of
from bot.services.view.query import Detail, ViewQuery, verdict_query
from bot.services.view.view import ClanView, read_view

__all__ = [
    "BASELINE_LEAD",
    "WEEKS",
    "ClanView",
    "Detail",
    "Known",
    "LifeRow",
    "People",
    "ViewQuery",
    "Visitor",
    "coverage_words",
    "gains_of",
    "linked_roster",
    "member_of",
    "messages_of",
    "path_gain",
    "people_of",
    "profiles_of",
    "read_people",
    "read_view",
    "roster_of",
    "totals_before",
    "totals_in",
    "verdict_query",
]
