"""The digest in the setup: chosen, looked at, then switched on; and what went wrong is told."""

from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import ResponseMessage

from bot.clan.digest_slots import DigestAudience, DigestInterval, DigestPlan
from bot.clan.posting import PostingChannel
from bot.services.publish import ChannelPost, PostResult
from tests.cogs.deciding import press, select
from tests.cogs.town import START, Town, control, newest, words


async def opened(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    """Show the digest's page from the checklist."""
    actor = who or town.leader
    setup = newest(await actor.slash(town.general, "clanstats setup"))
    result = await actor.click(setup, custom_id=control(setup, "setup:digest"))
    assert result.ephemeral
    return newest(result)


async def plan(town: Town) -> DigestPlan:
    return (await town.services.digests.state(await town.clan())).plan


async def test_it_is_looked_at_before_it_is_switched_on(town: Town) -> None:
    panel = await opened(town)
    assert "nothing is posted" in words(panel)
    assert "digest:switch" not in str(panel.components)
    await press(town, panel, "digest:preview")
    said = words(panel)
    assert "Preview: how it would look now" in said
    assert "Amber Lanterns: the last 7 days" in said
    assert "report.png" in str(panel.components)
    assert not (await plan(town)).is_on
    await press(town, panel, "digest:switch:on")
    assert (await plan(town)).on_since == START
    assert "there is no report channel" in words(panel)
    assert town.general.last_message is None
    await press(town, panel, "digest:switch:off")
    assert not (await plan(town)).is_on


async def test_day_hour_and_how_often_are_picked(town: Town) -> None:
    panel = await opened(town)
    await select(town, panel, "day", "4")
    await select(town, panel, "hour", "20")
    assert "every Friday at 20:00" in words(panel)
    old_day = control(panel, "digest:day")
    await select(town, panel, "interval", "monthly")
    await select(town, panel, "day", "31")
    assert "on the last day of every month at 20:00" in words(panel)
    found = await plan(town)
    assert (found.interval, found.day, found.hour) == (DigestInterval.MONTHLY, 31, 20)
    assert "digest:day:weekly" in old_day


async def test_only_a_link_is_taken_and_it_can_be_taken_away(town: Town) -> None:
    panel = await opened(town)

    async def sent(text: str) -> str:
        form = await press(town, panel, "digest:link")
        assert form.modal is not None
        parts = walk_components(form.modal["components"])
        (name,) = [each["custom_id"] for each in parts if each["type"] == 4]
        return words(newest(await town.leader.submit_modal(form, {name: text})))

    for wrong in ("example.org", "javascript:alert(1)", "https://a b", "https://a)>@everyone"):
        assert "That is no link" in await sent(wrong)
    await sent("https://example.org/clan")
    assert (await plan(town)).link == "https://example.org/clan"
    await press(town, panel, "digest:preview")
    assert "[Open the dashboard](<https://example.org/clan>)" in words(panel)
    await sent("")
    assert (await plan(town)).link is None


async def test_status_and_checklist_tell_of_a_post_that_discord_refused(town: Town) -> None:
    clan, digests = await town.clan(), town.services.digests
    await town.services.places.post_in(clan, PostingChannel.REPORT, town.general.id)
    clan = await town.clan()
    # 1 January 2026, when SimCord's clock begins, is a Thursday.
    await digests.plan_as(clan, DigestInterval.WEEKLY, 3, 0)
    await digests.switch(clan, is_on=True)
    town.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    slot = await digests.claim(clan, DigestAudience.MEMBERS)
    assert slot is not None
    result: PostResult = await town.env.bot.post(  # type: ignore[attr-defined]
        ChannelPost(clan.guild_id, town.general.id, await digests.for_members(clan))
    )
    await digests.note(clan, DigestAudience.MEMBERS, slot, result)
    told = "the bot lacks View Channel, Send Messages or Attach Files in the channel"
    assert told in words(await opened(town))
    status = words((await town.leader.slash(town.general, "clanstats status")).response)
    assert "the one of 1 January was not posted" in status
    assert told in status
