"""The WOM key tells players apart; the match key suggests, and never when two could be meant."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.names import (
    Bearing,
    asides,
    bearer_at,
    escaped,
    further_names,
    is_valid_name,
    match_key,
    players_by_name,
    wom_key,
)

NAMES = ("No ob", "Noob", "no_ob", "N o o b", "Zezima", "zezima [Cpt]", "Woox", "B0aty | GIM", "-")
sides = st.dictionaries(
    st.integers(1, 6), st.lists(st.sampled_from(NAMES), max_size=3, unique=True), max_size=6
)
fragments = st.sampled_from(
    [
        "a",
        "B",
        "7",
        " ",
        "_",
        "[x]",
        "(",
        ")",
        "|",
        "\u2b50\ufe0f",
        "\u24c2\ufe0f",
        "\u200d",
        "e\u0301",
        "\u212b",
    ]
)
texts = st.one_of(st.text(max_size=20), st.lists(fragments, max_size=8).map("".join))


@pytest.mark.parametrize("name", ["x-Zezima-x", "X_ZEZIMA_X", " x zezima x ", "x\u00a0zezima\tx"])
def test_spellings_that_wom_takes_for_one_player_share_a_key(name: str) -> None:
    assert wom_key(name) == "x zezima x"


def test_runs_of_spaces_are_kept() -> None:
    assert wom_key("Two  Spaces") == "two  spaces" != wom_key("two spaces")


@given(texts)
def test_both_keys_are_idempotent(name: str) -> None:
    assert wom_key(wom_key(name)) == wom_key(name)
    assert match_key(match_key(name)) == match_key(name)


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 _-]{0,10}[A-Za-z0-9])?", fullmatch=True))
def test_one_player_under_the_wom_key_has_one_match_key(name: str) -> None:
    assert is_valid_name(name)
    assert match_key(wom_key(name)) == match_key(name)


@pytest.mark.parametrize("name", ["0", "123456789012", "null", "undefined", "NaN", " a_b-c "])
def test_odd_names_are_names(name: str) -> None:
    assert is_valid_name(name)


@pytest.mark.parametrize("name", ["", "  ", "1234567890123", "J\u00f6hn", "a.b", "John \u2b50"])
def test_what_wom_refuses_is_no_name(name: str) -> None:
    assert not is_valid_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "johndoe",
        "JohnDoe",
        "john_doe",
        "John-Doe",
        "John\u00a0Doe",
        "John\u200bDoe\u3164",
        "John\tDoe",
        "John Doe [Captain]",
        "(away) John Doe",
        "{x} John Doe <x>",
        "\u3010GIM\u3011John Doe",
        "((very) away) John Doe",
        "John Doe | GIM | Captain",
        "\u2b50 | John Doe",
        "\u2b50\ufe0f John Doe \U0001f451",
        "John Doe \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "John Doe \U0001f1f3\U0001f1f4",
        "John Doe \U0001f44d\U0001f3fd",
        "3\ufe0f\u20e3 John Doe",
        "John Doe\u2122",
        "John Doe \u24c2\ufe0f",
        "\uff2a\uff4f\uff48\uff4e\uff24\uff4f\uff45",
        "\U0001d409\U0001d428\U0001d421\U0001d427 Doe",
        "~* John Doe *~",
        "J\u20ddohn Doe",
    ],
)
def test_decorated_names_meet_on_the_match_key(name: str) -> None:
    assert match_key(name) == "johndoe"


@pytest.mark.parametrize(
    ("name", "key"), [("[Captain]", "[captain]"), (" \u2b50 ", "\u2b50"), ("", ""), ("---", "---")]
)
def test_a_name_that_is_all_decoration_keeps_it(name: str, key: str) -> None:
    assert match_key(name) == key


def test_letters_of_other_scripts_stay() -> None:
    assert match_key("\u0418\u0432\u0430\u043d [x]") == "\u0438\u0432\u0430\u043d"
    assert match_key("Jo\u0308hn") == match_key("J\u00f6hn") == "j\u00f6hn"


def test_an_exact_name_wins_over_one_that_resembles() -> None:
    players = {1: ["No ob"], 2: ["Noob"]}
    assert players_by_name(players, {10: ["no_ob"], 20: ["NOOB"]}) == {10: 1, 20: 2}


def test_a_name_that_resembles_two_players_matches_neither() -> None:
    players = {1: ["No ob"], 2: ["Noob"]}
    assert players_by_name(players, {10: ["N.oob [Cpt]"]}) == {}


def test_a_player_whom_two_authors_resemble_matches_neither() -> None:
    assert players_by_name({1: ["Zezima"]}, {10: ["Zezima!"], 20: ["[x] zezima"]}) == {}


def test_a_match_key_is_ambiguous_even_when_one_of_the_two_is_already_matched() -> None:
    players = {1: ["No ob"], 2: ["Noob"]}
    assert players_by_name(players, {10: ["No ob"], 20: ["Noob [Cpt]"]}) == {10: 1}


def test_a_name_that_resembles_one_player_matches() -> None:
    assert players_by_name({1: ["John Doe"]}, {10: ["JohnDoe | GIM"]}) == {10: 1}


def test_an_author_named_like_two_players_matches_neither() -> None:
    players = {1: ["Zezima"], 2: ["Woox"]}
    assert players_by_name(players, {10: ["Zezima", "Woox"], 20: ["Woox!"]}) == {}


def test_nobody_matches_by_an_empty_name() -> None:
    assert players_by_name({1: [""]}, {10: ["", "-"]}) == {}


@given(sides, sides, st.randoms(use_true_random=False))
def test_matches_do_not_depend_on_the_order_of_arrival(
    players: dict[int, list[str]], authors: dict[int, list[str]], chance: Random
) -> None:
    mixed = []
    for side in (players, authors):
        items = [(key, sorted(names, reverse=True)) for key, names in side.items()]
        chance.shuffle(items)
        mixed.append(dict(items))
    assert players_by_name(*mixed) == players_by_name(players, authors)


@given(sides, sides)
def test_a_match_is_one_to_one_and_rests_on_a_shared_key(
    players: dict[int, list[str]], authors: dict[int, list[str]]
) -> None:
    found = players_by_name(players, authors)
    assert len(set(found.values())) == len(found)
    for author, player in found.items():
        keys = {match_key(name) for name in authors[author]}
        assert keys & {match_key(name) for name in players[player]}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("__Bold__", r"\_\_Bold\_\_"),
        ("_italics_", r"\_italics\_"),
        ("*a* ~~b~~", r"\*a\* \~\~b\~\~"),
        ("- Lister", r"\- Lister"),
        ("+ Lister", r"\+ Lister"),
        ("=", r"\="),
        ("1. first", r"1\. first"),
        ("# Heading", r"\# Heading"),
        ("  -# small", r"  \-# small"),
        ("> quote", r"\> quote"),
        ("||spoiler||", r"\|\|spoiler\|\|"),
        ("`code`", r"\`code\`"),
        ("back\\slash", r"back\\slash"),
        ("[text](https://a.b)", r"\[text\](https\://a\.b)"),
        ("discord.gg/x", r"discord\.gg/x"),
        ("a-b c", "a-b c"),
        ("@everyone", "@\u200beveryone"),
        ("<@123>", "\\<@\u200b123\\>"),
        ("two\r\n# lines", "two # lines"),
        ("\u202eright to left", "right to left"),
    ],
)
def test_a_name_is_written_as_it_reads(name: str, written: str) -> None:
    assert escaped(name) == written


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Zl", "Zp", "Cs"])))
def test_escaping_adds_only_backslashes_and_never_drops_a_letter(name: str) -> None:
    plain = re.sub(r"\\(.)", r"\1", escaped(name)).replace("\u200b", "")
    assert plain == name
    assert not any(unicodedata.category(char) == "Cc" for char in escaped(name))


@given(st.text("ab*_`~|[]<>:@#\\ ", max_size=12))
def test_no_markup_is_left_unescaped(name: str) -> None:
    left = re.sub(r"\\.", "x", escaped(name))
    assert not re.search(r"[*_`~|\[\]<>:\\]|@(?!\u200b)|^\s*#", left)


START = datetime(2026, 5, 1, tzinfo=UTC)


def on(day: float) -> datetime:
    return START + timedelta(days=day)


FIRST, SECOND = Bearing(1, on(10), on(20)), Bearing(2, on(30), on(40), is_current=True)
BORROWED = Bearing(3, on(50), on(60))


@pytest.mark.parametrize(
    ("day", "who"),
    [(0, 1), (10, 1), (20, 1), (25, 1), (30, 2), (45, 2), (55, 3), (61, 2)],
)
def test_a_line_is_of_whoever_bore_the_name_then(day: float, who: int) -> None:
    assert bearer_at((SECOND, BORROWED, FIRST), on(day)) == who


def test_a_name_that_one_player_bore_needs_no_time() -> None:
    assert bearer_at((), START) is None
    assert bearer_at((SECOND,), START) is None


def test_who_is_called_so_today_is_meant_from_the_instant_of_the_change() -> None:
    gone = Bearing(1, on(30), on(30))
    assert bearer_at((gone, SECOND), on(30)) == 2
    assert bearer_at((gone, SECOND), on(29)) == 1


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30)), min_size=2, max_size=5))
def test_somebody_bore_it_whatever_is_known_and_in_whatever_order(
    times: list[tuple[int, int]],
) -> None:
    borne = [
        Bearing(who, on(first), on(first + length))
        for who, (first, length) in enumerate(times, start=1)
    ]
    for day in range(0, 130, 7):
        found = bearer_at(borne, on(day))
        assert found in {each.player_id for each in borne}


@pytest.mark.parametrize(
    ("name", "first", "beside", "further"),
    [
        ("Main / Alt", "main", (), ("Alt",)),
        ("Main/Alt/Other", "main", (), ("Alt", "Other")),
        ("Main & Alt", "main", (), ("Alt",)),
        ("Dave | Rsn", "dave", ("Rsn",), ("Rsn",)),
        ("Dave (Rsn)", "dave", ("Rsn",), ("Rsn",)),
        ("[GIM] Dave | Rsn / Alt", "dave", ("GIM", "Rsn / Alt"), ("GIM", "Rsn / Alt")),
        ("\u2b50 | Rsn", "rsn", ("Rsn",), ("Rsn",)),
        ("Rsn", "rsn", (), ()),
        ("Rsn [\u2b50]", "rsn", (), ()),
    ],
)
def test_a_nickname_has_a_first_name_what_stands_beside_it_and_further_ones(
    name: str, first: str, beside: tuple[str, ...], further: tuple[str, ...]
) -> None:
    assert (match_key(name), asides(name), further_names(name)) == (first, beside, further)


PLAYERS = {1: ["Main"], 2: ["Alt"], 3: ["Dave"], 4: ["Rsn"]}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Main / Alt"], 1),
        (["Main/Alt [Captain]"], 1),
        (["Rsn | GIM"], 4),
        (["Rsn | rsn"], 4),
        (["Sophie | Rsn"], None),
        (["Sophie (Rsn)"], None),
        (["Dave | Rsn"], None),
        (["Dave (Rsn)"], None),
        (["rsn", "Dave | Rsn"], None),
        (["Rsn", "Dave"], None),
        (["Rsn", "[GIM] Dave"], None),
        (["Rsn", "Dave!"], None),
    ],
)
def test_whoever_may_be_another_by_any_name_is_matched_with_nobody(
    names: list[str], found: int | None
) -> None:
    assert players_by_name(PLAYERS, {10: names}).get(10) == found


def test_a_name_of_another_member_is_in_doubt_though_somebody_else_bears_it_as_well() -> None:
    authors = {10: ["Rsn", "Dave"], 20: ["Dave"]}
    assert players_by_name(PLAYERS, authors) == {}
    assert players_by_name(PLAYERS, {10: ["Rsn"], 20: ["Dave"]}) == {10: 4, 20: 3}
