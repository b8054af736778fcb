"""What is found out about the bot and a clan's setup: one shape for all who look and who show it.

A warning costs something, a fault stops what it is about.
"""

from enum import Enum
from typing import NamedTuple


class Severity(Enum):
    """How it is with something."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(NamedTuple):
    """How it is with something: how bad, what it is about, what is so, and what to do next."""

    severity: Severity
    about: str
    words: str
    next_step: str = ""

    @property
    def line(self) -> str:
        """Return all of it on one line."""
        return f"{self.about} {self.words}" + (f"; {self.next_step}" if self.next_step else "")


def well(about: str, words: str) -> Finding:
    """Return that all is well with something."""
    return Finding(Severity.OK, about, words)


def warning(about: str, words: str, next_step: str = "") -> Finding:
    """Return what costs something as it is."""
    return Finding(Severity.WARNING, about, words, next_step)


def fault(about: str, words: str, next_step: str = "") -> Finding:
    """Return what stops something."""
    return Finding(Severity.FAULT, about, words, next_step)
