"""A file of settings comes back as it went; what is wrong with one is told all at once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.policy import DEFAULT_POLICY, changed
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority
from bot.services.setup import LARGEST_FILE, Clan, exported, imported

OWN = changed(
    DEFAULT_POLICY,
    enforcement={"window_days": 14, "limits": {"owner": 90}},
    promotion={"steady_by_rank": {"member": {"hours": 1}}, "signals": ["steady"]},
    ladder=["owner", "member"],
    cases={"second_officer": True},
)
OWN_PERMISSIONS = replace(
    DEFAULT_PERMISSIONS, kick=Authority.LEADERSHIP, discord_officers=frozenset({7})
)


def faults(told: object) -> list[str]:
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    with pytest.raises(ValueError, match=r"\w") as raised:
        imported(content, ClanSettings())
    return str(raised.value).splitlines()


def policy(**parts: Any) -> dict[str, object]:  # noqa: ANN401 - whatever a file may hold
    return {"policy": parts}


def test_what_is_exported_is_read_in_again(clan: Clan) -> None:
    document = exported(OWN, replace(clan, permissions=OWN_PERMISSIONS))
    assert document.name == "clanstats_settings.json"
    base = ClanSettings(report_channel_id=3)
    draft = imported(document.content, base)
    permissions = replace(OWN_PERMISSIONS, discord_officers=frozenset())
    assert draft == Draft(base, ClanSettings(replace(OWN, version=2), permissions, 3))


def test_ids_of_this_server_are_not_in_the_file_and_not_taken_from_one(clan: Clan) -> None:
    told = json.loads(exported(OWN, replace(clan, permissions=OWN_PERMISSIONS)).content)
    assert not {"discord_officers", "discord_leadership"} & told["gates"].keys()
    told["gates"] |= {"discord_leadership": [666]}
    base = ClanSettings(permissions=OWN_PERMISSIONS)
    assert imported(json.dumps(told).encode(), base).proposed.permissions == OWN_PERMISSIONS


def test_what_a_file_does_not_name_stays() -> None:
    base = ClanSettings(OWN, OWN_PERMISSIONS)
    draft = imported(json.dumps(policy(enforcement={"least_xp": 5})).encode(), base)
    assert [change.key for change in draft.changes] == [("enforcement", "least_xp")]
    assert draft.proposed.policy.version == OWN.version + 1


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert imported(b'\xef\xbb\xbf{"policy": {}}', ClanSettings()).changes == ()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (b"no json", "the file is not JSON: take one that Export made"),
        (b"\xff\xfe", "the file is not JSON: take one that Export made"),
        (b"[" * 100_000, "the file is not JSON: take one that Export made"),
        ([], "the file must hold named values: policy, gates or both"),
        ({}, "the file must hold named values: policy, gates or both"),
        ({"policies": {}}, "the file may hold policy and gates, not policies"),
        ({"policy": 5}, "policy must hold named values, not 5"),
        ({"gates": []}, "gates must hold named values, not []"),
        (b" " * (LARGEST_FILE + 1), "the file has over 200 kB: it was not exported here"),
        (policy(ladder=["onyx"] * 20_000), "the file holds over 3,000 values"),
        ({"gates": {f"x{n}": 1 for n in range(4_000)}}, "the file holds over 3,000 values"),
        ([[[]] * 2_000, [[]] * 2_000], "the file holds over 3,000 values"),
        (policy(audit=7), "policy.audit must hold named values, not 7"),
        (policy(enforcement={"limits": {"owner": 0}}), "the limit of owner must be from 1 to"),
        (policy(enforcement={"limits": {"<@1>": 5}}), "Wise Old Man has no role like '<@1>'"),
        (policy(ladder=["x" * 40]), "Wise Old Man has no role like"),
        (policy(ladder=["owner", "owner"]), "a rank stands on the ladder only once"),
        (policy(ladder=[f"r{n}" for n in range(101)]), "ladder has 101 roles, 100 are the most"),
        (policy(promotion={"recruit_roles": ["A B"]}), "recruit_roles: Wise Old Man has no role"),
        (policy(promotion={"steady_by_rank": {"a b": {}}}), "has no role like 'a b'"),
        (policy(promotion={"steady_by_rank": {"member": {"hours": -1}}}), "hours must be from 0"),
        ({"gates": {"tier_1": ["onyx"]}}, "only once; named twice: Onyx"),
        ({"gates": {"officer_roles": ["@here"]}}, "Wise Old Man has no role like '@here'"),
        ({"gates": {"kick": "everybody"}}, "kick must be one of member, officer, leadership"),
        ({"gates": {"x": 1}}, "gates have no field x"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_one_line(told: object, words: str) -> None:
    (fault,) = faults(told)
    assert words in fault
    assert len(fault) <= 161


def test_a_clan_with_a_hundred_ranks_can_be_read_in_again(clan: Clan) -> None:
    ranks = [f"rank_{number}" for number in range(100)]
    bars: dict[str, object] = {rank: {"hours": 1} for rank in ranks}
    own = changed(
        DEFAULT_POLICY,
        ladder=ranks,
        enforcement={"limits": dict.fromkeys(ranks, 30)},
        promotion={"steady_by_rank": bars, "recruit_roles": ranks, "comparison_ranks": ranks},
    )
    assert imported(exported(own, clan).content, ClanSettings()).proposed.policy == own


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = policy(
        enforcement={"window_days": 0, "colour": "red", "least_xp": "much"},
        promotion={"steady": {"hours": True, "game_days": 99}},
        audit={"window_days": 7},
        colour="red",
    )
    told["gates"] = {"manage": 1, "tier_2": "onyx"}
    assert faults(told) == [
        "policy.enforcement: window_days must be from 1 to 365, not 0",
        "policy.enforcement has no field colour",
        "policy.enforcement.least_xp must be a whole number, not 'much'",
        "policy.promotion.steady.hours must be a whole number, not True",
        "policy.promotion.steady: game_days must be from 0 to 56, not 99",
        "policy has no field colour",
        "tier_2 must be a list of WOM role names, not 'onyx'",
        "manage must be one of member, officer, leadership, not 1",
    ]


def test_an_endless_value_is_cut() -> None:
    (fault,) = faults(policy(enforcement={"least_xp": "9" * 10_000}))
    assert fault.endswith("\N{HORIZONTAL ELLIPSIS}")


def test_tiers_that_change_together_are_judged_together() -> None:
    told = {"gates": {"tier_1": ["owner", "onyx"], "tier_2": ["member"]}}
    permissions = imported(json.dumps(told).encode(), ClanSettings()).proposed.permissions
    assert permissions.tier_1 == ("owner", "onyx")
