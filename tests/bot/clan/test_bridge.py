"""A bridge's message is a player's talk whenever it has a speaker, whatever it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.bridge import (
    DEFAULT,
    LONGEST_PATTERN,
    PRESETS,
    UNDER_NAMES,
    ChatLine,
    embed_line,
    pattern,
    read,
)
from bot.clan.broadcasts import LONGEST_LINE, Broadcast, BroadcastKind

BOLD, LOGGER, PLAIN, EMBED = (pattern(key) for key in (DEFAULT, "logger", "plain", "embed"))
LEFT = "Alice has left the clan."
PIECES = (
    *("(?P<name>", "(?P<text>", "(?:", "(", ")", "*", "+", "?", "|", "{2,}", "{,3}", "{", "}"),
    *("[a]", "[", "]", "a", ".", "\\", "\\d", "^", "$", " "),
)
names = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,10}[A-Za-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    "line",
    [
        "**No ob**: gz",
        "**No ob**:gz",
        " **No ob**: gz ",
        "**No\u00a0ob**: gz",
        "**<:rank:1144312039053987930> No ob**: gz",
        "**[Deputy Owner] No ob**: gz",
        "**\U0001f451 No ob \u2694\ufe0f**: gz",
        "**<img=2>No ob**: gz",
        "<:Owner:1144312058414911498> <:Ironman_chat_badge:1082980848200065034> **No ob**: gz",
        "<a:rank:1144312039053987930>**No ob**: gz",
        "\U0001f451\ufe0f **No ob**: gz",
    ],
)
def test_icons_and_ranks_are_no_part_of_the_name(line: str) -> None:
    assert read(line, BOLD) == ChatLine("No ob", "gz")


def test_markdown_is_unescaped_in_the_name_and_the_text() -> None:
    assert read(r"**No\_ob\-x**: is it \(really\) so\?", BOLD) == ChatLine(
        "No_ob-x", "is it (really) so?"
    )


@pytest.mark.parametrize(
    ("how", "line"),
    [
        (BOLD, f"**Bob**: {LEFT}"),
        (LOGGER, f"**Bob** : {LEFT}"),
        (LOGGER, f"**[My Clan]** **Bob** : {LEFT}"),
        (PLAIN, f"Bob: {LEFT}"),
        (PLAIN, f"[My Clan] Bob: {LEFT}"),
        (PLAIN, f":Ironman_chat_badge: Bob: {LEFT}"),
        (EMBED, embed_line("Bob", LEFT)),
    ],
)
def test_talk_that_reads_like_a_broadcast_is_talk(how: object, line: str) -> None:
    assert read(line, how) == ChatLine("Bob", LEFT)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", [BOLD, LOGGER, PLAIN, EMBED])
@pytest.mark.parametrize(
    "line",
    [
        "Bob received a drop: Black mask (10) (1,200,000 coins).",
        r"Bob received a drop\: Black mask \(10\) \(1,200,000 coins\)\.",
        (
            "<:Guideprices:1147702301298016349> Bob received a drop: "
            "Black mask (10) (1,200,000 coins)."
        ),
        "<img=41>Bob received a drop: <col=ff0000>Black mask (10)</col> (1,200,000 coins).",
        "[My Clan] Bob received a drop: Black mask (10) (1,200,000 coins).",
        "**Bob** received a drop: **Black mask (10)** (1,200,000 coins).",
        "CA_ID:112|Bob received a drop: @ach_comp@Black mask (10) (1,200,000 coins).",
    ],
)
def test_a_line_without_a_speaker_is_a_broadcast_in_every_format(how: object, line: str) -> None:
    assert read(line, how) == Broadcast(  # type: ignore[arg-type]
        BroadcastKind.DROP, "Bob", "Black mask (10) (1,200,000 coins)"
    )


def test_the_clan_s_own_name_speaks_for_the_game() -> None:
    told = Broadcast(BroadcastKind.LEFT, "Alice")
    assert read(f"**My Clan**: {LEFT}", BOLD, "my clan") == told
    assert read(f"**The Very Long Clan 1**: {LEFT}", BOLD, "The Very Long Clan 1") == told
    assert read("**My Clan**: never heard of", BOLD, "My Clan") == Broadcast(BroadcastKind.OTHER)
    assert read(f"**My Clan**: {LEFT}", BOLD) == ChatLine("My Clan", LEFT)


@pytest.mark.parametrize(
    "line",
    ["", "bot is up", "**Server restarted**", "**not a player's name**: hi", "**[x]**: hi", "****"],
)
def test_what_is_neither_talk_nor_broadcast_is_nothing(line: str) -> None:
    assert read(line, BOLD) is None


def test_an_embed_without_an_author_is_its_text() -> None:
    assert read(embed_line(None, LEFT), EMBED) == Broadcast(BroadcastKind.LEFT, "Alice")


def test_every_preset_reads_its_own_example() -> None:
    assert DEFAULT in PRESETS
    for key in ("bold", "logger", "plain"):
        assert read(PRESETS[key].example, pattern(key)) == ChatLine("No ob", "anyone for a raid?")


def test_a_clan_may_bring_its_own_pattern() -> None:
    own = pattern(r"\[(?P<name>[^\]]+)\] (?:says|shouts)? ?(?P<text>.*)")
    assert read("[No ob] says hi", own) == ChatLine("No ob", "hi")
    assert read(LEFT, own) == Broadcast(BroadcastKind.LEFT, "Alice")
    assert own.source.startswith(r"\[")


def test_a_group_that_took_no_part_is_no_speaker() -> None:
    assert read("hi", pattern(r"(?:(?P<name>\w+): )?(?P<text>.*)")) is None


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (r"(?P<name>.+)", "needs the groups name and text"),
        (r"(?P<name>.+): (.*)", "needs the groups name and text"),
        ("(?P<name>", "not a regular expression"),
        (r"(?P<name>[[a]+): (?P<text>.*)", "not a regular expression"),
        (r"(?P<name>a{99999999999}): (?P<text>.*)", "not a regular expression"),
        ("x" * (LONGEST_PATTERN + 1), "at most 200 characters"),
        (r"(?P<name>(a+)+): (?P<text>.*)", r"may not have '\)\+'"),
        (r"(?P<name>(?:a|a)*): (?P<text>.*)", r"may not have '\)\*'"),
        (r"(?P<name>(?:\w\s?){2,}): (?P<text>.*)", r"may not have '\)\{'"),
        (r"(?P<name>.+)(?=:): (?P<text>.*)", r"may not have '\(\?'"),
        (r"(?i)(?P<name>.+): (?P<text>.*)", "no flags"),
        (r"(?P<name>.+)\1: (?P<text>.*)", r"may not have"),
        (r"(?P<name>.+)(?P=name): (?P<text>.*)", "may not have"),
        (r".*.*(?P<name>.*): (?P<text>.*)", "too many"),
        (r"(?P<name>a?a?a?" + "a?" * 30 + ")(?P<text>.*)", "too many"),
        (r"(?P<name>.{1,}.{,300}.{0,300}.{2,9}): (?P<text>.*)", "too many"),
        (r"(?P<name>" + "(?:a|a)" * 25 + "): (?P<text>.*)", "too many"),
    ],
)
def test_a_pattern_that_is_wrong_or_could_take_forever_is_refused(source: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        pattern(source)


@pytest.mark.parametrize(
    "source",
    [
        r"(?P<name>[*+?|(){}]{3}[\]\\]?): (?P<text>.{5,5}.*)",
        r"(?P<name>.+?): (?P<text>.*)",
        r"(?:\[.{2,20}\] )?(?P<name>\w+)(?: says)?: (?P<text>.*)",
        r"\(\*(?P<name>.+)\*\)(?P<text>.*+)",
    ],
)
def test_what_only_looks_dangerous_is_allowed(source: str) -> None:
    assert pattern(source).source == source


@pytest.mark.parametrize(
    "source",
    [
        r"(?P<name>.+)(?P<text>.+).+\d",
        r"(?P<name>\w*)(?P<text>\w*)\w*\s",
        r"(?P<name>a*)(?P<text>a*)a*b",
    ],
)
def test_the_worst_that_is_allowed_still_ends(source: str) -> None:
    assert read("a" * 10_000, pattern(source)) is None


@given(names, st.text(st.characters(exclude_characters="\\\u00a0"), max_size=80))
def test_whoever_speaks_is_heard_under_the_own_name(name: str, text: str) -> None:
    assert read(f"**{name}**: {text}", BOLD) == ChatLine(name, text.strip())


@given(names, st.text(max_size=2000), st.sampled_from(sorted(PRESETS)))
def test_no_talk_is_ever_a_broadcast(name: str, text: str, key: str) -> None:
    lines = {"logger": f"**{name}** : {text}", "plain": f"{name}: {text}"}
    told = read(lines.get(key, f"**{name}**: {text}"), pattern(key))
    assert isinstance(told, ChatLine)
    assert len(told.text) <= LONGEST_LINE


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(PIECES),
            max_size=12,
        ).map("".join),
    ),
    st.text("ab: ", max_size=40),
)
def test_every_pattern_is_refused_in_words_or_reads(source: str, line: str) -> None:
    try:
        how = pattern(source)
    except ValueError as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right
    else:
        read(line, how)


CROWN = "<:crown:1144312039053987930>"


@pytest.mark.parametrize(
    "line",
    [
        "[20:15] **No ob**: gz",
        "20:15 **No ob**: gz",
        "8:15 PM - **No ob**: gz",
        "`20:15:33` **No ob**: gz",
        "<t:1700000000:t> **No ob**: gz",
        "**20:15** **No ob**: gz",
        "W330 **No ob**: gz",
        "(W330) **No ob**: gz",
        "World 330 | **No ob**: gz",
        "[My Clan] **No ob**: gz",
        "My Clan | **No ob**: gz",
        "**my clan** \u00bb **No ob**: gz",
        "**[My Clan]** **No ob**: gz",
        "[20:15] [W330] [My Clan] **No ob**: gz",
        f"{CROWN} **No ob**: gz",
        f"[20:15] {CROWN} **No ob**: gz",
        f"{CROWN} [20:15] **No ob**: gz",
        "![rank](https://cdn.example/captain.png) **No ob**: gz",
        "[\u200b](https://cdn.example/captain.png?x=1) **No ob**: gz",
        "https://cdn.example/captain.png **No ob**: gz",
        "**No ob:** gz",
        "**No ob: ** gz",
        "**[20:15] No ob:** gz",
        f"**{CROWN} [My Clan] No ob [Captain]:** gz",
        "**No ob** [Captain]: gz",
        "**No ob** (W330): gz",
        f"**No ob** {CROWN}: gz",
        "**No ob** :crown:: gz",
        "**No ob [Captain]**: gz",
        "**No ob | My Clan**: gz",
        "**W330 No ob**: gz",
    ],
)
def test_clock_world_clan_and_rank_are_no_part_of_a_name_in_stars(line: str) -> None:
    assert read(line, BOLD, "My Clan") == ChatLine("No ob", "gz")


@pytest.mark.parametrize(
    "line",
    [
        "20:15 No ob: gz",
        "[20:15:33] [My Clan] No ob: gz",
        "8:15pm | No ob: gz",
        "W330 No ob: gz",
        "[W330] No ob: gz",
        "My Clan | No ob: gz",
        f"{CROWN} No ob: gz",
        f"No ob {CROWN}: gz",
        "No ob [Captain]: gz",
        "No ob (Captain) : gz",
        "No ob :crown:: gz",
    ],
)
def test_clock_world_clan_and_rank_are_no_part_of_a_plain_name(line: str) -> None:
    assert read(line, PLAIN, "My Clan") == ChatLine("No ob", "gz")


def test_a_clock_and_a_clan_may_stand_before_a_logger_s_line() -> None:
    line = "[20:15] **[My Clan]** **No ob** : gz"
    assert read(line, LOGGER, "My Clan") == ChatLine("No ob", "gz")


@pytest.mark.parametrize("how", [BOLD, PLAIN, EMBED])
def test_a_clock_stands_before_broadcasts_too(how: object) -> None:
    told = Broadcast(BroadcastKind.LEFT, "Alice")
    assert read(f"[20:15] W330 {LEFT}", how, "My Clan") == told  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Announcement", "Reminder", "Server", "SYSTEM", "Clan Chat"])
def test_announcements_are_no_speakers(name: str) -> None:
    assert read(f"**{name}**: mass at 8", BOLD) is None
    assert read(f"{name}: mass at 8", PLAIN) is None
    assert read(f"**{name}**: {LEFT}", BOLD) == Broadcast(BroadcastKind.LEFT, "Alice")


@pytest.mark.parametrize("line", ["https://wiki.example/x", "see https://wiki.example: ok"])
def test_a_link_is_no_speaker(line: str) -> None:
    found = read(line, PLAIN)
    assert found is None


def test_who_speaks_under_their_own_name_is_read_from_the_webhook_s() -> None:
    how = pattern(UNDER_NAMES)
    assert read(embed_line("No ob", "gz: 99!"), how) == ChatLine("No ob", "gz: 99!")
    assert read(embed_line("No ob [Captain]", "gz"), how) == ChatLine("No ob", "gz")
    assert read(embed_line("My Clan", LEFT), how, "My Clan") == Broadcast(
        BroadcastKind.LEFT, "Alice"
    )


def test_a_clan_s_own_pattern_is_asked_about_the_whole_line() -> None:
    own = pattern(r"(?P<name>\w+) says (?P<text>.*)")
    assert read("W330 says hi", own) == ChatLine("W330", "hi")


@pytest.mark.parametrize("piece", ["[", "(", "20:15 ", "W330 ", "https://a.png", "<t:1:t>", "**"])
def test_a_wall_before_the_name_ends_soon(piece: str) -> None:
    for how in (BOLD, PLAIN, LOGGER):
        read(piece * 700, how, "My Clan")
