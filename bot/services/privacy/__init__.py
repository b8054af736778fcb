"""What is kept about one person: shown, exported, forgotten."""

from bot.services.privacy.export import Dossier, KeptCase, KeptSummary
from bot.services.privacy.forgetting import Forgotten, Privacy

__all__ = [
    "Dossier",
    "Forgotten",
    "KeptCase",
    "KeptSummary",
    "Privacy",
]
