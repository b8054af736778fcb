"""/inactive: who is silent, what is done about it, and what becomes of a press meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from discord.http import HTTPClient
from openpyxl import load_workbook
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.clan.enforcement import InactivityList, InactivityRow, Need, Verdict, judge
from bot.clan.linking import LinkPair
from bot.clan.names import escaped
from bot.clan.posting import PostingChannel
from bot.demo.wom_limits import CODE
from bot.services.game import OwnGroup, Requested
from bot.services.people import Officer
from bot.services.review import CaseAction, InactivityReview, Waiting
from bot.services.setup import Clan
from cogs._deciding_lists import names_to_update
from cogs.review.inactive import InactiveScreen, InactiveState
from cogs.review.inactive_words import InactiveTab, details_lines, silent_line
from cogs.review.noticing import draft
from cogs.review.updating import requested_words
from tests.bot.clan.portraits import NOW, POLICY, account, ago, silent
from tests.cogs.deciding import (
    beside,
    drawn,
    filled,
    fits,
    has,
    ids,
    judged_by,
    meanwhile,
    on_picked,
    opened,
    options,
    parts_fit,
    picks,
    placed,
    player_of,
    press,
    refusal_of,
    said_in,
    second_leader,
    select,
    take_roles,
    told,
    values_of,
)
from tests.cogs.test_promotions import AWKWARD
from tests.cogs.town import Town, words

REMOVE, NOTICE = "inactive:decide:approve", "inactive:notice"
SNOOZE, DISMISS = "inactive:ask:snooze", "inactive:ask:dismiss"
LEADERS_ONLY = "Only the clan's leadership may decide who is inactive"


@pytest.fixture
async def hushed(town: Town) -> Town:
    """A clan in which whoever is silent in the game is linked, so that it can be told."""
    clan = await town.clan()
    review = await town.services.review.inactive(clan)
    for number, row in enumerate(review.listed.cant_tell):
        pair = LinkPair(row.profile.main.player_id, 10**17 + number)
        await town.services.links.confirm(clan, pair, Officer(town.owner.id))
    return town


async def inactive(
    town: Town, who: MemberActor | None = None, **options: object
) -> ResponseMessage:
    panel = await opened(town, "inactive", who, **options)
    assert fits(panel)
    return panel


async def sure(town: Town) -> list[str]:
    review = await town.services.review.inactive(await town.clan())
    return [each.profile.main.name for each in review.listed.sure]


async def case_of(town: Town, player_id: int) -> Case:
    (found,) = await town.services.cases.of_person(await town.clan(), player_id)
    return found.case


async def notices(town: Town) -> ChannelHandle:
    """Return the channel in which the clan has notices from now on."""
    place = town.guild.create_text_channel("notices")
    await town.services.places.post_in(await town.clan(), PostingChannel.NOTICES, place.id)
    return place


def sent_to(town: Town, place: ChannelHandle) -> list[dict[str, Any]]:
    """Return what the bot asked Discord to post in a channel."""
    path = f"{place.id}/messages"
    return [each.json for each in town.env.http_requests if each.path.endswith(path) and each.json]


async def test_each_line_says_who_since_when_and_how_far_over_the_limit(hushed: Town) -> None:
    said = words(await inactive(hushed))
    review = await hushed.services.review.inactive(await hushed.clan())
    row = review.listed.sure[0]
    line = next(each for each in said.splitlines() if row.profile.main.name in each)
    assert line.startswith(f"**{row.profile.main.name}** <@{row.profile.user_id}> \N{MIDDLE DOT} ")
    assert "last in game <t:" in line
    assert f"over the {row.judgement.limit_days}-day limit" in line
    assert "Sorted by rank, lowest first, then by XP, least first. Default settings." in said
    assert "enough game and Discord data" in said


async def test_reasons_and_numbers_of_one_person_come_on_demand(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    player_id = player_of(picks(panel)[0])
    await filled(hushed, await on_picked(hushed, panel, NOTICE), "hello")
    await hushed.restart()
    answer = await select(hushed, panel, "details", str(player_id))
    said = beside(answer)
    for part in (
        f"## **{name}**",
        "over the 30-day limit",
        "Last seen in the game <t:",
        "0 messages and 0 XP in 30 days.",
        "- No message in 30 days",
        "Noticed <t:",
        f"inactive: notice given by <@{hushed.leader.id}>",
    ):
        assert part in said
    await placed(hushed, player_id, left_at=hushed.env.now())
    late = beside(await select(hushed, panel, "details", str(player_id)))
    assert late == "They are not on this list any more."


async def test_another_limit_holds_for_the_list_and_for_what_is_pressed_on_it(
    hushed: Town,
) -> None:
    assert await sure(hushed)
    panel = await inactive(hushed, days=365)
    assert "Nobody was silent on both sides for longer than the limit" in words(panel)
    panel = await inactive(hushed, days=20)
    assert "in their rank's limit (20 days)" in words(panel)
    assert "20 days as asked, instead of the limits set there" in words(panel)
    await on_picked(hushed, panel, REMOVE)
    assert "added to the removal list" in words(panel)
    assert "(20 days)" in words(panel)
    assert all(":20:" in each for each in ids(panel) if each.startswith("inactive:"))


async def test_several_are_decided_at_once_and_the_list_can_be_narrowed_to_them(
    hushed: Town,
) -> None:
    panel, names = await inactive(hushed), await sure(hushed)
    one, two, *rest = picks(panel)
    shown = await on_picked(hushed, panel, NOTICE, one, two)
    await filled(hushed, shown)
    assert "marked as noticed." in words(panel)
    parts = options(panel, "choose")
    assert parts["Noticed (2)"] == "state.noticed"
    assert parts[f"Nothing decided ({len(rest)})"] == "state.none"
    await select(hushed, panel, "choose", "state.noticed")
    assert sorted(map(player_of, picks(panel))) == sorted(map(player_of, (one, two)))
    await on_picked(hushed, panel, REMOVE, *picks(panel))
    assert "Nobody is left of what was chosen" in words(panel)
    assert len(await sure(hushed)) == len(names) - 2
    await press(hushed, panel, "To remove 2")
    await on_picked(hushed, panel, "Take back", *picks(panel))
    assert sorted(await sure(hushed)) == sorted(names)


async def test_without_anybody_picked_nothing_is_decided(hushed: Town) -> None:
    panel = await inactive(hushed)
    for button in (REMOVE, NOTICE, SNOOZE, DISMISS):
        result = await press(hushed, panel, button)
        said = [each for each in (*result.followups, result.response) if each is not None]
        assert "Pick people in the list above first" in words(said[0])
    assert await hushed.services.cases.standing(await hushed.clan()) == ()


async def test_where_nothing_can_be_told_it_says_what_would_help(town: Town) -> None:
    panel = await inactive(town)
    assert "cannot be judged yet: see Can't tell" in words(panel)
    await press(town, panel, "Can't tell")
    said = words(panel)
    assert (
        "needs a confirmed link to a Discord user \N{MIDDLE DOT} "
        "Chat\\: not linked to a Discord user" in said
    )
    assert "an update on Wise Old Man" in said
    assert fits(panel)
    result = await press(town, panel, "inactive:links")
    assert "## Players" in beside(result)
    parts = options(panel, "choose")
    (update,) = (key for label, key in parts.items() if label.startswith("Needs a WOM update ("))
    everybody = set(options(panel, "details"))
    await select(town, panel, "choose", update)
    assert set(options(panel, "details")) < everybody
    assert "needs an update on Wise Old Man" in words(panel)


def test_two_needs_are_joined_by_and() -> None:
    profile = silent()
    judged = replace(judge(profile, POLICY, NOW), needs=frozenset({Need.LINK, Need.UPDATE}))
    line = silent_line(review(), InactiveTab.CANT_TELL, InactivityRow(profile, judged))
    assert "needs an update on Wise Old Man and a confirmed link to a Discord user" in line


async def test_an_update_is_requested_for_those_who_lack_one(town: Town) -> None:
    panel = await inactive(town)
    await press(town, panel, "Can't tell")
    await town.restart()
    said = beside(await press(town, panel, "inactive:update"))
    assert "Wise Old Man looked at" in said
    review = await town.services.review.inactive(await town.clan())
    lacking = names_to_update(review)
    town.wom.shut |= {f"/players/{name}" for name in lacking}
    said = beside(await press(town, panel, "inactive:update"))
    assert "Wise Old Man looked at nobody." in said
    assert "Wise Old Man refused" in said
    town.services.refreshing._under_way.add((await town.clan()).clan_id)
    said = beside(await press(town, panel, "inactive:update"))
    assert "is under way" in said


async def test_with_the_group_s_code_wise_old_man_queues_everybody_stale(town: Town) -> None:
    clan = await town.clan()
    assert clan.wom_group_id is not None
    own = OwnGroup(clan.wom_group_id, CODE)
    town.services.refreshing._own_group = own
    panel = await inactive(town)
    await press(town, panel, "Can't tell")
    said = beside(await press(town, panel, "inactive:update"))
    assert "Wise Old Man queued" in said
    assert "next poll" in said


async def test_the_link_queue_stays_shut_for_those_who_may_not_decide_links(town: Town) -> None:
    clan = await town.clan()
    permissions = replace(
        clan.permissions,
        promote=type(clan.permissions.promote).OFFICER,
        decide_links=type(clan.permissions.promote).LEADERSHIP,
    )
    await town.services.clans.set_permissions(clan, permissions)
    panel = await inactive(town, town.officer)
    await press(town, panel, "Can't tell", town.officer)
    result = await press(town, panel, "inactive:links", town.officer)
    assert "decide whose account is whose" in refusal_of(result)


async def test_who_is_to_be_removed_waits_until_they_are_seen_to_have_left(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    player_id = player_of(picks(panel)[0])
    await on_picked(hushed, panel, REMOVE)
    assert f"**{name}**: added to the removal list" in words(panel)
    await press(hushed, panel, "To remove 1")
    assert f"```\n{name}\n```" in words(panel)
    assert "added to the removal list <t:" in words(panel)
    assert f"**{name}** <@" in words(panel)
    assert name in beside(await press(hushed, panel, "inactive:copy"))
    await placed(hushed, player_id, left_at=hushed.env.now())
    case = await case_of(hushed, player_id)
    assert case.state is CaseState.DONE
    await on_picked(hushed, panel, "Take back")
    assert "not in the clan any more" in words(panel)
    assert "Nobody waits to be removed." in words(panel)


async def test_a_removal_is_taken_back(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    await on_picked(hushed, panel, REMOVE)
    await press(hushed, panel, "To remove 1")
    await hushed.restart()
    await on_picked(hushed, panel, "Take back")
    assert f"**{name}**: taken back" in words(panel)
    assert name in await sure(hushed)


@pytest.mark.parametrize("until", ["14", "2 weeks"])
async def test_a_snooze_takes_days_or_a_date_and_needs_no_reason(hushed: Town, until: str) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    shown = await on_picked(hushed, panel, SNOOZE)
    assert values_of(shown) == ["", "14"]
    await filled(hushed, shown, "", until)
    assert f"**{name}**: snoozed until <t:" in words(panel)
    assert name not in await sure(hushed)
    await press(hushed, panel, "Away and exempt 1")
    assert "asked again in" in words(panel)
    assert "snoozed until" in words(panel)
    await on_picked(hushed, panel, "Take back")
    assert name in await sure(hushed)


async def test_a_dismissal_needs_a_reason(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    shown = await on_picked(hushed, panel, DISMISS)
    assert values_of(shown) == ["", "60"]
    await filled(hushed, shown, "   ")
    assert "Say why" in words(panel)
    shown = await on_picked(hushed, panel, DISMISS)
    await filled(hushed, shown, AWKWARD)
    assert f"**{name}**: dismissed" in words(panel)
    assert name not in await sure(hushed)
    await press(hushed, panel, "Away and exempt")
    assert "@everyone" not in words(panel)
    assert fits(panel)


async def test_without_a_channel_a_notice_comes_back_to_copy(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    player_id = player_of(picks(panel)[0])
    shown = await on_picked(hushed, panel, NOTICE)
    (drafted,) = values_of(shown)
    assert f"Hi {name}!" in drafted
    assert shown.modal is not None
    assert "mention" not in str(shown.modal)
    result = await filled(hushed, shown, f"{drafted} ```@everyone")
    assert f"For **{name}** (<@" in told(result)
    assert f"```\nHi {name}!" in told(result)
    assert told(result).count("```") == 2
    assert f"**{name}**: marked as noticed" in words(panel)
    assert "noticed <t:" in words(panel)
    assert (await case_of(hushed, player_id)).state is CaseState.NOTICED
    await filled(hushed, await on_picked(hushed, panel, NOTICE), "and again")
    assert [each.move for each in (await case_of(hushed, player_id)).history] == [
        Move.OPEN,
        Move.NOTICE,
        Move.NOTICE,
    ]


async def test_a_notice_to_several_has_each_name_and_comes_back_to_copy(hushed: Town) -> None:
    panel, names = await inactive(hushed), await sure(hushed)
    shown = await on_picked(hushed, panel, NOTICE, *picks(panel)[:2])
    (drafted,) = values_of(shown)
    assert "Hi {name}!" in drafted
    said = told(await filled(hushed, shown)).replace("\\", "")
    for name in names[:2]:
        assert f"For **{name}**" in said
        assert f"Hi {name}!" in said
    assert "{name}" not in said
    assert "You have them to copy." in words(panel)
    rest = await on_picked(hushed, panel, NOTICE, *picks(panel)[2:])
    result = await filled(hushed, rest, "{name}, " + "hello " * 270)
    (file,) = [each for sent in result.followups for each in sent.attachments]
    content = (await file.read()).decode()
    assert all(f"{name}, hello" in content for name in names[2:])


async def test_a_notice_to_several_is_a_message_for_each_and_mentions_only_them(
    hushed: Town,
) -> None:
    place = await notices(hushed)
    panel = await inactive(hushed)
    review = await hushed.services.review.inactive(await hushed.clan())
    people = [each.profile for each in review.listed.sure[:2]]
    shown = await on_picked(hushed, panel, NOTICE, *picks(panel)[:2])
    both = f"Hi {{name}}, meet @everyone and <@{hushed.member.id}>"
    await filled(hushed, shown, both, way=["mention"])
    found = [(each["content"], each["allowed_mentions"]) for each in sent_to(hushed, place)]
    assert found == [
        (
            f"<@{each.user_id}> Hi {each.main.name}, meet @everyone and <@{hushed.member.id}>",
            {"parse": [], "users": [each.user_id]},
        )
        for each in people
    ]
    assert f"2 notices stand in <#{place.id}>." in words(panel)


async def test_with_a_channel_a_text_for_a_dm_can_be_had_instead(hushed: Town) -> None:
    place = await notices(hushed)
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    player_id = player_of(picks(panel)[0])
    shown = await on_picked(hushed, panel, NOTICE)
    said = told(await filled(hushed, shown, "hello {name}", way=["copy"]))
    assert f"Nothing was posted. The notice to copy:\nFor **{name}** (<@" in said
    assert f"```\nhello {name}\n```" in said
    assert sent_to(hushed, place) == []
    assert (await case_of(hushed, player_id)).state is CaseState.NOTICED


async def test_whom_a_notice_cannot_mention_is_said(town: Town) -> None:
    clan, officer = await town.clan(), Officer(town.owner.id)
    for row in (await town.services.review.inactive(clan)).listed.cant_tell:
        player_id = row.profile.main.player_id
        await town.services.links.mark_discord(clan, player_id, officer, has_none=True)
    place = await notices(town)
    review = await town.services.review.inactive(clan)
    main = next(each.profile.main for each in review.listed.sure if each.profile.user_id is None)
    panel = await inactive(town)
    pick = next(each for each in picks(panel) if player_of(each) == main.player_id)
    shown = await on_picked(town, panel, NOTICE, pick)
    await filled(town, shown, "hello", way=["mention"])
    (sent,) = sent_to(town, place)
    assert (sent["content"], sent["allowed_mentions"]) == ("hello", {"parse": []})
    assert "Not mentioned, because not linked to Discord: **" in words(panel)


async def test_the_draft_of_a_notice_has_names_as_they_are_written_in_the_game(town: Town) -> None:
    clan = replace(await town.clan(), name="Dr. Who*")
    assert draft("imp_rat\n9", clan).startswith("Hi imp_rat 9! We have not seen you in Dr. Who* ")


async def test_a_notice_is_posted_where_the_clan_wants_them_and_pings_nobody(hushed: Town) -> None:
    place = await notices(hushed)
    panel = await inactive(hushed)
    shown = await on_picked(hushed, panel, NOTICE)
    said = f"are you there? @everyone <@{hushed.member.id}>"
    result = await filled(hushed, shown, said)
    assert told(result) == "Checked at Wise Old Man: nothing new."
    assert place.last_message is not None
    assert place.last_message.content == said
    assert not place.last_message.mention_everyone
    assert sent_to(hushed, place)[-1]["allowed_mentions"] == {"parse": []}
    assert f"The notice stands in <#{place.id}>." in words(panel)


async def test_names_in_a_posted_notice_are_no_markup(hushed: Town) -> None:
    clan = await hushed.clan()
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.post_in(clan, PostingChannel.NOTICES, place.id)
    await hushed.services.clans.join_group(clan, clan.wom_group_id or 0, "*Iron* <@77> @here")
    panel = await inactive(hushed)
    shown = await on_picked(hushed, panel, NOTICE)
    (drafted,) = values_of(shown)
    assert "seen you in *Iron* <@77> @here for a while" in drafted
    await filled(hushed, shown, f"**Hello!** {drafted}")
    assert place.last_message is not None
    assert place.last_message.content.startswith("**Hello!** Hi ")
    assert escaped("*Iron* <@77> @here") in place.last_message.content


async def test_when_discord_refuses_the_notice_comes_back_and_stays_recorded(
    hushed: Town,
) -> None:
    place = await notices(hushed)
    panel = await inactive(hushed)
    player_id = player_of(picks(panel)[0])
    shown = await on_picked(hushed, panel, NOTICE)
    hushed.env.inject_error("POST", f"/channels/{place.id}/messages", status=403, code=50013)
    said = told(await filled(hushed, shown, "are you there?"))
    assert f"Discord did not let me post it in <#{place.id}>." in said
    assert "```\nare you there?\n```" in said
    assert place.last_message is None
    assert (await case_of(hushed, player_id)).state is CaseState.NOTICED


async def test_a_notice_whose_posting_is_cut_off_comes_back_with_where_to_look(
    hushed: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await notices(hushed)
    panel = await inactive(hushed)
    shown = await on_picked(hushed, panel, NOTICE, *picks(panel)[:2])
    send: Callable[..., Any] = HTTPClient.send_message
    cut = [aiohttp.ServerDisconnectedError()]

    async def sent(*request: Any, **parts: Any) -> Any:  # noqa: ANN401 - those of discord.py
        answer = await send(*request, **parts)
        if cut:
            raise cut.pop()
        return answer

    monkeypatch.setattr(HTTPClient, "send_message", sent)
    said = told(await filled(hushed, shown, "are you there, {name}?"))
    assert f"The connection broke off: look whether it stands in <#{place.id}>" in said
    assert said.count("are you there, ") == 1
    assert f"The notice stands in <#{place.id}>." in words(panel)


async def test_a_notice_never_goes_to_another_server(hushed: Town) -> None:
    elsewhere = hushed.env.create_guild("Another clan", owner=hushed.env.create_user("stranger"))
    place = elsewhere.create_text_channel("notices")
    await hushed.env.settle()
    await hushed.services.places.post_in(await hushed.clan(), PostingChannel.NOTICES, place.id)
    panel = await inactive(hushed)
    shown = await on_picked(hushed, panel, NOTICE)
    said = told(await filled(hushed, shown, "are you there?"))
    assert f"Discord did not let me post it in <#{place.id}>." in said
    assert place.last_message is None


async def test_two_leaders_notice_the_same_member_and_one_message_is_posted(hushed: Town) -> None:
    place = await notices(hushed)
    second = await second_leader(hushed)
    mine, theirs = await inactive(hushed), await inactive(hushed, second)
    my_form = await on_picked(hushed, mine, NOTICE)
    their_form = await on_picked(hushed, theirs, NOTICE, who=second)
    await filled(hushed, my_form, "first")
    await filled(hushed, their_form, "second", who=second)
    said = words(theirs)
    assert "Somebody else gave them a notice" in said
    assert f"<@{hushed.leader.id}>" in said
    assert place.last_message is not None
    assert place.last_message.content == "first"


async def test_of_two_at_the_same_moment_nobody_posts_twice(hushed: Town) -> None:
    place = await notices(hushed)
    second = await second_leader(hushed)
    panel = await inactive(hushed)
    player_id = player_of(picks(panel)[0])
    shown = await on_picked(hushed, panel, NOTICE)
    meanwhile(hushed, CaseAction(CaseKind.INACTIVITY, player_id, Move.NOTICE), second.id)
    await filled(hushed, shown, "first")
    assert "Somebody else gave them a notice" in words(panel)
    assert place.last_message is None


async def test_each_press_asks_the_gate_again(hushed: Town) -> None:
    second = await second_leader(hushed)
    for label in ("Sure", "Can't tell", "Away and exempt", "To remove"):
        await hushed.appoint()
        panel = await inactive(hushed, second)
        if label == "To remove":
            await on_picked(hushed, panel, REMOVE, who=second)
        await press(hushed, panel, label, second)
        before = words(panel)
        await take_roles(hushed)
        for custom_id in ids(panel):
            act = custom_id.split(":")[1]
            if act in {"pick", "choose", "details"}:
                value = next(iter(options(panel, act).values()))
                refused = await second.select(panel, [value], custom_id=custom_id)
            else:
                refused = await second.click(panel, custom_id=custom_id)
            said = refusal_of(refused)
            assert (LEADERS_ONLY in said) or (act == "links" and "Only officers may" in said)
        assert words(panel) == before


async def test_a_form_asks_the_gate_when_it_is_sent(hushed: Town) -> None:
    second = await second_leader(hushed)
    panel = await inactive(hushed, second)
    forms = [
        await on_picked(hushed, panel, button, who=second) for button in (NOTICE, SNOOZE, DISMISS)
    ]
    await take_roles(hushed)
    for shown in forms:
        said = refusal_of(await filled(hushed, shown, "why not", who=second))
        assert "leadership may decide who is inactive" in said
    assert await hushed.services.cases.standing(await hushed.clan()) == ()


async def test_a_list_outlives_a_restart_and_is_pressed_once(hushed: Town) -> None:
    panel, again = await inactive(hushed), await inactive(hushed)
    await hushed.restart()
    await on_picked(hushed, panel, REMOVE)
    assert "added to the removal list" in words(panel)
    await on_picked(hushed, again, REMOVE)
    assert "You approved this already" in words(again)
    assert "To remove 1" in words(again)


@pytest.mark.parametrize("button", [NOTICE, SNOOZE])
async def test_a_form_is_taken_after_a_restart(hushed: Town, button: str) -> None:
    panel = await inactive(hushed)
    player_id = player_of(picks(panel)[0])
    shown = await on_picked(hushed, panel, button)
    await hushed.restart()
    await filled(hushed, shown)
    assert (await case_of(hushed, player_id)).state is (
        CaseState.NOTICED if button is NOTICE else CaseState.SNOOZED
    )


async def test_who_was_seen_again_is_not_removed_by_an_old_list(hushed: Town) -> None:
    panel = await inactive(hushed)
    await judged_by(hushed, enforcement={"window_days": 90, "limits": {}})
    await on_picked(hushed, panel, REMOVE)
    assert "not on the list any more" in words(panel)
    assert await hushed.services.cases.standing(await hushed.clan()) == ()


async def test_a_case_that_the_poll_ended_is_not_decided_again(hushed: Town) -> None:
    panel = await inactive(hushed)
    player_id = player_of(picks(panel)[0])
    await filled(hushed, await on_picked(hushed, panel, NOTICE), "hello")
    stale = next(each for each in picks(panel) if player_of(each) == player_id)
    await select(hushed, panel, "pick", stale)
    await placed(hushed, player_id, left_at=hushed.env.now())
    assert (await case_of(hushed, player_id)).state is CaseState.DONE
    await press(hushed, panel, REMOVE)
    assert "not in the clan any more" in words(panel)
    assert [each.state for each in (await case_of(hushed, player_id)).history][-1] is CaseState.DONE


async def test_earlier_cases_are_counted(hushed: Town) -> None:
    panel = await inactive(hushed)
    player_id = player_of(picks(panel)[0])
    await filled(hushed, await on_picked(hushed, panel, NOTICE), "hello")
    made = CaseAction(CaseKind.INACTIVITY, player_id, Move.CLOSE, 2)
    await hushed.services.cases.decide(await hushed.clan(), made, hushed.leader.id, why="answered")
    again = await inactive(hushed)
    assert "1 earlier case" in beside(await select(hushed, again, "details", str(player_id)))


async def test_the_names_and_the_whole_list_are_one_press_away(hushed: Town) -> None:
    names = await sure(hushed)
    panel = await inactive(hushed)
    assert "\n".join(names) in beside(await press(hushed, panel, "inactive:copy"))
    sent = (await press(hushed, panel, "inactive:file")).response
    assert sent is not None
    (file,) = sent.attachments
    assert file.filename == "inactive.csv"
    content = (await file.read()).decode("utf-8-sig")
    assert all(name in content for name in names)


async def test_the_whole_list_comes_as_a_workbook_that_reads_like_one(hushed: Town) -> None:
    names = await sure(hushed)
    panel = await inactive(hushed)
    sent = (await press(hushed, panel, "inactive:workbook")).response
    assert sent is not None
    assert sent.ephemeral
    (file,) = sent.attachments
    assert file.filename == "inactive.xlsx"
    sheet = load_workbook(BytesIO(await file.read()))["Inactive"]
    told_names = [cell.value for cell in sheet["B"]]
    assert [each for each in told_names if each in names] == names


async def test_only_the_names_of_the_part_that_is_shown_are_copied(hushed: Town) -> None:
    panel = await inactive(hushed)
    parts = {key: label for label, key in options(panel, "choose").items() if "rank." in key}
    key = next(iter(parts))
    await select(hushed, panel, "choose", key)
    said = beside(await press(hushed, panel, "inactive:copy"))
    shown = options(panel, "pick")
    assert all(name in said for name in shown)
    assert len(said.splitlines()) == len(shown) + 3


def showing(town: Town, shown: InactivityReview) -> None:
    """Have the review come to what was made by hand."""

    async def inactive(_clan: Clan, _days: int | None = None) -> InactivityReview:
        return shown

    vars(town.services.review)["inactive"] = inactive


async def test_a_list_of_many_pages_comes_as_a_file_too(town: Town) -> None:
    showing(town, review(30, "Somebody"))
    assert (await town.leader.slash(town.general, "inactive")).followups == []
    showing(town, review(31, "Somebody"))
    result = await town.leader.slash(town.general, "inactive")
    assert [each.filename for sent in result.followups for each in sent.attachments] == [
        "inactive.csv"
    ]


async def test_names_that_are_too_many_for_a_message_come_as_a_file(town: Town) -> None:
    showing(town, review(200, "Some\nbody"))
    panel = await inactive(town)
    sent = (await press(town, panel, "inactive:copy")).response
    assert sent is not None
    (file,) = sent.attachments
    assert file.filename == "names.txt"
    assert (await file.read()).decode() == "Some body\n" * 800


async def test_an_update_that_helps_nobody_any_more_is_not_requested(town: Town) -> None:
    panel = await inactive(town)
    await press(town, panel, "Can't tell")
    showing(town, review())
    said = beside(await press(town, panel, "inactive:update"))
    assert said == "Nobody on this list would be helped by an update."


async def test_where_two_have_to_agree_the_line_says_who_wants_it(hushed: Town) -> None:
    await judged_by(hushed, cases={"second_officer": True})
    second = await second_leader(hushed)
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    assert not has(panel, "inactive:second")
    await on_picked(hushed, panel, REMOVE)
    assert f"<@{hushed.leader.id}> wants to remove them <t:" in words(panel)
    assert "Agree to removal" in words(panel)
    theirs = await inactive(hushed, second)
    await on_picked(hushed, theirs, "Agree to removal", who=second)
    assert f"**{name}**: added to the removal list" in words(theirs)


async def test_what_goes_wrong_is_explained_with_a_reference(hushed: Town) -> None:
    panel = await inactive(hushed)
    await select(hushed, panel, "pick", picks(panel)[0])
    hushed.services.cases._judges = None  # type: ignore[assignment]
    said = told(await press(hushed, panel, REMOVE))
    assert "Something went wrong on our side" in said
    assert "Reference `" in said


async def test_a_server_without_a_group_is_told_what_is_missing(bare_town: Town) -> None:
    result = await bare_town.leader.slash(bare_town.general, "inactive")
    assert "no Wise Old Man group yet" in words(result.response)


# Drawn by hand


def review(count: int = 0, name: str = "x") -> InactivityReview:
    """Return so many people on each list, all called the same, with everything that can be said."""
    rows = []
    for number in range(1, count + 1):
        accounts = tuple(account(number + k * 10**6)._replace(name=name) for k in range(4))
        profile = silent(number, accounts=accounts)
        judged = judge(profile, POLICY, NOW)
        assert judged.verdict is Verdict.SILENT
        rows.append(InactivityRow(profile, judged, over_days=100))
    unsure = [
        replace(
            each,
            judgement=replace(
                each.judgement,
                reasons=(f"{name}: too few snapshots to compare",) * 9,
                needs=frozenset(Need),
            ),
        )
        for each in rows
    ]
    apart = [replace(each, apart=f"exempt: {AWKWARD * 5}") for each in rows]
    cases = {each.profile.main.player_id: snoozed(each.profile.main.player_id) for each in rows}
    waiting = tuple(Waiting(each, name, "active again: much was said") for each in cases.values())
    listed = InactivityList(tuple(rows), tuple(unsure), tuple(apart))
    evidence = ("a good deal of words about how well the clan was observed lately",) * 12
    policy = replace(
        POLICY,
        enforcement=replace(
            POLICY.enforcement, limits={f"role_{number}": number + 1 for number in range(60)}
        ),
    )
    earlier = dict.fromkeys(cases, 12)
    return InactivityReview(listed, cases, earlier, waiting, policy, NOW, evidence if count else ())


def snoozed(player_id: int) -> Case:
    history = (
        CaseEntry(Move.OPEN, CaseState.OPEN, None, NOW),
        CaseEntry(
            Move.SNOOZE, CaseState.SNOOZED, 10**18, NOW, AWKWARD * 5, NOW + timedelta(days=9)
        ),
    )
    return Case(CaseKind.INACTIVITY, player_id, "member", 1, history)


def shown_of(
    listed: InactivityReview, tab: InactiveTab, page: int = 0, note: str = ""
) -> list[dict[str, Any]]:
    """Return a page of a list as Discord gets it."""
    screen = InactiveScreen.__new__(InactiveScreen)
    return drawn(screen.render(InactiveState(tab, page, 365), listed, note).box)


@pytest.mark.parametrize("name", ["Wwwwwwwwwwww", AWKWARD, "*_`~|" * 20])
@pytest.mark.parametrize("tab", list(InactiveTab))
def test_five_hundred_with_the_longest_names_stay_within_discord_s_limits(
    name: str, tab: InactiveTab
) -> None:
    listed = review(500, name)
    for page in (0, 1, 49, 500):
        box = shown_of(listed, tab, page, f"**{escaped(name)}** is here " * 90)
        assert parts_fit(box)
        assert "@everyone" not in said_in(box)


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        (InactiveTab.SURE, "Nobody was silent on both sides for longer than the limit."),
        (InactiveTab.CANT_TELL, "Everybody who was not seen can be judged."),
        (InactiveTab.APART, "Nobody who was not seen is away, exempt or snoozed."),
        (InactiveTab.REMOVE, "Nobody waits to be removed."),
    ],
)
def test_an_empty_list_says_so(tab: InactiveTab, said: str) -> None:
    assert said in str(shown_of(review(), tab))


def test_what_nobody_was_able_to_see_is_a_dash_and_not_never() -> None:
    profile = silent(1, game_seen_at=None, chat_seen_at=ago(45))
    row = InactivityRow(profile, judge(profile, POLICY, NOW), None)
    said = silent_line(review(), InactiveTab.SURE, row)
    assert "in game never, in chat <t:" in said
    assert "never seen since it is counted" in said
    assert "in the game never, in chat <t:" in "\n".join(details_lines(review(), row))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Requested(queued=0), "nobody was queued"),
        (Requested(queued=1), "queued 1 member of the group"),
        (Requested(done=("a", "b")), "looked at 2 accounts"),
        (Requested(), "looked at nobody"),
        (Requested(done=("a",), left=3), "3 further accounts: press again"),
        (Requested(left=3, stopped="It is down."), "It is down. Not asked for: 3 accounts."),
        (
            Requested(failed=tuple((f"*{n}*", "not there") for n in range(10))),
            "\\*6\\*, \\*7\\* and 2 more: not there",
        ),
    ],
)
def test_what_came_of_a_request_is_said_in_words(asked: Requested, said: str) -> None:
    assert said in requested_words(asked)
