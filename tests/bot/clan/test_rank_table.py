"""The table of ranks says what each gives and to how many, and is known again by what it says."""

from bot.clan.rank_table import fingerprint, rank_table, table_words
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Permissions

HELD = {"owner": 1, "zenyte": 45, "onyx": 3, "member": 200, "guest": 9}


def test_only_ranks_that_give_rights_are_in_it_the_highest_first() -> None:
    table = rank_table(HELD, DEFAULT_PERMISSIONS)
    assert [(each.role, each.holders) for each in table if each.holders] == [
        ("owner", 1),
        ("zenyte", 45),
        ("onyx", 3),
    ]
    gives = [each.gives for each in table]
    assert gives == sorted(gives, reverse=True)
    assert set(gives) == {Authority.LEADERSHIP, Authority.OFFICER}


def test_it_is_told_as_questions_with_the_number_of_holders() -> None:
    assert table_words(rank_table(HELD, DEFAULT_PERMISSIONS)) == [
        "Owner, 1 member: leadership?",
        "Zenyte, 45 members: leadership?",
        "Onyx, 3 members: officers?",
        "Held by nobody: Deputy Owner, Dragonstone, Saviour, Administrator",
    ]
    everyone_held = Permissions(tier_1=("owner",), officer_roles=frozenset())
    assert table_words(rank_table({"owner": 2}, everyone_held)) == ["Owner, 2 members: leadership?"]


def test_an_officer_s_rank_outside_the_tiers_is_in_it() -> None:
    permissions = Permissions(tier_1=(), tier_2=(), officer_roles=frozenset({"sage"}))
    (sage,) = rank_table({"sage": 4}, permissions)
    assert sage == ("sage", Authority.OFFICER, 4)


def test_a_table_is_known_again_until_anything_in_it_changed() -> None:
    shown = fingerprint(rank_table(HELD, DEFAULT_PERMISSIONS))
    assert shown == fingerprint(rank_table({**HELD, "member": 3}, DEFAULT_PERMISSIONS))
    assert shown != fingerprint(rank_table({**HELD, "zenyte": 46}, DEFAULT_PERMISSIONS))
    assert shown != fingerprint(rank_table(HELD, Permissions(tier_1=("owner",))))
