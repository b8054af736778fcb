"""Who is who: links and what was done to them, leave, exemptions. Nothing here counts anything."""

from bot.services.people.exemptions import Exemptions, Held
from bot.services.people.finding import member_called
from bot.services.people.identity import Identity, Officer, Visitor
from bot.services.people.identity_cache import IdentityCache, read_identity
from bot.services.people.known import Known
from bot.services.people.leave import LeaveList, Leaves, ListedLeave, Whom, leave_of
from bot.services.people.link_log import PastAction, mains_at
from bot.services.people.link_queue import GuildMember, LinkQueue, Partner, QueueEntry, SurePair
from bot.services.people.links import LinkedAccount, LinkResult, Links
from bot.services.people.resolved import Resolved
from bot.services.people.ties import opted_out, read_ties, who_is_who

__all__ = [
    "Exemptions",
    "GuildMember",
    "Held",
    "Identity",
    "IdentityCache",
    "Known",
    "LeaveList",
    "Leaves",
    "LinkQueue",
    "LinkResult",
    "LinkedAccount",
    "Links",
    "ListedLeave",
    "Officer",
    "Partner",
    "PastAction",
    "QueueEntry",
    "Resolved",
    "SurePair",
    "Visitor",
    "Whom",
    "leave_of",
    "mains_at",
    "member_called",
    "opted_out",
    "read_identity",
    "read_ties",
    "who_is_who",
]
