"""A .env file says what whoever wrote it meant, backslashes and all."""

import pytest

from bot.env_file import decoded, read_lines


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("K=a", "a"),
        ("  export K = a b  ", "a b"),
        ("set K=a", "a"),
        ("K=a # a note", "a"),
        ("K=a#b", "a#b"),
        ("K=   # a note", ""),
        ("K=", ""),
        ('K="a b" # a note', "a b"),
        ("K='a # b'", "a # b"),
        (r'K="C:\new\table"', r"C:\new\table"),
        (r'K="C:\data\"', "C:\\data\\"),
        (r"K='C:\new'", r"C:\new"),
        (r"K=C:\new\table", r"C:\new\table"),
        (r'K="\\server\share"', r"\\server\share"),
        (r'K="a \"b\" c"', 'a "b" c'),
        ("K=\u201ca b\u201d", "a b"),
        ("K=it's", "it's"),
        ('K="a', '"a'),
        ("K=${HOME}/clan", "/home/zezima/clan"),
        ('K="${HOME}/clan"', "/home/zezima/clan"),
        ("K='${HOME}/clan'", "${HOME}/clan"),
        ("K=${NONE:-else}/clan", "else/clan"),
        ("K=$HOME 100%", "$HOME 100%"),
        ("K=a=b", "a=b"),
    ],
)
def test_a_line_says_what_was_meant(line: str, meant: str) -> None:
    assert read_lines(line, {"HOME": "/home/zezima"}) == ({"K": meant}, [])


def test_the_last_line_of_a_key_wins_and_an_earlier_one_can_be_named() -> None:
    text = "A=1\n# B=2\n\nB=${A}2\nA=3\n"
    assert read_lines(text, {}) == ({"A": "3", "B": "12"}, [])


def test_lines_without_a_sign_are_told_by_their_first_word() -> None:
    assert read_lines("A: 1\nB\nC 2\n", {}) == ({}, ["A", "B", "C"])


def test_letters_of_no_encoding_do_not_stop_the_rest() -> None:
    found, _ = read_lines(decoded(b"\xff\xfeA\x00=\x001\x00\n\x00\x00\xd8"), {})
    assert found == {"A": "1"}
    assert decoded(b"A=\x81\xe4") == "A=\ufffd\xe4"
