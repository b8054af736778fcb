"""What the rules say about a clan, and what people decided about it."""

from bot.services.review.answers import (
    AlertReview,
    AuditReview,
    InactivityReview,
    Judged,
    OwnStanding,
    PromotionReview,
    Suggestion,
    Unsuggested,
    Waiting,
)
from bot.services.review.case_store import keep, standing_cases
from bot.services.review.cases import FORGOTTEN, CaseAction, Cases, Decided, Named
from bot.services.review.context import ReviewContext, context_of, read_context
from bot.services.review.review import Review, standing_in, verdicts_in
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
    "Judged",
    "Named",
    "OwnStanding",
    "PromotionReview",
    "Review",
    "ReviewContext",
    "Suggestion",
    "Unsuggested",
    "Waiting",
    "context_of",
    "inactivity_of",
    "keep",
    "open_inactivity",
    "open_promotions",
    "promotions_of",
    "read_context",
    "standing_cases",
    "standing_in",
    "suggested",
    "verdicts_in",
]
