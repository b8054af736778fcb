"""The one read of a clan, and the two things that are made of it: members and profiles."""

from bot.services.view.muster import Muster, muster_now, read_muster
from bot.services.view.people import Known, People, Visitor, read_people
from bot.services.view.query import Looking
from bot.services.view.roster import WEEKS, read_roster

__all__ = [
    "WEEKS",
    "Known",
    "Looking",
    "Muster",
    "People",
    "Visitor",
    "muster_now",
    "read_muster",
    "read_people",
    "read_roster",
]
