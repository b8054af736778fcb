"""A refusal says who may, and what to do about it with the commands that there are."""

import pytest

from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Permission, Permissions
from cogs._permissions import refusal_words


@pytest.mark.parametrize("permission", Permission)
def test_a_refusal_is_one_sentence(permission: Permission) -> None:
    sentence = refusal_words(permission, DEFAULT_PERMISSIONS)
    assert sentence.startswith("Only ")
    assert sentence.count(".") == 1
    assert sentence.endswith(".")


def test_a_refusal_says_how_to_become_one_of_those_who_may() -> None:
    strict = Permissions(kick=Authority.LEADERSHIP)
    assert refusal_words(Permission.KICK, strict) == (
        "Only the clan's leadership may decide on removals: if you are one of them, `/link` your "
        "account and have an officer confirm it, or ask for the Discord role that shows it."
    )


def test_where_ranks_give_no_rights_yet_nobody_is_sent_to_link() -> None:
    assert refusal_words(Permission.KICK, DEFAULT_PERMISSIONS, ranks_count=False) == (
        "Only officers may decide on removals: if you are one of them, ask for the Discord role "
        "that shows it, or have somebody with Manage Server confirm in `/clanstats setup` what "
        "your rank in the game gives."
    )


def test_nobody_who_cannot_set_up_is_sent_to_link() -> None:
    assert refusal_words(Permission.SET_UP, DEFAULT_PERMISSIONS) == (
        "Only people with Manage Server may set up the bot: ask one of them to run this."
    )
