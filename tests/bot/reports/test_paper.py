from io import BytesIO

import pytest
from PIL import Image, ImageDraw, features

from bot.reports import style
from bot.reports.paper import (
    _ANCHORS,
    Align,
    Paper,
    TextStyle,
    _font,
    _inked,
    _write,
    drawable,
    fitted,
    width_of,
)


def test_what_the_font_lacks_is_left_out() -> None:
    assert drawable("Iron\N{FIRE} Café") == "Iron Café"
    assert drawable("\N{FIRE}", "nobody") == "nobody"
    assert drawable("a\nb\tc\u200b") == "a b c"
    assert drawable("$x^2$") == "$x^2$"


def test_a_text_that_is_too_wide_is_cut_to_its_room() -> None:
    text_style = TextStyle()
    words = fitted("W" * 40, 200, text_style)

    assert words.endswith("…")
    assert width_of(words, text_style) <= 200
    assert fitted("W", 200, text_style) == "W"
    assert fitted("WW", 1, text_style) == "…"


def test_a_blank_card_is_opaque_with_round_corners() -> None:
    image = Image.open(BytesIO(Paper(100, 60).png())).convert("RGBA")

    assert image.size == (100, 60)
    assert image.getchannel("A").getpixel((0, 0)) == 0
    assert _is(image, 50, 30, style.CARD)


def test_shapes_stand_where_they_are_told_counted_from_the_top() -> None:
    paper = Paper(100, 60)
    paper.rects([(20, 10, 10, 10), (60, 10, 10, 10)], style.XP)
    paper.line([(20, 40), (80, 40)], style.MESSAGES, 4)
    paper.dots([(50, 50)], style.KILLS, 6)
    paper.polygons([], style.XP)

    image = Image.open(BytesIO(paper.png())).convert("RGBA")

    assert _is(image, 25, 15, style.XP)
    assert _is(image, 65, 15, style.XP)
    assert _is(image, 45, 15, style.CARD)
    assert _is(image, 50, 40, style.MESSAGES)
    assert _is(image, 50, 50, style.KILLS)


def test_words_are_written_on_their_baseline() -> None:
    paper = Paper(100, 60)
    paper.text((50, 40), "HHH", TextStyle(20, style.INK, bold=True), align="center")

    image = Image.open(BytesIO(paper.png())).convert("RGBA")
    written = [(x, y) for x in range(20, 80) for y in range(10, 50) if _is(image, x, y, style.INK)]

    assert written
    assert max(y for _, y in written) < 41
    assert min(y for _, y in written) > 20


@pytest.mark.parametrize("words", ["Mon", "12", "gjÅ", "Ünï Çødé - 1,234 XP", "W" * 60, ""])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_words_stand_to_the_pixel_where_pillow_writes_them_also_a_second_time(
    words: str, align: Align
) -> None:
    text_style = TextStyle(24, style.INK)
    for at in ((50.0, 40.0), (50.25, 40.9), (3.5, 2.5), (99.99, 58.01), (50.25, 40.9)):
        paper = Paper(100, 60)
        plain, written = Image.new("RGB", (100, 60)), Image.new("RGB", (100, 60))
        paper.text(at, words, text_style, align=align)
        (run,) = paper._words
        _write(ImageDraw.Draw(written), run)
        font, anchor = _font(run.words, text_style), _ANCHORS[align]
        ImageDraw.Draw(plain).text(at, run.words, text_style.colour, font, anchor=anchor)
        assert written.tobytes() == plain.tobytes()


def test_long_words_take_no_memory_afterwards() -> None:
    paper = Paper(400, 60)
    kept = _inked.cache_info().currsize
    for number in range(20):
        paper.text((5, 40), f"{number} {'W' * 32}", TextStyle())
    paper.png()
    assert _inked.cache_info().currsize == kept


def _is(image: Image.Image, x: int, y: int, colour: str) -> bool:
    """Return whether a pixel is opaque and of the colour, as near as 256 colours allow."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    wanted = (*(int(colour[place : place + 2], 16) for place in (1, 3, 5)), 255)
    return all(abs(have - want) <= 3 for have, want in zip(pixel, wanted, strict=True))


def test_names_that_run_from_the_right_are_joined_and_not_set_letter_by_letter() -> None:
    style_of_name = TextStyle(40)
    letters = "\u0645\u0631\u062d\u0628\u0627"
    alone = sum(width_of(letter, style_of_name) for letter in letters)
    joined = 0 < width_of(letters, style_of_name) < 0.9 * alone
    # Pillow brings what joins letters, and takes from the system what turns them round.
    assert joined is bool(features.check("raqm") and features.check("fribidi"))
