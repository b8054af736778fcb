"""A digest that is due is posted once: through refusals, kills and times when the bot was away."""

from dataclasses import dataclass, field

import pytest

from bot.clan.digest_slots import Delivery, DigestAudience, DigestInterval
from bot.clan.posting import PostingChannel
from bot.digesting import nowhere
from bot.services.people import Visitor
from bot.services.publish import ChannelPost, DigestMessage, PostResult
from bot.services.setup import Clan
from bot.timetable import Timetable
from tests.bot.test_timetable import Desk, Said, desk, outlet, path, template
from tests.storage.rows import DAY, HOUR, NOW

__all__ = ["desk", "outlet", "path", "template"]

REPORT, OFFICERS = 70, 71
POSTED = PostResult(Delivery.POSTED)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Posts:
    """An outlet that says of each post what it is told to, or is killed."""

    posted: list[ChannelPost] = field(default_factory=list)
    result: PostResult = POSTED
    is_killed: bool = False

    async def __call__(self, post: ChannelPost) -> PostResult:
        if self.is_killed:
            raise Killed
        self.posted.append(post)
        return self.result


@pytest.fixture
def posts(desk: Desk) -> Posts:
    made = Posts()
    desk.timetable = Timetable(desk.services, desk.settings, Said(), posts=made)
    return made


async def weekly(desk: Desk) -> Clan:
    """Return a clan whose digest is due on Fridays at noon, that is now."""
    clan = await desk.clan()
    await desk.do("poll")
    await desk.services.places.post_in(clan, PostingChannel.REPORT, REPORT)
    await desk.services.digests.plan_as(clan, DigestInterval.WEEKLY, 4, 12)
    await desk.services.digests.switch(clan, is_on=True)
    return await desk.services.clans.of_guild(clan.guild_id) or clan


async def test_it_is_posted_once_a_week_with_its_picture(desk: Desk, posts: Posts) -> None:
    clan = await weekly(desk)
    for _ in range(3):
        await desk.do("digest")
        desk.clock.forward(HOUR)
    (post,) = posts.posted
    assert (post.guild_id, post.channel_id) == (clan.guild_id, REPORT)
    assert post.message.text.startswith("**")
    assert post.message.picture is not None
    assert post.message.picture.content.startswith(b"\x89PNG")
    desk.clock.forward(7 * DAY - 3 * HOUR)
    await desk.do("digest")
    assert len(posts.posted) == 2


async def test_a_bot_that_was_killed_as_it_posted_posts_nothing_twice(
    desk: Desk, posts: Posts
) -> None:
    clan = await weekly(desk)
    posts.is_killed = True
    with pytest.raises(BaseExceptionGroup) as ended:
        await desk.do("digest")
    assert ended.group_contains(Killed)
    posts.is_killed = False
    desk.clock.forward(HOUR)
    await desk.do("digest")
    assert posts.posted == []
    (line,) = await desk.services.digests.findings(clan)
    assert "may not have been posted" in line.words


async def test_what_discord_refused_is_tried_again_within_the_day(desk: Desk, posts: Posts) -> None:
    clan = await weekly(desk)
    posts.result = PostResult(Delivery.REFUSED, "the channel is gone")
    await desk.do("digest")
    await desk.do("digest")
    assert len(posts.posted) == 1
    assert "the channel is gone" in (await desk.services.digests.findings(clan))[0].words
    posts.result = PostResult(Delivery.POSTED)
    desk.clock.forward(HOUR)
    await desk.do("digest")
    assert len(posts.posted) == 2
    desk.clock.forward(HOUR)
    await desk.do("digest")
    assert len(posts.posted) == 2


async def test_what_may_stand_there_is_not_posted_again(desk: Desk, posts: Posts) -> None:
    await weekly(desk)
    posts.result = PostResult(Delivery.UNSURE, "cut off")
    for _ in range(3):
        await desk.do("digest")
        desk.clock.forward(2 * HOUR)
    assert len(posts.posted) == 1


async def test_without_a_channel_nothing_is_claimed(desk: Desk, posts: Posts) -> None:
    clan = await weekly(desk)
    await desk.services.places.post_in(clan, PostingChannel.REPORT, None)
    await desk.do("digest")
    assert posts.posted == []
    assert (await desk.services.digests.state(clan)).posts == {}


async def test_officers_get_theirs_in_their_own_channel_and_are_not_told_the_same_again(
    desk: Desk, posts: Posts
) -> None:
    clan = await weekly(desk)
    await desk.services.places.post_in(clan, PostingChannel.OFFICERS, OFFICERS)
    await desk.services.links.claim(clan, Visitor(900, "User", "user"), "Player 1")
    await desk.do("digest")
    members, officers = posts.posted
    assert (members.channel_id, officers.channel_id) == (REPORT, OFFICERS)
    assert "Player 1" in officers.message.text
    assert "claim" not in members.message.text
    assert officers.message.picture is None
    await desk.do("tell-officers")
    assert desk.said == []


async def test_where_nothing_waits_officers_get_nothing_and_the_slot_is_done(
    desk: Desk, posts: Posts
) -> None:
    clan = await weekly(desk)
    await desk.services.places.post_in(clan, PostingChannel.OFFICERS, OFFICERS)
    await desk.do("digest")
    assert [each.channel_id for each in posts.posted] == [REPORT]
    state = await desk.services.digests.state(clan)
    assert state.posts[DigestAudience.OFFICERS].posted_at == NOW


async def test_a_timetable_that_can_post_nowhere_says_so() -> None:
    result = await nowhere(ChannelPost(1, 2, DigestMessage("")))
    assert result.delivery is Delivery.REFUSED
