"""Posts a clan's digests when they are due: claimed, posted, noted, in this order."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog

from bot.clan.digest import ClaimWaiting, OfficersSteps
from bot.clan.digest_slots import Delivery, DigestAudience
from bot.clan.notices import NewToOfficers, Notice, may_tell_officers, officers_words
from bot.clan.punctuality import late_words
from bot.jobs import Telling
from bot.services.publish import ChannelPost, DigestMessage, OfficersSource, PostResult
from bot.services.setup import Clan
from bot.wiring import Services

PostOutlet = Callable[[ChannelPost], Awaitable[PostResult]]
"""Whoever posts in a channel of Discord, and says what became of it."""

LateJobs = Callable[[Clan], Awaitable[Mapping[str, datetime | None]]]
"""Whoever knows which jobs of a clan are late, and when each was last done."""

STEPS = OfficersSteps(
    decide="Decide in `/clanstats links`.",
    answer="Say hi; `/clanstats alerts` lists them.",
    cases="`/clanstats cases` lists them.",
    late="`/clanstats status` says why.",
)
"""What officers do next."""

_log = structlog.get_logger()


async def nowhere(_post: ChannelPost) -> PostResult:
    """Post nothing."""
    return PostResult(Delivery.REFUSED, "there is nobody who could post it")


async def post_digests(
    services: Services, outlet: PostOutlet, clan: Clan, late_of: LateJobs
) -> None:
    """Post what is due of a clan's digests, each in its own channel and once."""
    digests, channel_id = services.digests, clan.report_channel_id
    if channel_id is not None and await digests.due(clan, DigestAudience.MEMBERS):
        message = await digests.for_members(clan)
        await _post(services, outlet, clan, DigestAudience.MEMBERS, channel_id, message)
    channel_id = clan.officer_channel_id
    if channel_id is not None and await digests.due(clan, DigestAudience.OFFICERS):
        source = OfficersSource(
            [ClaimWaiting(*each) for each in await services.links.waiting_claims(clan)],
            (await services.review.alerts(clan)).alerts,
            late_words(await late_of(clan), services.clock()),
        )
        told = await digests.for_officers(clan, source, STEPS)
        await _post(services, outlet, clan, DigestAudience.OFFICERS, channel_id, told)


async def _post(  # noqa: PLR0913, PLR0917 - what is posted where, by whom
    services: Services,
    outlet: PostOutlet,
    clan: Clan,
    audience: DigestAudience,
    channel_id: int,
    message: DigestMessage | None,
) -> None:
    # What takes long is made by now: little time is left in which a kill leaves a doubt.
    slot = await services.digests.claim(clan, audience)
    if slot is None:
        return
    result = PostResult(Delivery.POSTED)
    if message is not None:
        result = await outlet(ChannelPost(clan.guild_id, channel_id, message))
    newcomers = () if message is None else message.newcomers
    await services.digests.note(clan, audience, slot, result, newcomers)
    if result.delivery is not Delivery.POSTED:
        _log.warning("a digest was not posted", audience=audience, reason=result.refusal)
    elif message is not None and audience is DigestAudience.OFFICERS:
        # What they read just now is not told again within a day.
        await services.clans.told_officers(clan)


async def officers_notice(services: Services, clan: Clan) -> Telling | None:
    """Return what is new to officers, once a day at most."""
    if clan.polled_at is None or not may_tell_officers(clan.officers_told_at, services.clock()):
        return None
    waiting = await services.links.waiting_claims(clan)
    told_at = clan.officers_told_at
    new = [each.name for each in waiting if told_at is None or each.since_at > told_at]
    newcomers = await services.review.newly_unanswered(clan)
    text = officers_words(NewToOfficers(new, len(waiting), newcomers, STEPS.decide, STEPS.answer))
    if not text:
        return None
    notice = Notice(clan.guild_id, text, officers_only=True)
    return Telling(notice, lambda: services.clans.told_officers(clan))
