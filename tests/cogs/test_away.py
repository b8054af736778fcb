"""/away, /back, /clanstats away: a leave is one's own, and its reason for officers alone."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.linking import LinkPair
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.people import LeaveList, ListedLeave, Officer
from cogs.leave.away_list import AwayFound, AwayScreen, AwayState, AwayTab
from tests.bot.services.talk import spoken
from tests.cogs.test_intake import everybody
from tests.cogs.test_me import quiet_player, sure_hero
from tests.cogs.town import START, Town, control, fits, newest, words

DAY = timedelta(days=1)
REASON = "moving to *Oslo*"


async def go(town: Town, who: MemberActor, *days: str, reason: str | None = None) -> str:
    options = {"from": days[0], "until": days[1]} | ({"reason": reason} if reason else {})
    result = await who.slash(town.general, "away", **options)
    assert result.ephemeral
    return words(result.response)


async def listed(
    town: Town, who: MemberActor | None = None, /, **options: object
) -> InteractionResult:
    result = await (who or town.officer).slash(town.general, "clanstats away", **options)
    assert result.ephemeral
    return result


def shown(result: InteractionResult) -> ResponseMessage:
    """Return the last thing that was said."""
    found = [each for each in (result.response, *result.followups) if each is not None]
    return found[-1]


async def days_pass(town: Town, days: float) -> None:
    await town.env.advance_time(days * 86_400)


async def test_a_member_goes_and_comes_back(town: Town) -> None:
    said = await go(town, town.member, "today", "2 weeks", reason=REASON)
    assert "You are on leave from <t:" in said
    assert "Only you and officers see the reason." in said
    away = await town.services.leaves.away_today(await town.clan())
    assert away.users.keys() == {town.member.id}
    back = await town.member.slash(town.general, "back")
    assert "Welcome back" in words(back.response)
    assert (await town.services.leaves.away_today(await town.clan())).users == {}
    again = await town.member.slash(town.general, "back")
    assert "You are not on leave" in words(again.response)


async def test_a_leave_to_come_is_called_off_by_back(town: Town) -> None:
    await go(town, town.member, "in 3 days", "2 weeks")
    assert "called off" in words((await town.member.slash(town.general, "back")).response)
    assert "Coming 1" not in words((await listed(town)).response)


async def test_a_leave_ends_by_itself_after_its_last_day(town: Town) -> None:
    await go(town, town.member, "today", "tomorrow")
    clan = await town.clan()
    await days_pass(town, 1)
    assert town.member.id in (await town.services.leaves.away_today(clan)).users
    await days_pass(town, 1)
    assert (await town.services.leaves.away_today(clan)).users == {}
    assert "Past" in words((await listed(town)).response)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("soon", "friday", "is not a day; write"),
        ("05/06", "friday", "write 5 Jun or 6 May"),
        ("today", "yesterday", "would end"),
        ("today", "2 years", "too long"),
        ("2020-01-01", "today", "long past"),
        ("**<@1>**", "today", "is not a day"),
    ],
)
async def test_nonsense_days_are_told_what_would_be_right(
    town: Town, first: str, last: str, told: str
) -> None:
    said = await go(town, town.member, first, last)
    assert told in said
    assert "<@1>" not in said
    assert (await town.services.leaves.listed(await town.clan())).coming == ()


async def test_only_officers_see_the_reason_and_it_stands_in_no_log(
    town: Town, journal: io.StringIO
) -> None:
    await go(town, town.member, "today", "2 weeks", reason=REASON)
    said = words((await listed(town)).response)
    assert "moving to \\*Oslo\\*" in said
    assert f"<@{town.member.id}>" in said
    refused = words((await listed(town, town.guest)).response)
    assert "Only officers may see and set the leave of others" in refused
    status = words((await town.officer.slash(town.general, "clanstats status")).response)
    assert "1 on leave" in status
    for text in (status, refused, journal.getvalue()):
        assert "Oslo" not in text


async def test_a_card_shows_until_when_somebody_is_away_but_never_why(town: Town) -> None:
    actor = await sure_hero(town, messages=1)
    await go(town, actor, "today", "2 weeks", reason=REASON)
    name = quiet_player(town).name_at(START)
    for result in (
        await actor.slash(town.general, "me"),
        await town.guest.slash(town.general, "member", player=name),
        await town.officer.context_menu(town.general, "Clan card", actor),
    ):
        said = words(result.response)
        assert "**Away until <t:" in said
        assert "Oslo" not in said


async def test_an_officer_sets_leave_for_a_member_and_for_a_player(town: Town) -> None:
    dates: dict[str, object] = {"from": "today", "until": "3 days"}
    said = words((await listed(town, None, member=town.member, **dates)).response)
    assert f"<@{town.member.id}> is on leave" in said
    name = quiet_player(town).name_at(START)
    said = words((await listed(town, None, player=name, reason="told by mail", **dates)).response)
    assert f"**{name}** is on leave" in said
    assert "told by mail" in said
    away = await town.services.leaves.away_today(await town.clan())
    assert away.players.keys() == {quiet_player(town).player_id}
    offered = await town.officer.autocomplete(town.general, "clanstats away", "player", name[:3])
    assert name in [each["value"] for each in offered]


async def test_a_player_whose_speaker_was_confirmed_first_is_away_by_name(town: Town) -> None:
    clan, player = await town.clan(), quiet_player(town)
    await town.services.intake.store(clan, [spoken(1, "Some Other Name", START)])
    writers = await everybody(town)
    (speaker,) = [each for each in writers if each.bridge_name == "some other name"]
    pair = LinkPair(player.player_id, -speaker.author_id)
    assert (await town.services.links.confirm(clan, pair, Officer(town.owner.id))).refusal is None
    name = player.name_at(START)
    dates: dict[str, object] = {"from": "today", "until": "3 days"}
    for options in ({"player": name} | dates, {}):
        said = words((await listed(town, None, **options)).response)
        assert f"**{name}**" in said
        assert "<@-" not in said
    away = await town.services.leaves.away_today(clan)
    assert away.users == {}
    assert away.players.keys() == {player.player_id}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"reason": "holiday"}, "Say whose leave"),
        ({"player": "nobody at all"}, "Say from when"),
        ({"player": "nobody at all", "from": "today", "until": "friday"}, "No member of the clan"),
    ],
)
async def test_what_is_missing_is_said(town: Town, options: dict[str, object], told: str) -> None:
    assert told in words((await listed(town, None, **options)).response)


async def make_longer(
    town: Town, panel: ResponseMessage, leave: ListedLeave, text: str
) -> InteractionResult:
    """Pick a leave in the list and send the form for its last day."""
    form = await town.officer.select(
        panel, [str(leave.absence_id)], custom_id=control(panel, "away:extend")
    )
    assert form.modal is not None
    (field,) = [each for each in walk_components(form.modal["components"]) if each["type"] == 4]
    return await town.officer.submit_modal(form, {field["custom_id"]: text})


async def test_an_officer_makes_a_leave_longer_and_ends_it(town: Town) -> None:
    await go(town, town.member, "today", "3 days")
    panel = shown(await listed(town))
    (leave,) = (await town.services.leaves.listed(await town.clan())).current
    wrong = await make_longer(town, panel, leave, "whenever")
    assert "is not a day" in words(newest(wrong))
    await make_longer(town, panel, leave, "2 weeks")
    (longer,) = (await town.services.leaves.listed(await town.clan())).current
    assert longer.leave.last_on == leave.leave.last_on + 14 * DAY
    await days_pass(town, 1)
    panel = shown(await listed(town))
    await town.officer.select(panel, [str(leave.absence_id)], custom_id=control(panel, "away:end"))
    assert (await town.services.leaves.away_today(await town.clan())).users == {}


async def test_the_list_works_after_a_restart_and_asks_the_gate_again(town: Town) -> None:
    await go(town, town.member, "today", "3 days")
    panel = shown(await listed(town))
    (leave,) = (await town.services.leaves.listed(await town.clan())).current
    await town.restart()
    clan = await town.clan()
    await town.services.clans.set_permissions(clan, DEFAULT_PERMISSIONS)
    refused = await town.officer.select(
        panel, [str(leave.absence_id)], custom_id=control(panel, "away:end")
    )
    assert "Only officers may" in words(shown(refused))
    assert (await town.services.leaves.away_today(clan)).users != {}
    await town.appoint()
    await town.officer.select(panel, [str(leave.absence_id)], custom_id=control(panel, "away:end"))
    assert (await town.services.leaves.away_today(clan)).users == {}


async def asked(town: Town, actor: MemberActor) -> ResponseMessage:
    """Have somebody on leave write, and return the question that follows their next command."""
    await go(town, actor, "today", "2 weeks")
    await days_pass(town, 2)
    await actor.send(town.general, "only looking in")
    await town.services.intake.flush()
    result = await actor.slash(town.general, "privacy show")
    question = shown(result)
    assert "Are you back?" in words(question)
    assert question.ephemeral
    return question


async def test_who_writes_during_leave_is_asked_once_and_nothing_is_assumed(town: Town) -> None:
    question = await asked(town, town.member)
    clan = await town.clan()
    assert town.member.id in (await town.services.leaves.away_today(clan)).users
    assert "so perhaps back: they are asked too" in words((await listed(town)).response)
    again = await town.member.slash(town.general, "privacy show")
    assert "Are you back?" not in words(shown(again))
    await town.member.click(question, label="Still away")
    assert town.member.id in (await town.services.leaves.away_today(clan)).users


async def test_the_answer_ends_the_leave_even_after_a_restart(town: Town) -> None:
    question = await asked(town, town.member)
    await town.restart()
    with pytest.raises(SetupError, match="not visible"):
        await town.guest.click(question, label="I am back")
    await town.member.click(question, label="I am back")
    assert (await town.services.leaves.away_today(await town.clan())).users == {}


async def test_five_hundred_leaves_stand_on_pages_that_discord_takes(town: Town) -> None:
    await go(town, town.member, "today", "3 days")
    clan = await town.clan()
    (leave,) = (await town.services.leaves.listed(clan)).current
    many = tuple(replace(leave, absence_id=number, reason="*_~`" * 60) for number in range(1, 501))
    found = AwayFound(clan, LeaveList(many, many, many), dict.fromkeys(range(1, 501), "W" * 120))
    screen = AwayScreen(town.services)
    for tab in AwayTab:
        for page in (0, 1, 10_000):
            assert fits(screen.render(AwayState(tab, page), found).view)
    named = tuple(
        replace(leave, absence_id=each, reason=f"Number {each:02} " + "*_" * 95)
        for each in range(1, 25)
    )
    few = found._replace(leaves=LeaveList(named, (), ()))
    told = "".join(
        str(screen.render(AwayState(page=page), few).box.to_component_dict()) for page in range(6)
    )
    assert all(f"Number {each:02} " in told for each in range(1, 25)), (
        "a reason takes nobody's line"
    )


async def test_leaves_that_are_over_have_no_controls(town: Town) -> None:
    await go(town, town.member, "today", "3 days")
    await days_pass(town, 5)
    panel = shown(await listed(town))
    assert "Nobody is away." in words(panel)
    await town.officer.click(panel, custom_id=control(panel, "away:tab:past"))
    said = words(panel)
    assert f"<@{town.member.id}>" in said
    assert "Set another last day" not in said
