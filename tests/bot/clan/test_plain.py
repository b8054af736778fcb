"""Parts of a policy go to JSON and back; what is malformed is named."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clan.plain import limits, must_be_once, number
from bot.clan.policy import CasePolicy, Policy, PromotionPolicy

ROOT = Path(__file__).parents[3] / "bot"


def test_the_limits_of_a_number_can_be_shown() -> None:
    assert limits(PromotionPolicy(), "pillar_top_percent") == (1, 100)
    assert limits(CasePolicy(), "snooze_days") == (1, 365)


def test_a_number_has_its_default() -> None:
    @dataclass(frozen=True)
    class Small:
        size: int = number(3, 1, 5)

    assert Small().size == 3


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ([], r"policy must hold named values, not \[\]"),
        ({1: 2}, "policy must hold named values"),
        ({"colour": 1, "shape": 2}, "policy has no field colour, shape"),
        ({"enforcement": {"days": 3}}, "policy.enforcement has no field days"),
        ({"enforcement": 3}, "policy.enforcement must hold named values, not 3"),
        ({"enforcement": {"window_days": "30"}}, "policy.enforcement.window_days must be a whole"),
        ({"enforcement": {"window_days": True}}, "window_days must be a whole number, not True"),
        ({"enforcement": {"window_days": 0}}, "window_days must be from 1 to 365, not 0"),
        ({"enforcement": {"limits": {"owner": "x"}}}, "limits.owner must be a whole number"),
        ({"enforcement": {"limits": {"owner": 0}}}, "limit of owner must be from 1 to 365 days"),
        ({"enforcement": {"limits": [1]}}, "limits must hold named values"),
        ({"cases": {"second_officer": 1}}, "second_officer must be true or false, not 1"),
        ({"promotion": {"highest_rank": 3}}, "highest_rank must be a name, or empty, not 3"),
        ({"ladder": ["owner", 3]}, "policy.ladder must be a list of names"),
        ({"ladder": ["owner", ""]}, "policy.ladder must be a list of names"),
        ({"ladder": ["owner", "owner"]}, "policy: a rank stands on the ladder only once"),
        ({"alerts": {"on": ["churn", "noise"]}}, "policy.alerts.on knows slump, .*, not noise"),
        ({"alerts": {"on": "churn"}}, "policy.alerts.on must be a list of names"),
        ({"promotion": {"steady_by_rank": {"member": 1}}}, "steady_by_rank.member must hold named"),
        (
            {"promotion": {"steady_by_rank": {"member": {"game_days": 57}}}},
            "steady_by_rank.member: game_days must be from 0 to 56, not 57",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_name(stored: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Policy.from_dict(stored)


def test_each_check_exists_once_for_policies_permissions_and_files() -> None:
    rooms = [*(ROOT / "clan").glob("*.py"), *(ROOT / "services/setup").glob("*.py")]
    sources = {path.name: path.read_text("utf-8") for path in rooms}
    checks = ("must hold named values,", "must be a list of", " no field ", "only once; named")
    for words in checks:
        assert [name for name, source in sources.items() if words in source] == ["plain.py"], words


class Compared(str):
    """A role that counts how often it is compared."""

    __slots__ = ()
    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_a_long_list_of_roles_is_compared_once_for_each() -> None:
    roles = [Compared(f"rank {number}") for number in range(2_000)]
    must_be_once(roles, "there")
    with pytest.raises(ValueError, match="a rank stands there only once; named twice: Rank 7"):
        must_be_once([*roles, Compared("rank 7")], "there")
    assert Compared.times < 20_000
