"""/clanstats exempt and retention: leadership's alone; exemptions are seen where they act."""

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.people import Held
from cogs.review.exempt import ExemptFound, ExemptScreen, ExemptState
from tests.cogs.test_me import quiet_player
from tests.cogs.town import START, Town, control, fits, newest, words


async def exempt(town: Town, **options: object) -> ResponseMessage:
    result = await town.leader.slash(town.general, "clanstats exempt", **options)
    assert result.ephemeral
    found = [each for each in (result.response, *result.followups) if each is not None]
    return found[-1]


async def card(town: Town, who: MemberActor, name: str) -> str:
    return words((await who.slash(town.general, "member", player=name)).response)


async def test_a_player_is_exempt_until_a_day_and_officers_see_it_on_the_card(town: Town) -> None:
    name = quiet_player(town).name_at(START)
    said = words(await exempt(town, player=name, reason="in *hospital*", until="2 weeks"))
    assert "Exempt from now on" in said
    assert name in said
    assert "**Exempt until <t:" in await card(town, town.officer, name)
    assert "in \\*hospital\\*" in await card(town, town.leader, name)
    assert "xempt" not in await card(town, town.guest, name)
    status = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert f"exempt: {name}" in status
    assert "hospital" not in status
    await town.env.advance_time(15 * 86_400)
    assert "Nobody is exempt" in words(await exempt(town))


async def test_a_role_is_exempt_until_it_is_ended(town: Town) -> None:
    role = quiet_player(town).role_at(START)
    offered = await town.leader.autocomplete(town.general, "clanstats exempt", "role", role[:3])
    assert role in [each["value"] for each in offered]
    panel = await exempt(town, role=role, reason="they run the events")
    assert "until it is ended" in words(panel)
    assert "**Exempt as " in await card(town, town.officer, quiet_player(town).name_at(START))
    await town.restart()
    (held,) = await town.services.exemptions.listed(await town.clan())
    assert held.members > 0
    await town.leader.select(
        panel, [str(held.exemption_id)], custom_id=control(panel, "exempt:end")
    )
    assert await town.services.exemptions.listed(await town.clan()) == ()


async def test_whoever_lost_the_right_cannot_end_one_any_more(town: Town) -> None:
    chief = town.guild.add_member(town.env.create_user("chief"), roles=[town.leadership_role])
    await exempt(town, role="member", reason="why not")
    panel = (await chief.slash(town.general, "clanstats exempt")).response
    assert panel is not None
    (held,) = await town.services.exemptions.listed(await town.clan())
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    refused = await chief.select(
        panel, [str(held.exemption_id)], custom_id=control(panel, "exempt:end")
    )
    assert "leadership may" in words(newest(refused))
    assert len(await town.services.exemptions.listed(await town.clan())) == 1


async def test_the_same_one_twice_is_one_exemption(town: Town) -> None:
    for reason in ("first", "second"):
        await exempt(town, role="member", reason=reason)
    (held,) = await town.services.exemptions.listed(await town.clan())
    assert held.reason == "second"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"role": "member"}, "Say why"),
        ({"reason": "x"}, "Name a player or a role"),
        ({"reason": "x", "player": "nobody at all"}, "No member of the clan"),
        ({"reason": "x", "role": "no such role"}, "no such role"),
        ({"reason": "x", "role": "member", "until": "yesterday"}, "is past"),
        ({"reason": "x", "role": "member", "until": "whenever"}, "is not a day"),
    ],
)
async def test_what_is_wrong_is_said(town: Town, options: dict[str, object], told: str) -> None:
    assert told in words(await exempt(town, **options))


async def test_leadership_sets_how_long_people_who_left_are_kept(town: Town) -> None:
    said = await town.leader.slash(town.general, "clanstats retention", days=30)
    assert "forgotten 30 days later" in words(said.response)
    assert (await town.clan()).forget_after_days == 30
    shown = words((await town.member.slash(town.general, "privacy show")).response)
    assert "30 days after you leave" in shown
    await town.leader.slash(town.general, "clanstats retention", days=0)
    assert (await town.clan()).forget_after_days is None


async def test_five_hundred_exemptions_stand_on_pages_that_discord_takes(town: Town) -> None:
    held = [Held(number, "*_~`|>@everyone", None, "why " * 60, None, 1) for number in range(1, 501)]
    screen, found = ExemptScreen(town.services), ExemptFound(await town.clan(), held)
    for page in (0, 1, 10_000):
        assert fits(screen.render(ExemptState(page), found).view)
    named = [Held(each, f"Number {each:02}", None, "*_" * 100, None, 1) for each in range(30)]
    few = found._replace(held=named)
    said = "".join(
        str(screen.render(ExemptState(page), few).box.to_component_dict()) for page in range(8)
    )
    assert all(f"**Number {each:02}**" in said for each in range(30)), (
        "a reason takes nobody's line"
    )
