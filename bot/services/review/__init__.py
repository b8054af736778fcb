"""What the rules say about a clan, and what people decided about it."""

from bot.services.review.answers import (
    AlertReview,
    AuditReview,
    InactivityReview,
    OwnStanding,
    PromotionReview,
    Suggestion,
    Unsuggested,
    Waiting,
)
from bot.services.review.case_store import keep, standing_cases
from bot.services.review.cases import FORGOTTEN, CaseAction, Cases, Decided, Named
from bot.services.review.review import Review
from bot.services.review.suggestions import (
    inactivity_of,
    open_inactivity,
    open_promotions,
    promotions_of,
    suggested,
)

__all__ = [
    "FORGOTTEN",
    "AlertReview",
    "AuditReview",
    "CaseAction",
    "Cases",
    "Decided",
    "InactivityReview",
    "Named",
    "OwnStanding",
    "PromotionReview",
    "Review",
    "Suggestion",
    "Unsuggested",
    "Waiting",
    "inactivity_of",
    "keep",
    "open_inactivity",
    "open_promotions",
    "promotions_of",
    "standing_cases",
    "suggested",
]
