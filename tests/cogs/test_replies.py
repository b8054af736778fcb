"""Answers fit Discord's limits whatever stands in them."""

import discord

from bot.reports.documents import Document
from cogs._replies import Box, files, listed, picture, small, when
from tests.cogs.town import START


def said(box: Box) -> list[str]:
    return [
        each.content for each in box.walk_children() if isinstance(each, discord.ui.TextDisplay)
    ]


def test_a_box_takes_no_more_text_than_discord_does() -> None:
    box = Box("## Title").say(*("x" * 90 for _ in range(100))).say("more", "and more")
    assert sum(map(len, said(box))) < 4000
    assert said(box)[-1].endswith("\N{HORIZONTAL ELLIPSIS}")


def test_whole_lines_are_cut_off_never_half_ones() -> None:
    box = Box("## Title").say(*(f"{number:04}" * 20 for number in range(100)))
    lines = said(box)[-1].split("\n")
    assert {len(line) for line in lines[:-1]} == {80}


def test_nothing_is_added_for_empty_lines() -> None:
    assert len(said(Box("## Title").say("", ""))) == 1


def test_small_print_and_lists_say_when_there_is_nothing() -> None:
    assert small("a", "b") == "-# a \N{MIDDLE DOT} b"
    assert listed("Most XP", [], "nobody yet") == "**Most XP**  nobody yet"


def test_instants_are_shown_in_the_readers_time() -> None:
    assert when(START) == "<t:1767225600:R>"
    assert when(None) == "never"


def test_a_file_can_be_sent_more_than_once_and_keeps_its_words() -> None:
    document = Document("chart.png", b"png", "x" * 2000)
    first, second = files(document), files(document)
    assert first[0].fp.read() == second[0].fp.read() == b"png"
    assert len(first[0].description or "") == 1024
    assert picture(document).items[0].media.url == "attachment://chart.png"
