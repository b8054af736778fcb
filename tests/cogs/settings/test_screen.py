"""/clanstats settings: a draft that nothing follows from before it is saved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.linking import LinkPair
from bot.clan.policy import AlertKind, Policy, Signal, changed
from bot.clan.posting import PostingChannel
from bot.clan.ranks import Authority, Permissions
from bot.services.people import Officer
from bot.services.setup.drafts import LIFE
from cogs.settings.layout import PAGES, SHEETS, Section
from tests.bot.services.village import judged_by
from tests.cogs.town import Town, control, newest, words

REFUSED = "Only the clan's leadership may"
FORMS = {
    "silence": Section.INACTIVITY,
    "asked": Section.PROMOTIONS,
    "lists": Section.PROMOTIONS,
    "velocity": Section.PROMOTIONS,
    "pillar": Section.PROMOTIONS,
    "carry": Section.PROMOTIONS,
    "steady-activity": Section.STEADY,
    "steady-time": Section.STEADY,
    "fading": Section.ALERTS,
    "grinding": Section.ALERTS,
    "bossing": Section.ALERTS,
    "audit": Section.AUDIT,
    "cases": Section.CASES,
}


async def opened(
    town: Town, section: Section = Section.INACTIVITY, who: MemberActor | None = None
) -> ResponseMessage:
    result = await (who or town.leader).slash(town.general, "clanstats settings")
    assert result.response is not None
    assert result.ephemeral
    await turned(town, result.response, section, who)
    return result.response


async def turned(
    town: Town, panel: ResponseMessage, section: Section, who: MemberActor | None = None
) -> None:
    await (who or town.leader).select(panel, [section.value], custom_id=id_of(panel, "section"))


async def filled(
    town: Town, shown: InteractionResult, who: MemberActor | None = None, /, **typed: str
) -> InteractionResult:
    """Send a form with what is typed over what it is filled with; names are ends of paths."""
    texts = {}
    for field in fields(shown):
        name = field["custom_id"].rpartition(".")[2]
        texts[field["custom_id"]] = typed.pop(name, field.get("value") or "")
    assert not typed
    return await (who or town.leader).submit_modal(shown, texts)


def fields(shown: InteractionResult) -> list[dict[str, Any]]:
    assert shown.modal is not None
    return [each for each in walk_components(shown.modal["components"]) if each["type"] == 4]


def id_of(panel: ResponseMessage, act: str) -> str:
    """Return the id of the one control that does something, with an argument if it is named."""
    return control(panel, f"settings:{act}")


def can_save(panel: ResponseMessage) -> bool:
    save = id_of(panel, "save")
    parts = walk_components(panel.components)
    return not any(each.get("disabled") for each in parts if each.get("custom_id") == save)


async def changed_window(town: Town, panel: ResponseMessage, days: str = "14") -> None:
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    await filled(town, form, window_days=days)


async def looked_and_saved(town: Town, panel: ResponseMessage) -> None:
    if not can_save(panel):
        await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    await town.leader.click(panel, custom_id=id_of(panel, "save"))


async def policy_of(town: Town) -> Policy:
    return await town.services.policies.of(await town.clan())


@pytest.mark.parametrize("section", PAGES)
async def test_every_page_is_shown_with_what_holds(town: Town, section: Section) -> None:
    panel = await opened(town, section)
    assert f"Settings: {PAGES[section].title}" in words(panel)
    assert "Default settings" in words(panel)
    assert not can_save(panel)


@pytest.mark.parametrize("key", SHEETS)
async def test_every_number_of_every_form_is_saved(town: Town, key: str) -> None:
    panel = await opened(town, FORMS[key])
    form = await town.leader.click(panel, custom_id=id_of(panel, f"numbers:{key}"))
    asked = fields(form)
    assert [each["custom_id"] for each in asked] == list(SHEETS[key].paths)
    wanted = {each["custom_id"]: int(each["value"]) + 1 for each in asked}
    typed = {path: str(number) for path, number in wanted.items()}
    await town.leader.submit_modal(form, typed)
    assert "Not saved yet" in words(panel)
    assert await policy_of(town) == Policy()
    await looked_and_saved(town, panel)
    assert "**Saved**, version 2" in words(panel)
    saved: Any = (await policy_of(town)).to_dict()
    for path, number in wanted.items():
        value = saved
        for name in path.split("."):
            value = value[name]
        assert value == number, path


async def test_what_was_typed_wrong_is_told_and_nothing_else_is_lost(town: Town) -> None:
    panel = await opened(town)
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    await filled(town, form, window_days="a fort**night", least_xp="25k", quiet_percent="400")
    said = words(panel)
    assert "Inactive after takes a whole number from 1 to 365 days, not" in said
    assert "Quiet from takes a whole number from 1 to 100%, not '400'" in said
    assert "10,000 XP \u2192 25,000 XP" in said
    again = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    assert [each["value"] for each in fields(again)] == ["a fort**night", "25000", "30", "400"]
    await filled(town, again, window_days="21", quiet_percent="60%")
    await looked_and_saved(town, panel)
    rules = (await policy_of(town)).enforcement
    assert (rules.window_days, rules.least_xp, rules.quiet_percent) == (21, 25_000, 60)


async def test_a_rank_gets_a_limit_of_its_own_and_loses_it(town: Town) -> None:
    panel = await opened(town)
    form = await town.leader.select(panel, ["owner"], custom_id=id_of(panel, "limit"))
    await filled(town, form, limits="90")
    assert "**Limit of Owner**  as others \u2192 90 days" in words(panel)
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).enforcement.limits == {"owner": 90}
    await turned(town, panel, Section.INACTIVITY)
    assert "Owner 90 days" in words(panel)
    form = await town.leader.select(panel, ["owner"], custom_id=id_of(panel, "limit"))
    assert fields(form)[0]["value"] == "90"
    await filled(town, form, limits="0")
    assert "takes a whole number from 1 to 365 days, not '0'" in words(panel)
    form = await town.leader.select(panel, ["owner"], custom_id=id_of(panel, "limit"))
    await filled(town, form, limits="")
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).enforcement.limits == {}


async def test_a_rank_gets_a_steady_bar_of_its_own_and_loses_it(town: Town) -> None:
    panel = await opened(town, Section.STEADY)
    await town.leader.select(panel, ["member"], custom_id=id_of(panel, "bar"))
    assert "What is asked of Member, as everybody" in words(panel)
    for key, name in (("steady-activity", "hours"), ("steady-time", "months_in_rank")):
        form = await town.leader.click(panel, custom_id=id_of(panel, f"numbers:{key}"))
        await filled(town, form, **{name: "7"})
    assert "**Steady bar of Member**  as everybody" in words(panel)
    await looked_and_saved(town, panel)
    rules = (await policy_of(town)).promotion
    assert rules.steady_bar("member") == replace(rules.steady, hours=7, months_in_rank=7)
    await turned(town, panel, Section.STEADY)
    await town.leader.select(panel, ["member"], custom_id=id_of(panel, "bar"))
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:steady-time"))
    await filled(town, form, tenure_days="1")
    assert "**Steady bar of Member: in the clan for**  90 days \u2192 1 day" in words(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "no_bar"))
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).promotion.steady_by_rank == {}


async def test_a_rank_that_nobody_holds_loses_its_bar_too(town: Town) -> None:
    policy = changed(Policy(), promotion={"steady_by_rank": {"long_gone": {"hours": 1}}})
    await judged_by(town.services.policies, await town.clan(), policy, town.owner.id)
    panel = await opened(town, Section.STEADY)
    await town.leader.select(panel, ["long_gone"], custom_id=id_of(panel, "bar"))
    await town.leader.click(panel, custom_id=id_of(panel, "no_bar"))
    assert "**Steady bar of Long Gone**  its own \u2192 as everybody" in words(panel)
    sent = await town.leader.click(panel, custom_id=id_of(panel, "export"))
    assert "The draft is not in it." in words(newest(sent))


async def test_signals_alerts_and_ranks_are_picked(town: Town) -> None:
    panel = await opened(town, Section.PROMOTIONS)
    pick = town.leader.select
    await pick(panel, ["steady"], custom_id=id_of(panel, "several:promotion.signals"))
    await pick(
        panel, ["prospector", "member"], custom_id=id_of(panel, "several:promotion.recruit_roles")
    )
    await pick(panel, ["owner"], custom_id=id_of(panel, "several:promotion.comparison_ranks"))
    await turned(town, panel, Section.ALERTS)
    await pick(panel, [], custom_id=id_of(panel, "several:alerts.on"))
    said = words(panel)
    assert "**Alerts**  none" in said
    assert "**Signals**  without High velocity, Social pillar, Carry potential" in said
    assert "**Recruit ranks**  with Member" in said
    await looked_and_saved(town, panel)
    policy = await policy_of(town)
    assert policy.promotion.signals == {Signal.STEADY}
    assert set(policy.promotion.recruit_roles) == {"prospector", "member"}
    assert policy.promotion.comparison_ranks == ("owner",)
    assert policy.alerts.on == frozenset()
    await turned(town, panel, Section.ALERTS)
    await pick(panel, ["drift"], custom_id=id_of(panel, "several:alerts.on"))
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).alerts.on == {AlertKind.DRIFT}


async def test_a_second_officer_is_asked_for_at_once_without_a_what_if(town: Town) -> None:
    panel = await opened(town, Section.CASES)
    await town.leader.click(panel, custom_id=id_of(panel, "second_officer"))
    assert "**Second officer**  off \u2192 on" in words(panel)
    assert can_save(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert (await policy_of(town)).cases.second_officer
    await town.leader.click(panel, custom_id=id_of(panel, "second_officer"))
    await town.leader.click(panel, custom_id=id_of(panel, "discard"))
    assert "The draft is discarded" in words(panel)
    assert (await policy_of(town)).cases.second_officer


async def ordered_by_hand(town: Town) -> None:
    """Have WOM give no order of ranks."""
    async with town.services.clans._database.writing() as connection:
        await connection.exec_driver_sql("UPDATE clans SET role_orders = '[]'")


async def test_a_ladder_is_set_by_hand_where_wom_gives_none(town: Town) -> None:
    await ordered_by_hand(town)
    panel = await opened(town, Section.LADDER)
    assert "nothing was set by hand" in words(panel)
    form = await town.leader.click(panel, custom_id=id_of(panel, "ladder"))
    await filled(town, form, ladder="Deputy Owner\nowner, emperor of all")
    assert "named in these settings, not 'emperor of all'" in words(panel)
    form = await town.leader.click(panel, custom_id=id_of(panel, "ladder"))
    assert fields(form)[0]["value"] == "Deputy Owner\nowner, emperor of all"
    await filled(town, form, ladder="Deputy Owner\nowner > member")
    assert "Not on it, so never suggested for a promotion" in words(panel)
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).ladder == ("deputy_owner", "owner", "member")
    await turned(town, panel, Section.LADDER)
    form = await town.leader.click(panel, custom_id=id_of(panel, "ladder"))
    await filled(town, form, ladder="")
    assert "the usual one" in words(panel)
    await looked_and_saved(town, panel)
    assert (await policy_of(town)).ladder == ()


async def test_the_order_that_wom_gives_holds(town: Town) -> None:
    async with town.services.clans._database.writing() as connection:
        await connection.exec_driver_sql(
            """UPDATE clans SET role_orders = '[["owner", 0], ["member", 1]]'"""
        )
    panel = await opened(town, Section.LADDER)
    assert "Wise Old Man gives this group's own order" in words(panel)
    assert "settings:ladder" not in str(panel.components)
    assert "Owner > Member" in words(panel)


async def test_ranks_that_lead_are_typed_and_checked_as_a_whole(town: Town) -> None:
    panel = await opened(town, Section.ROLES)
    form = await town.leader.click(panel, custom_id=id_of(panel, "tiers"))
    await filled(town, form, tier_1="owner\nonyx", officer_roles="prospector\nlord")
    said = words(panel)
    assert "only once; named twice\\: Onyx" in said
    assert "named in these settings, not 'lord'" in said
    form = await town.leader.click(panel, custom_id=id_of(panel, "tiers"))
    assert fields(form)[0]["value"] == "owner\nonyx"
    await filled(
        town, form, tier_1="owner, Deputy owner", tier_2="onyx", officer_roles="Prospector"
    )
    assert "**Leadership ranks**  without Zenyte, Dragonstone, Saviour" in words(panel)
    assert can_save(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    permissions = (await town.clan()).permissions
    assert (permissions.tier_1, permissions.tier_2) == (("owner", "deputy_owner"), ("onyx",))
    assert permissions.officer_roles == {"prospector"}
    assert permissions.discord_officers == {town.officer_role.id}
    assert await policy_of(town) == Policy()


async def test_each_gate_can_be_moved(town: Town) -> None:
    panel = await opened(town, Section.PERMISSIONS)
    for name in ("see_reports", "decide_links", "manage", "promote", "kick"):
        await town.leader.select(panel, ["officer"], custom_id=id_of(panel, f"who_may:{name}"))
    await town.leader.select(panel, ["member"], custom_id=id_of(panel, "who_may:see_reports"))
    await town.leader.select(panel, ["leadership"], custom_id=id_of(panel, "who_may:decide_links"))
    assert "**Manage**  leadership \u2192 officers" in words(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    permissions = (await town.clan()).permissions
    assert permissions.see_reports is Authority.MEMBER
    assert permissions.decide_links is Authority.LEADERSHIP
    assert permissions.manage is permissions.promote is permissions.kick is Authority.OFFICER
    assert "Settings: Inactivity" in words(await opened(town, who=town.officer))


async def test_a_channel_that_was_deleted_is_told_and_not_shown_as_chosen(town: Town) -> None:
    places, clan = town.services.places, await town.clan()
    await places.post_in(clan, PostingChannel.REPORT, 12345)
    await places.post_in(clan, PostingChannel.NOTICES, town.general.id)
    panel = await opened(town, Section.CHANNELS)
    assert "it was deleted, or the bot cannot see it" in words(panel)
    chosen = {
        each["custom_id"].split(":")[2]: [one["id"] for one in each.get("default_values", ())]
        for each in walk_components(panel.components)
        if each["type"] == 8
    }
    assert chosen == {
        PostingChannel.REPORT: [],
        PostingChannel.NOTICES: [town.general.id],
        PostingChannel.OFFICERS: [],
    }
    await town.leader.select(
        panel, [town.general], custom_id=id_of(panel, "place:report_channel_id")
    )
    assert "it was deleted" not in words(panel)


async def test_channels_are_kept_and_a_closed_one_is_told(town: Town) -> None:
    shut = discord.PermissionOverwrite(send_messages=False)
    notices = town.guild.create_text_channel("notices", overwrites={town.guild.default_role: shut})
    panel = await opened(town, Section.CHANNELS)
    assert "/clanstats setup" in words(panel)
    await town.leader.select(
        panel, [town.general], custom_id=id_of(panel, "place:report_channel_id")
    )
    await town.leader.select(panel, [notices], custom_id=id_of(panel, "place:notice_channel_id"))
    assert "**Notice channel**  the bot cannot post there. Give the bot Send Messages" in words(
        panel
    )
    assert f"**Notice channel**  none \u2192 <#{notices.id}>" in words(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert "**Saved**:" in words(panel), "no other version of what members are judged by"
    clan = await town.clan()
    assert (clan.report_channel_id, clan.notice_channel_id) == (town.general.id, notices.id)
    await town.leader.select(panel, [], custom_id=id_of(panel, "place:notice_channel_id"))
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert (await town.clan()).notice_channel_id is None


async def test_who_is_flagged_is_changed_only_after_the_what_if(town: Town) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    assert not can_save(panel)
    assert "press What if, then Save" in words(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    said = words(panel)
    assert "Settings: What if" in said
    assert "at 14 days instead of 30 days" in said
    assert "**Promotions**" in said
    assert can_save(panel)
    await turned(town, panel, Section.INACTIVITY)
    assert can_save(panel)
    await changed_window(town, panel, "7")
    assert not can_save(panel)
    await changed_window(town, panel, "30")
    assert "Not saved yet" not in words(panel)
    assert await policy_of(town) == Policy()


async def test_a_clan_that_was_never_read_saves_at_once(bare_town: Town) -> None:
    panel = await opened(bare_town)
    await changed_window(bare_town, panel)
    await bare_town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert (await policy_of(bare_town)).enforcement.window_days == 14


async def test_what_others_saved_meanwhile_is_not_undone(town: Town) -> None:
    panel = await opened(town)
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    await filled(town, form, window_days="14", least_xp="20000")
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    clan = await town.clan()
    theirs = changed(Policy(), enforcement={"window_days": 60}, audit={"busy_messages": 9})
    await judged_by(town.services.policies, clan, theirs, town.owner.id)
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    said = words(panel)
    assert "Nothing was saved: somebody else changed the settings meanwhile" in said
    assert "theirs holds for: Inactive after" in said
    assert "10,000 XP \u2192 20,000 XP" in said
    assert await policy_of(town) == theirs
    await looked_and_saved(town, panel)
    assert await policy_of(town) == replace(
        theirs, version=3, enforcement=replace(theirs.enforcement, least_xp=20_000)
    )


async def leader_by_rank(town: Town, rank: str) -> MemberActor:
    """Return somebody whom only a confirmed account of a rank lets in."""
    clan = await town.clan()
    async with town.services.clans._database.writing() as connection:
        await connection.exec_driver_sql(
            "UPDATE memberships SET role = ? WHERE clan_id = ? AND player_id = "
            "(SELECT min(player_id) FROM memberships WHERE clan_id = ?)",
            (rank, clan.clan_id, clan.clan_id),
        )
        found = await connection.exec_driver_sql(
            "SELECT min(player_id) FROM memberships WHERE clan_id = ?", (clan.clan_id,)
        )
        player_id = found.scalar_one()
    await town.services.links.confirm(
        clan, LinkPair(player_id, town.member.id), Officer(town.owner.id)
    )
    return town.member


async def test_nobody_locks_themself_out(town: Town) -> None:
    who = await leader_by_rank(town, "zenyte")
    panel = await opened(town, Section.ROLES, who)
    form = await who.click(panel, custom_id=id_of(panel, "tiers"))
    await filled(town, form, who, tier_1="owner")
    assert "You could not open the settings any more" in words(panel)
    assert not can_save(panel)
    form = await who.click(panel, custom_id=id_of(panel, "tiers"))
    await filled(town, form, who, tier_1="owner, zenyte")
    await who.click(panel, custom_id=id_of(panel, "save"))
    assert (await town.clan()).permissions.tier_1 == ("owner", "zenyte")


async def test_an_officer_who_may_manage_gives_themself_no_more(town: Town) -> None:
    clan = await town.clan()
    permissions = replace(clan.permissions, manage=Authority.OFFICER)
    await town.services.clans.set_permissions(clan, permissions)
    panel = await opened(town, Section.PERMISSIONS, town.officer)
    await town.officer.select(panel, ["officer"], custom_id=id_of(panel, "who_may:promote"))
    assert "nobody gives themself more" in words(panel)
    assert not can_save(panel)
    await turned(town, panel, Section.CASES, town.officer)
    await town.officer.click(panel, custom_id=id_of(panel, "second_officer"))
    await town.officer.click(panel, custom_id=id_of(panel, "save"))
    assert (await policy_of(town)).cases.second_officer
    assert (await town.clan()).permissions == permissions


@pytest.mark.parametrize("seat", ["officer", "member", "guest"])
async def test_who_may_not_manage_is_refused(town: Town, seat: str) -> None:
    result = await getattr(town, seat).slash(town.general, "clanstats settings")
    assert REFUSED in words(result.response)


@pytest.mark.parametrize("seat", ["owner", "leader"])
async def test_who_may_manage_is_let_in(town: Town, seat: str) -> None:
    assert "Settings" in words(await opened(town, who=getattr(town, seat)))


async def test_every_control_asks_the_gate_again(town: Town) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    await turned(town, panel, Section.INACTIVITY)
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    town.env.backend.get_guild(town.guild.id).members[town.leader.id].role_ids.clear()
    tried: Sequence[InteractionResult] = (
        await town.leader.click(panel, custom_id=id_of(panel, "save")),
        await town.leader.click(panel, custom_id=id_of(panel, "what_if")),
        await town.leader.click(panel, custom_id=id_of(panel, "export")),
        await town.leader.click(panel, custom_id=id_of(panel, "discard")),
        await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence")),
        await town.leader.select(panel, ["owner"], custom_id=id_of(panel, "limit")),
        await town.leader.select(panel, ["gates"], custom_id=id_of(panel, "section")),
        await filled(town, form, window_days="1"),
    )
    for pressed in tried:
        assert pressed.modal is None
        assert REFUSED in words(newest(pressed))
    assert await policy_of(town) == Policy()


@pytest.mark.parametrize("section", PAGES)
async def test_after_a_restart_the_draft_is_gone_and_the_page_is_offered_anew(
    town: Town, section: Section
) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    await turned(town, panel, section)
    await town.restart()
    await town.leader.click(panel, custom_id=id_of(panel, "discard"))
    said = words(panel)
    assert "what was not saved is gone" in said
    assert f"Settings: {PAGES[section].title}" in said
    assert "Not saved yet" not in said
    await turned(town, panel, Section.CASES)
    await town.leader.click(panel, custom_id=id_of(panel, "second_officer"))
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert (await policy_of(town)).cases.second_officer
    assert (await policy_of(town)).enforcement.window_days == 30


KINDS: Sequence[tuple[Section, str, list[Any] | None]] = (
    (Section.INACTIVITY, "numbers:silence", None),
    (Section.INACTIVITY, "limit", ["owner"]),
    (Section.PERMISSIONS, "who_may:kick", ["leadership"]),
    (Section.CHANNELS, "place:report_channel_id", [...]),
    (Section.INACTIVITY, "section", ["steady"]),
)
"""Controls of each kind, the page on which they stand, and what is picked in them."""


async def used(
    town: Town, panel: ResponseMessage, act: str, picked: list[Any] | None
) -> InteractionResult:
    """Press a control; what is picked of the channels is the front one."""
    custom_id = id_of(panel, act)
    if picked is None:
        return await town.leader.click(panel, custom_id=custom_id)
    values = [town.general if each is ... else each for each in picked]
    return await town.leader.select(panel, values, custom_id=custom_id)


@pytest.mark.parametrize(("section", "act", "picked"), KINDS)
async def test_after_a_restart_each_kind_of_control_says_that_the_draft_is_gone(
    town: Town, section: Section, act: str, picked: list[Any] | None
) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    await turned(town, panel, section)
    await town.restart()
    pressed = await used(town, panel, act, picked)
    assert pressed.modal is None
    assert "what was not saved is gone" in words(panel)
    assert "Not saved yet" not in words(panel)
    shown = Section.STEADY if picked == ["steady"] else section
    assert f"Settings: {PAGES[shown].title}" in words(panel)


@pytest.mark.parametrize(("section", "act", "picked"), KINDS)
async def test_after_a_restart_a_page_without_changes_goes_on(
    town: Town, section: Section, act: str, picked: list[Any] | None
) -> None:
    panel = await opened(town, section)
    await town.restart()
    pressed = await used(town, panel, act, picked)
    if act in {"numbers:silence", "limit"}:
        await town.restart()
        await filled(town, pressed, **{"limits": "90"} if act == "limit" else {"window_days": "14"})
        assert "Not saved yet" in words(panel)
    assert "gone" not in words(panel)
    shown = Section.STEADY if picked == ["steady"] else section
    assert f"Settings: {PAGES[shown].title}" in words(panel)


async def test_a_form_on_a_draft_that_is_gone_says_so(town: Town) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    await town.restart()
    await filled(town, form, window_days="7")
    assert "what was not saved is gone" in words(panel)
    assert "Not saved yet" not in words(panel)


async def test_a_draft_is_still_there_when_the_settings_are_opened_again(town: Town) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    again = await opened(town, Section.AUDIT)
    assert "30 days \u2192 14 days" in words(again)
    first = (await town.leader.slash(town.general, "clanstats settings")).response
    assert "Your changes from before are still here" in words(first)
    theirs = await opened(town, who=town.owner)
    assert "Not saved yet" not in words(theirs)
    await town.leader.click(again, custom_id=id_of(again, "discard"))
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    assert "what was not saved is gone" in words(panel)
    assert "Settings: Inactivity" in words(panel)


async def test_a_draft_that_nobody_touches_for_an_hour_is_gone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    drafts = town.services.drafts
    later = town.services.clock() + LIFE
    monkeypatch.setattr(drafts, "_clock", lambda: later)
    await turned(town, panel, Section.CASES)
    assert "Not saved yet" in words(panel)
    monkeypatch.setattr(drafts, "_clock", lambda: later + timedelta(seconds=1))
    await turned(town, panel, Section.AUDIT)
    assert "what was not saved is gone" in words(panel)
    assert "Settings: Officer audit" in words(panel)


async def test_what_others_changed_while_a_form_was_open_is_not_undone(town: Town) -> None:
    panel = await opened(town)
    form = await town.leader.click(panel, custom_id=id_of(panel, "numbers:silence"))
    theirs = changed(Policy(), enforcement={"least_xp": 20_000})
    await judged_by(town.services.policies, await town.clan(), theirs, town.owner.id)
    await filled(town, form, window_days="14")
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    await town.leader.click(panel, custom_id=id_of(panel, "save"))
    assert "somebody else changed the settings meanwhile" in words(panel)
    await looked_and_saved(town, panel)
    rules = (await policy_of(town)).enforcement
    assert (rules.window_days, rules.least_xp) == (14, 20_000)


async def test_a_switch_turns_to_what_its_button_said(town: Town) -> None:
    panel = await opened(town, Section.CASES)
    theirs = changed(Policy(), cases={"second_officer": True})
    await judged_by(town.services.policies, await town.clan(), theirs, town.owner.id)
    await town.leader.click(panel, custom_id=id_of(panel, "second_officer"))
    assert "Second officer**  on" in words(panel)
    assert "Not saved yet" not in words(panel)


async def test_ranks_are_asked_for_as_people_write_them(town: Town) -> None:
    panel = await opened(town, Section.ROLES)
    form = await town.leader.click(panel, custom_id=id_of(panel, "tiers"))
    typed = fields(form)[0]["value"].splitlines()
    assert "Deputy Owner" in typed
    assert not any("_" in each for each in typed)
    await filled(town, form)
    assert "Not saved yet" not in words(panel), "what is sent back as it was changes nothing"
    form = await town.leader.click(panel, custom_id=id_of(panel, "tiers"))
    await filled(town, form, tier_2="king")
    known = words(panel).partition("known are ")[2].partition(".")[0]
    assert "Deputy Owner" in known
    assert "_" not in known


async def test_an_exported_file_changes_nothing_and_brings_a_change_back(town: Town) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    await looked_and_saved(town, panel)
    sent = await town.leader.click(panel, custom_id=id_of(panel, "export"))
    assert newest(sent).ephemeral
    (attached,) = newest(sent).attachments
    assert attached.filename == "clanstats_settings.json"
    content = await attached.read()
    same = await imported(town, content)
    assert "there is nothing to change" in words(same)
    stricter = changed(await policy_of(town), enforcement={"window_days": 90})
    await judged_by(town.services.policies, await town.clan(), stricter)
    await town.services.clans.set_permissions(await town.clan(), Permissions())
    back = await imported(town, content)
    assert "90 days \u2192 14 days" in words(back)
    assert (await policy_of(town)).enforcement.window_days == 90
    await looked_and_saved(town, back)
    assert (await policy_of(town)).enforcement.window_days == 14


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "must hold named values"),
        (b"x" * 200_001, "has over 200 kB"),
        (b'{"policy": {"enforcement": {"window_days": 0, "colour": 1}}}', "must be from 1 to 365"),
        (b'{"policy": {"enforcement": {"window_days": 0, "colour": 1}}}', "no field colour"),
        (b'{"gates": {"manage": "@everyone"}}', "must be one of member, officer, leadership"),
    ],
)
async def test_a_file_that_is_wrong_is_told_why(town: Town, content: bytes, told: str) -> None:
    answer = await imported(town, content)
    said = words(answer).replace("\\", "")
    assert "nothing was changed" in said
    assert told in said
    assert "@everyone" not in said


async def test_gates_from_a_file_lock_nobody_out(town: Town) -> None:
    who = await leader_by_rank(town, "zenyte")
    panel = await imported(town, b'{"gates": {"tier_1": ["owner"]}}', who)
    await who.click(panel, custom_id=id_of(panel, "save"))
    assert "Nothing was saved. You could not open the settings any more" in words(panel)
    assert (await town.clan()).permissions.tier_1 == Permissions().tier_1


async def test_a_file_takes_the_place_of_a_draft_and_one_that_says_the_same_does_not(
    town: Town,
) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    same = await imported(town, b'{"policy": {"enforcement": {"window_days": 30}}}')
    assert "there is nothing to change" in words(same)
    assert "30 days \u2192 14 days" in words(same)
    other = await imported(town, b'{"policy": {"enforcement": {"window_days": 60}}}')
    assert "30 days \u2192 60 days" in words(other)
    assert "in place of your changes from before" in words(other)
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    assert "what was not saved is gone" in words(panel)
    assert "30 days \u2192 60 days" in words(panel)


async def imported(town: Town, content: bytes, who: MemberActor | None = None) -> ResponseMessage:
    """Read a file in; return the panel, or what is said instead."""
    result = await (who or town.leader).slash(
        town.general, "clanstats settings", file=("settings.json", content)
    )
    assert result.response is not None
    assert result.ephemeral
    return result.response
