"""/inactive: who is silent, what is done about it, and what becomes of a press meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.clan.enforcement import InactivityList, InactivityRow, Need, Verdict, judge
from bot.clan.linking import LinkPair
from bot.clan.names import escaped
from bot.demo.wom_limits import CODE
from bot.services.game import OwnGroup, Requested
from bot.services.people import Officer
from bot.services.review import CaseAction, InactivityReview, Waiting
from bot.services.setup import Clan
from cogs._deciding_keys import Act, ReviewState, ReviewTab
from cogs._deciding_lists import names_to_update
from cogs._inactive import inactive_box
from cogs._inactive_rows import sure_lines
from cogs._noticing import draft
from cogs._updating import requested_words
from tests.bot.clan.portraits import NOW, POLICY, account, ago, silent
from tests.cogs.deciding import (
    drawn,
    filled,
    fits,
    judged_by,
    keys,
    meanwhile,
    on_card,
    opened,
    parts_fit,
    placed,
    press,
    refusal_of,
    second_leader,
    tab,
    take_roles,
    told,
    values_of,
)
from tests.cogs.test_promotions import AWKWARD
from tests.cogs.town import Town, words


@pytest.fixture
async def hushed(town: Town) -> Town:
    """A clan in which whoever is silent in the game is linked, so that it can be told."""
    clan = await town.clan()
    review = await town.services.review.inactive(clan)
    for number, row in enumerate(review.listed.needs_evidence):
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


async def test_each_row_says_who_since_when_and_of_which_numbers(hushed: Town) -> None:
    said = words(await inactive(hushed))
    name = (await sure(hushed))[0]
    assert f"**{name}** · " in said
    assert "over the limit of 30" in said
    assert "Last seen in the game <t:" in said
    assert "0 messages and 0 XP in 30 days." in said
    assert "both sides well observed" in said
    assert "Judged by the usual settings." in said


async def test_another_limit_holds_for_the_list_and_for_what_is_pressed_on_it(
    hushed: Town,
) -> None:
    names = await sure(hushed)
    panel = await inactive(hushed, days=365)
    assert "Nobody was silent on both sides for longer than the limit" in words(panel)
    panel = await inactive(hushed, days=20)
    assert "within the rank's limit (20 days)" in words(panel)
    assert "For 20 days as asked, instead of the limits set there" in words(panel)
    key = on_card(panel, Act.APPROVE)[0]
    assert key.at.days == 20
    await press(hushed, panel, key)
    assert "is on the list To remove" in words(panel)
    assert "(20 days)" in words(panel)
    assert names


async def test_where_nothing_can_be_told_it_says_what_would_help(town: Town) -> None:
    panel = await inactive(town)
    assert "cannot be told yet: see Needs evidence" in words(panel)
    await press(town, panel, tab(panel, "Needs evidence"))
    said = words(panel)
    assert "Chat\\: not linked to a Discord user. Needs a link to a Discord user." in said
    assert "an update on Wise Old Man" in said
    assert fits(panel)
    result = await press(town, panel, on_card(panel, Act.LINKS)[0])
    assert "## Players" in told(result)


async def test_an_update_is_requested_for_those_who_lack_one(town: Town) -> None:
    panel = await inactive(town)
    await press(town, panel, tab(panel, "Needs evidence"))
    await town.restart()
    said = told(await press(town, panel, on_card(panel, Act.UPDATE)[0]))
    assert "Wise Old Man looked at" in said
    review = await town.services.review.inactive(await town.clan())
    lacking = names_to_update(review)
    town.wom.shut |= {f"/players/{name}" for name in lacking}
    said = told(await press(town, panel, on_card(panel, Act.UPDATE)[0]))
    assert "Wise Old Man looked at nobody." in said
    assert "Wise Old Man refused" in said
    town.services.refreshing._under_way.add((await town.clan()).clan_id)
    said = told(await press(town, panel, on_card(panel, Act.UPDATE)[0]))
    assert "is under way" in said


async def test_with_the_group_s_code_wise_old_man_queues_everybody_stale(town: Town) -> None:
    clan = await town.clan()
    assert clan.wom_group_id is not None
    own = OwnGroup(clan.wom_group_id, CODE)
    town.services.refreshing._own_group = own
    panel = await inactive(town)
    await press(town, panel, tab(panel, "Needs evidence"))
    said = told(await press(town, panel, on_card(panel, Act.UPDATE)[0]))
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
    await press(town, panel, tab(panel, "Needs evidence"), town.officer)
    result = await press(town, panel, on_card(panel, Act.LINKS)[0], town.officer)
    assert "decide whose account is whose" in told(result)


async def test_who_was_kicked_waits_until_they_are_seen_to_have_left(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    key = on_card(panel, Act.APPROVE)[0]
    await press(hushed, panel, key)
    assert f"**{name}** is on the list To remove" in words(panel)
    await press(hushed, panel, tab(panel, "To remove 1"))
    assert f"```\n{name}\n```" in words(panel)
    assert "marked as removed <t:" in words(panel)
    assert name in told(await press(hushed, panel, on_card(panel, Act.COPY)[0]))
    await placed(hushed, key.player_id, left_at=hushed.env.now())
    case = await case_of(hushed, key.player_id)
    assert case.state is CaseState.DONE
    late = told(await press(hushed, panel, on_card(panel, Act.REOPEN)[0]))
    assert "not in the clan any more" in late
    assert "Nobody waits to be removed." in words(panel)


async def test_a_removal_is_taken_back(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    await press(hushed, panel, on_card(panel, Act.APPROVE)[0])
    await press(hushed, panel, tab(panel, "To remove 1"))
    await hushed.restart()
    await press(hushed, panel, on_card(panel, Act.REOPEN)[0])
    assert f"**{name}**: taken back" in words(panel)
    assert name in await sure(hushed)


@pytest.mark.parametrize("until", ["14", "2 weeks"])
async def test_a_snooze_takes_days_or_a_date_and_needs_no_reason(hushed: Town, until: str) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    key = on_card(panel, Act.SNOOZE)[0]
    shown = await press(hushed, panel, key)
    assert values_of(shown) == ["", "14"]
    await filled(hushed, shown, "", until)
    assert f"**{name}** is left in peace until <t:" in words(panel)
    assert name not in await sure(hushed)
    await press(hushed, panel, tab(panel, "Away and exempt 1"))
    assert "asked again in" in words(panel)
    assert "snoozed until" in words(panel)
    await press(hushed, panel, on_card(panel, Act.REOPEN)[0])
    assert name in await sure(hushed)


async def test_a_dismissal_needs_a_reason(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    key = on_card(panel, Act.DISMISS)[0]
    shown = await press(hushed, panel, key)
    assert values_of(shown) == ["", "60"]
    assert "Say why" in told(await filled(hushed, shown, "   "))
    shown = await press(hushed, panel, key)
    await filled(hushed, shown, AWKWARD)
    assert f"**{name}** is dismissed" in words(panel)
    assert name not in await sure(hushed)
    await press(hushed, panel, tab(panel, "Away and exempt"))
    assert "@everyone" not in words(panel)
    assert fits(panel)


async def test_without_a_channel_a_notice_comes_back_to_copy(hushed: Town) -> None:
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    key = on_card(panel, Act.NOTICE)[0]
    shown = await press(hushed, panel, key)
    (drafted,) = values_of(shown)
    assert f"Hi {name}!" in drafted
    result = await filled(hushed, shown, f"{drafted} ```@everyone")
    assert f"```\nHi {name}!" in told(result)
    assert told(result).count("```") == 2
    assert f"**{name}** is marked as noticed" in words(panel)
    assert "Notice again" in words(panel)
    assert "noticed <t:" in words(panel)
    assert (await case_of(hushed, key.player_id)).state is CaseState.NOTICED


async def test_the_draft_of_a_notice_has_names_as_they_are_written_in_the_game(town: Town) -> None:
    clan = replace(await town.clan(), name="Dr. Who*")
    assert draft("imp_rat\n9", clan).startswith("Hi imp_rat 9! We have not seen you in Dr. Who* ")


async def test_a_notice_is_posted_where_the_clan_wants_them_and_pings_nobody(hushed: Town) -> None:
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.notice_in(await hushed.clan(), place.id)
    panel = await inactive(hushed)
    shown = await press(hushed, panel, on_card(panel, Act.NOTICE)[0])
    said = f"are you there? @everyone <@{hushed.member.id}>"
    result = await filled(hushed, shown, said)
    assert told(result) == "Checked at Wise Old Man: nothing new."
    assert place.last_message is not None
    assert place.last_message.content == said
    assert not place.last_message.mention_everyone
    sent = [each for each in hushed.env.http_requests if each.path.endswith(f"{place.id}/messages")]
    assert sent[-1].json is not None
    assert sent[-1].json["allowed_mentions"] == {"parse": []}
    assert f"The notice stands in <#{place.id}>." in words(panel)


async def test_names_in_a_posted_notice_are_no_markup(hushed: Town) -> None:
    clan = await hushed.clan()
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.notice_in(clan, place.id)
    await hushed.services.clans.join_group(clan, clan.wom_group_id or 0, "*Iron* <@77> @here")
    panel = await inactive(hushed)
    shown = await press(hushed, panel, on_card(panel, Act.NOTICE)[0])
    (drafted,) = values_of(shown)
    assert "seen you in *Iron* <@77> @here for a while" in drafted
    await filled(hushed, shown, f"**Hello!** {drafted}")
    assert place.last_message is not None
    assert place.last_message.content.startswith("**Hello!** Hi ")
    assert escaped("*Iron* <@77> @here") in place.last_message.content


async def test_when_discord_refuses_the_notice_comes_back_and_stays_recorded(
    hushed: Town,
) -> None:
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.notice_in(await hushed.clan(), place.id)
    panel = await inactive(hushed)
    key = on_card(panel, Act.NOTICE)[0]
    shown = await press(hushed, panel, key)
    hushed.env.inject_error("POST", f"/channels/{place.id}/messages", status=403, code=50013)
    said = told(await filled(hushed, shown, "are you there?"))
    assert f"Discord did not let me post it in <#{place.id}>." in said
    assert "```\nare you there?\n```" in said
    assert place.last_message is None
    assert (await case_of(hushed, key.player_id)).state is CaseState.NOTICED


async def test_a_notice_never_goes_to_another_server(hushed: Town) -> None:
    elsewhere = hushed.env.create_guild("Another clan", owner=hushed.env.create_user("stranger"))
    place = elsewhere.create_text_channel("notices")
    await hushed.env.settle()
    await hushed.services.places.notice_in(await hushed.clan(), place.id)
    panel = await inactive(hushed)
    shown = await press(hushed, panel, on_card(panel, Act.NOTICE)[0])
    said = told(await filled(hushed, shown, "are you there?"))
    assert f"Discord did not let me post it in <#{place.id}>." in said
    assert place.last_message is None


async def test_two_leaders_notice_the_same_member_and_one_message_is_posted(hushed: Town) -> None:
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.notice_in(await hushed.clan(), place.id)
    second = await second_leader(hushed)
    mine, theirs = await inactive(hushed), await inactive(hushed, second)
    key = on_card(mine, Act.NOTICE)[0]
    my_form = await press(hushed, mine, key)
    their_form = await press(hushed, theirs, key, second)
    await filled(hushed, my_form, "first")
    said = told(await filled(hushed, their_form, "second", who=second))
    assert "Somebody else noticed them" in said
    assert f"<@{hushed.leader.id}>" in said
    assert place.last_message is not None
    assert place.last_message.content == "first"


async def test_of_two_at_the_same_moment_nobody_posts_twice(hushed: Town) -> None:
    place = hushed.guild.create_text_channel("notices")
    await hushed.services.places.notice_in(await hushed.clan(), place.id)
    second = await second_leader(hushed)
    panel = await inactive(hushed)
    key = on_card(panel, Act.NOTICE)[0]
    shown = await press(hushed, panel, key)
    meanwhile(hushed, CaseAction(CaseKind.INACTIVITY, key.player_id, Move.NOTICE), second.id)
    assert "Somebody else noticed them" in told(await filled(hushed, shown, "first"))
    assert place.last_message is None


async def test_each_press_asks_the_gate_again(hushed: Town) -> None:
    second = await second_leader(hushed)
    for label in ("Sure", "Needs evidence", "Away and exempt", "To remove"):
        await hushed.appoint()
        panel = await inactive(hushed, second)
        if label == "To remove":
            await press(hushed, panel, on_card(panel, Act.APPROVE)[0], second)
        await press(hushed, panel, tab(panel, label), second)
        before = words(panel)
        await take_roles(hushed)
        for key, _ in keys(panel):
            said = refusal_of(await press(hushed, panel, key, second))
            assert "Only the clan's leadership may decide who is inactive" in said
        assert words(panel) == before


async def test_a_form_asks_the_gate_when_it_is_sent(hushed: Town) -> None:
    second = await second_leader(hushed)
    panel = await inactive(hushed, second)
    forms = [
        await press(hushed, panel, on_card(panel, act)[0], second)
        for act in (Act.NOTICE, Act.SNOOZE, Act.DISMISS)
    ]
    await take_roles(hushed)
    for shown in forms:
        said = refusal_of(await filled(hushed, shown, "why not", who=second))
        assert "leadership may decide who is inactive" in said
    assert await hushed.services.cases.standing(await hushed.clan()) == ()


async def test_a_card_outlives_a_restart_and_is_pressed_once(hushed: Town) -> None:
    panel, again = await inactive(hushed), await inactive(hushed)
    key = on_card(panel, Act.APPROVE)[0]
    await hushed.restart()
    await press(hushed, panel, key)
    assert "is on the list To remove" in words(panel)
    assert "You approved this already" in told(await press(hushed, again, key))
    assert "To remove 1" in words(again)


async def test_who_was_seen_again_is_not_removed_by_an_old_card(hushed: Town) -> None:
    panel = await inactive(hushed)
    key = on_card(panel, Act.APPROVE)[0]
    await judged_by(hushed, enforcement={"window_days": 90, "limits": {}})
    said = told(await press(hushed, panel, key))
    assert "not on the list any more" in said
    assert await hushed.services.cases.standing(await hushed.clan()) == ()


async def test_a_case_that_the_poll_ended_is_not_decided_again(hushed: Town) -> None:
    panel = await inactive(hushed)
    key = on_card(panel, Act.NOTICE)[0]
    await filled(hushed, await press(hushed, panel, key), "hello")
    stale = on_card(panel, Act.APPROVE)[0]
    await placed(hushed, key.player_id, left_at=hushed.env.now())
    assert (await case_of(hushed, key.player_id)).state is CaseState.DONE
    said = told(await press(hushed, panel, stale))
    assert "not in the clan any more" in said
    assert [each.state for each in (await case_of(hushed, key.player_id)).history][
        -1
    ] is CaseState.DONE


async def test_earlier_cases_are_counted(hushed: Town) -> None:
    panel = await inactive(hushed)
    key = on_card(panel, Act.NOTICE)[0]
    await filled(hushed, await press(hushed, panel, key), "hello")
    made = CaseAction(CaseKind.INACTIVITY, key.player_id, Move.CLOSE, 2)
    await hushed.services.cases.decide(await hushed.clan(), made, hushed.leader.id, why="answered")
    assert "1 earlier case" in words(await inactive(hushed))


async def test_the_names_and_the_whole_list_are_one_press_away(hushed: Town) -> None:
    names = await sure(hushed)
    panel = await inactive(hushed)
    assert "\n".join(names) in told(await press(hushed, panel, on_card(panel, Act.COPY)[0]))
    result = await press(hushed, panel, on_card(panel, Act.FILE)[0])
    (sent,) = result.followups
    (file,) = sent.attachments
    assert file.filename == "inactive.csv"
    content = (await file.read()).decode("utf-8-sig")
    assert all(name in content for name in names)


def showing(town: Town, shown: InactivityReview) -> None:
    """Have the review come to what was made by hand."""

    async def inactive(_clan: Clan, _days: int | None = None) -> InactivityReview:
        return shown

    vars(town.services.review)["inactive"] = inactive


async def test_a_list_of_many_pages_comes_as_a_file_too(town: Town) -> None:
    showing(town, review(12, "Somebody"))
    assert (await town.leader.slash(town.general, "inactive")).followups == []
    showing(town, review(13, "Somebody"))
    result = await town.leader.slash(town.general, "inactive")
    assert [each.filename for sent in result.followups for each in sent.attachments] == [
        "inactive.csv"
    ]


async def test_names_that_are_too_many_for_a_message_come_as_a_file(town: Town) -> None:
    showing(town, review(200, "Some\nbody"))
    panel = await inactive(town)
    result = await press(town, panel, on_card(panel, Act.COPY)[0])
    (file,) = [each for sent in result.followups for each in sent.attachments]
    assert file.filename == "names.txt"
    assert (await file.read()).decode() == "Some body\n" * 800


async def test_an_update_that_helps_nobody_any_more_is_not_requested(town: Town) -> None:
    panel = await inactive(town)
    await press(town, panel, tab(panel, "Needs evidence"))
    showing(town, review())
    said = told(await press(town, panel, on_card(panel, Act.UPDATE)[0]))
    assert said == "Nobody on this list would be helped by an update."


async def test_where_two_have_to_agree_the_card_says_who_wants_it(hushed: Town) -> None:
    await judged_by(hushed, cases={"second_officer": True})
    second = await second_leader(hushed)
    panel, name = await inactive(hushed), (await sure(hushed))[0]
    await press(hushed, panel, on_card(panel, Act.APPROVE)[0])
    assert f"<@{hushed.leader.id}> wants to remove them <t:" in words(panel)
    assert "Agree: kick done" in words(panel)
    theirs = await inactive(hushed, second)
    await press(hushed, theirs, on_card(theirs, Act.APPROVE)[0], second)
    assert f"**{name}** is on the list To remove" in words(theirs)


async def test_what_goes_wrong_is_explained_with_a_reference(hushed: Town) -> None:
    panel = await inactive(hushed)
    hushed.services.cases._judges = None  # type: ignore[assignment]
    said = told(await press(hushed, panel, on_card(panel, Act.APPROVE)[0]))
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


@pytest.mark.parametrize("name", ["Wwwwwwwwwwww", AWKWARD, "*_`~|" * 20])
@pytest.mark.parametrize(
    "tab", [ReviewTab.SURE, ReviewTab.UNSURE, ReviewTab.APART, ReviewTab.REMOVE]
)
def test_five_hundred_with_the_longest_names_stay_within_discord_s_limits(
    name: str, tab: ReviewTab
) -> None:
    listed = review(500, name)
    for page in (0, 1, 62, 500):
        box = inactive_box(
            listed, ReviewState(CaseKind.INACTIVITY, tab, page, 365), f"**{name}** is here " * 9
        )
        assert parts_fit(drawn(box))
        assert "@everyone" not in str(drawn(box))


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        (ReviewTab.SURE, "Nobody was silent on both sides for longer than the limit."),
        (ReviewTab.UNSURE, "Of everybody who was not seen it can be told"),
        (ReviewTab.APART, "Nobody who was not seen is away, exempt or snoozed."),
        (ReviewTab.REMOVE, "Nobody waits to be removed."),
    ],
)
def test_an_empty_list_says_so(tab: ReviewTab, said: str) -> None:
    assert said in str(drawn(inactive_box(review(), ReviewState(CaseKind.INACTIVITY, tab))))


def test_what_nobody_was_able_to_see_is_a_dash_and_not_never() -> None:
    profile = silent(1, game_seen_at=None, chat_seen_at=ago(45))
    row = InactivityRow(profile, judge(profile, POLICY, NOW), None)
    said = "\n".join(sure_lines(review(), row))
    assert "in the game never, in chat <t:" in said
    assert "never seen since it is counted" in said


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
