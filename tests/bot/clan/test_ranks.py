"""Authority is the higher of two sides, a claim gives none, and nobody falls by an unknown role."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.activity import ChangeKind
from bot.clan.ranks import (
    DEFAULT_PERMISSIONS,
    Authority,
    Caller,
    Permission,
    Permissions,
    Tier,
    authority,
    below_officers,
    compare,
    gives_rights,
    ladder,
    may,
    next_rank,
    rank_of,
    refusal,
)

MAPPED = Permissions(discord_officers=frozenset({7}), discord_leadership=frozenset({8}))
roles = st.sampled_from(["owner", "zenyte", "onyx", "member", "guest", "sapphire"])
callers = st.builds(
    Caller,
    is_guild_owner=st.booleans(),
    can_manage_server=st.booleans(),
    discord_role_ids=st.frozensets(st.integers(6, 9)),
    wom_roles=st.frozensets(roles),
)
permissions = st.builds(
    Permissions,
    officer_roles=st.frozensets(roles),
    discord_officers=st.frozensets(st.integers(-5, 2**63)),
    discord_leadership=st.frozensets(st.integers(-5, 2**63)),
    see_reports=st.sampled_from(list(Authority)[1:]),
    kick=st.sampled_from(list(Authority)[1:]),
)


@pytest.mark.parametrize(
    ("role", "tier", "level"),
    [
        ("owner", Tier.LEADERSHIP, Authority.LEADERSHIP),
        ("saviour", Tier.LEADERSHIP, Authority.LEADERSHIP),
        ("onyx", Tier.MEMBERS, Authority.OFFICER),
        ("administrator", Tier.MEMBERS, Authority.OFFICER),
        ("prospector", Tier.MEMBERS, Authority.MEMBER),
        ("guest", Tier.OTHERS, Authority.GUEST),
        ("a_role_of_next_year", Tier.OTHERS, Authority.MEMBER),
    ],
)
def test_a_confirmed_accounts_role_gives_its_authority(
    role: str, tier: Tier, level: Authority
) -> None:
    assert DEFAULT_PERMISSIONS.tier(role) is tier
    assert authority(Caller(wom_roles=frozenset({role}))) is level


@pytest.mark.parametrize(
    ("caller", "level"),
    [
        (Caller(), Authority.GUEST),
        (Caller(is_guild_owner=True), Authority.LEADERSHIP),
        (Caller(can_manage_server=True), Authority.LEADERSHIP),
        (Caller(discord_role_ids=frozenset({7})), Authority.OFFICER),
        (Caller(discord_role_ids=frozenset({7, 8})), Authority.LEADERSHIP),
        (Caller(discord_role_ids=frozenset({9})), Authority.GUEST),
    ],
)
def test_the_discord_side_gives_authority_too(caller: Caller, level: Authority) -> None:
    assert authority(caller, MAPPED) is level


@given(callers)
def test_before_the_ranks_are_confirmed_the_discord_side_alone_gives_authority(
    caller: Caller,
) -> None:
    chat = authority(replace(caller, wom_roles=frozenset()), MAPPED)
    assert authority(replace(caller, ranks_count=False), MAPPED) is chat


@given(callers)
def test_authority_is_the_higher_of_both_sides(caller: Caller) -> None:
    game = authority(Caller(wom_roles=caller.wom_roles), MAPPED)
    chat = authority(replace(caller, wom_roles=frozenset()), MAPPED)
    assert authority(caller, MAPPED) is max(game, chat)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("guest", {Permission.SEE_OWN}),
        ("member", {Permission.SEE_OWN}),
        (
            "onyx",
            {
                Permission.SEE_OWN,
                Permission.SEE_REPORTS,
                Permission.POST_REPORTS,
                Permission.DECIDE_LINKS,
                Permission.KICK,
                Permission.SET_LEAVE,
            },
        ),
        ("owner", set(Permission) - {Permission.SET_UP}),
    ],
)
def test_each_rank_has_its_permissions_and_no_others(role: str, allowed: set[Permission]) -> None:
    caller = Caller(wom_roles=frozenset({role}))
    assert {permission for permission in Permission if may(caller, permission)} == allowed


def test_only_those_who_run_the_server_may_set_up() -> None:
    assert may(Caller(is_guild_owner=True), Permission.SET_UP)
    assert may(Caller(can_manage_server=True), Permission.SET_UP)
    assert not may(Caller(discord_role_ids=frozenset({8})), Permission.SET_UP, MAPPED)


def test_a_deed_can_ask_for_more_or_less() -> None:
    strict = Permissions(kick=Authority.LEADERSHIP, see_reports=Authority.MEMBER)
    onyx, member = (Caller(wom_roles=frozenset({role})) for role in ("onyx", "member"))
    assert not may(onyx, Permission.KICK, strict)
    assert may(member, Permission.SEE_REPORTS, strict)
    assert not may(member, Permission.POST_REPORTS, strict)
    assert may(onyx, Permission.POST_REPORTS, strict)
    closed = Permissions(see_reports=Authority.LEADERSHIP)
    assert not may(onyx, Permission.POST_REPORTS, closed)


@pytest.mark.parametrize("permission", Permission)
def test_a_refusal_says_who_may_and_leaves_what_to_do_to_the_roof(permission: Permission) -> None:
    words = refusal(permission)
    assert words.startswith("Only ")
    assert words[-1].isalpha()


def test_a_refusal_follows_the_clans_own_table() -> None:
    assert refusal(Permission.KICK) == "Only officers may decide on removals"
    assert "leadership" in refusal(Permission.KICK, Permissions(kick=Authority.LEADERSHIP))


def test_who_decides_who_is_inactive_may_promote_and_remove_as_well() -> None:
    officer, leader = Caller(wom_roles=frozenset({"onyx"})), Caller(wom_roles=frozenset({"owner"}))
    assert not may(officer, Permission.CALL_INACTIVE)
    assert may(leader, Permission.CALL_INACTIVE)
    assert may(officer, Permission.CALL_INACTIVE, Permissions(promote=Authority.OFFICER))
    strict = Permissions(promote=Authority.OFFICER, kick=Authority.LEADERSHIP)
    assert not may(officer, Permission.CALL_INACTIVE, strict)


@given(permissions)
def test_gates_survive_storage(table: Permissions) -> None:
    assert Permissions.from_dict(json.loads(json.dumps(table.to_dict()))) == table


def test_what_is_not_stored_keeps_its_default() -> None:
    assert Permissions.from_dict({}) == DEFAULT_PERMISSIONS
    assert Permissions.from_dict({"kick": "leadership"}).promote is Authority.LEADERSHIP


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"kicks": "officer"}, "no field kicks"),
        ({"kick": "guest"}, "kick must be one of member, officer, leadership"),
        ({"kick": 2}, "kick must be one of"),
        ({"tier_1": "owner"}, "tier_1 must be a list of WOM role names"),
        ({"tier_2": ["member", 3]}, "tier_2 must be a list of WOM role names"),
        ({"officer_roles": [""]}, "officer_roles must be"),
        ({"discord_officers": 7}, "discord_officers must be a list of Discord role ids"),
        ({"discord_leadership": [True]}, "discord_leadership must be a list of Discord role ids"),
        ({"tier_1": ["member"]}, "only once; named twice: Member"),
    ],
)
def test_malformed_gates_are_refused_with_the_reason(stored: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Permissions.from_dict(stored)


def test_the_groups_own_order_is_the_ladder_whatever_order_it_comes_in() -> None:
    orders = [("member", 2), ("owner", 0), ("maxed", 1), ("owner", 5)]
    assert ladder(orders) == ladder(orders[::-1]) == ("owner", "maxed", "member")


def test_without_an_order_the_tiers_are_the_ladder() -> None:
    assert ladder([])[:2] == ("owner", "deputy_owner")
    assert ladder([])[-2:] == ("prospector", "guest")
    assert ladder([], Permissions(tier_2=("member", "guest")))[-2:] == ("member", "guest")


def test_a_rank_counts_the_rungs_above() -> None:
    rungs = ("owner", "maxed", "member")
    assert [rank_of(role, rungs) for role in (*rungs, "unknown")] == [0, 1, 2, None]
    assert [next_rank(role, rungs) for role in (*rungs, "unknown")] == [
        None,
        "owner",
        "maxed",
        None,
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("member", "maxed", ChangeKind.PROMOTED),
        ("owner", "member", ChangeKind.DEMOTED),
        ("maxed", "maxed", ChangeKind.ROLE),
        ("maxed", "unknown", ChangeKind.ROLE),
        ("unknown", "owner", ChangeKind.ROLE),
    ],
)
def test_a_change_of_role_is_up_down_or_neither(before: str, after: str, kind: ChangeKind) -> None:
    assert compare(before, after, ("owner", "maxed", "member")) is kind


def test_a_rank_gives_rights_to_whoever_is_an_officer_by_it_or_leads() -> None:
    assert [gives_rights(role) for role in ("zenyte", "onyx", "member", "guest", "sapphire")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (("owner", "onyx", "member", "guest"), "member"),
        (("owner", "captain", "onyx", "member"), "member"),
        (("captain", "member"), "captain"),
        (("member", "owner"), None),
        ((), None),
    ],
)
def test_the_last_below_officers_has_no_officer_beneath_it(
    order: tuple[str, ...], found: str | None
) -> None:
    assert below_officers(order) == found


def test_before_the_ranks_are_confirmed_a_rank_in_the_game_gives_no_authority() -> None:
    leader = Caller(wom_roles=frozenset({"owner"}))
    assert authority(leader, MAPPED) is Authority.LEADERSHIP
    assert authority(replace(leader, ranks_count=False), MAPPED) is Authority.GUEST
