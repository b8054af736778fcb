"""What each word means: one sentence, printed beside the results that it is about."""

from typing import Final

DEFINITIONS: Final = (
    ("Gain", "The value at the end of the span less the value at its start, never below zero."),
    (
        "Messages",
        "Counted once each, from people in the channels that are counted; bots never.",
    ),
    ("Active", "At least one message or any gain in the span."),
    (
        "Unknown",
        "A dash: not linked, not ranked, new, or not observed in the span. Never the same as 0.",
    ),
    (
        "Most active",
        "100 for each message, 1 for each boss kill and for each 100,000 XP, all over 7 days.",
    ),
)
"""The one sentence for each word that is printed beside the results."""
