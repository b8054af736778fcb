"""A card in pixels to draw on: shapes, lines and text, y growing downwards; then PNG bytes.

Artists are drawn straight into pixels: no figure (its import takes longer than a drawing), no axes,
never pyplot. Words are set on the finished pixels by Pillow, in a tenth of the time that matplotlib
takes for its many kinds of text: so no name is ever read as a formula, and glyphs that the font
lacks are left out.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from io import BytesIO
from math import ceil, floor
from pathlib import Path as FilePath
from typing import Literal, NamedTuple
from unicodedata import bidirectional

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import get_font
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image, ImageColor, ImageDraw, ImageFont

from bot.reports import style

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, width, height."""

Align = Literal["left", "center", "right"]

_FONTS = FilePath(mpl.get_data_path(), "fonts", "ttf")
_PLAIN, _BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"
_START, _ON, _CLOSE = int(Path.MOVETO), int(Path.LINETO), int(Path.CLOSEPOLY)
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}
_FROM_RIGHT = frozenset({"R", "AL", "AN"})
_LEVELS = 5
"""So transparent, from not at all to nearly opaque, can the rim of a card be."""
_LEVELS_FROM = 256 - _LEVELS
"""The colours before these are opaque."""
_INVISIBLE = frozenset({0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF})


class TextStyle(NamedTuple):
    """How words look: their size in pixels, colour and weight."""

    size: int = style.BODY
    colour: str = style.INK
    bold: bool = False


def _font(words: str, text_style: TextStyle) -> ImageFont.FreeTypeFont:
    """Return the font for words; only those that run from the right need the slower layout."""
    # The slower one breaks off at what has no shape, such as the end of a line.
    from_right = words.isprintable() and any(bidirectional(each) in _FROM_RIGHT for each in words)
    return _sized(text_style.size, bold=text_style.bold, from_right=from_right)


@cache
def _sized(size: int, *, bold: bool, from_right: bool) -> ImageFont.FreeTypeFont:
    layout = ImageFont.Layout.RAQM if from_right else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(_BOLD if bold else _PLAIN), size, layout_engine=layout)


@cache
def _glyphs() -> frozenset[int]:
    """Return the code points that both weights can draw."""
    plain, bold = (frozenset(get_font(str(file)).get_charmap()) for file in (_PLAIN, _BOLD))
    return (plain & bold) - _INVISIBLE


def drawable(text: str, instead: str = "?") -> str:
    """Return the text without what the font cannot draw; `instead` where nothing is left."""
    kept = "".join(char if char.isprintable() else " " for char in text if not _missing(char))
    return " ".join(kept.split()) or instead


def _missing(char: str) -> bool:
    return char.isprintable() and ord(char) not in _glyphs()


def width_of(words: str, text_style: TextStyle) -> float:
    """Return how many pixels wide the words are."""
    return _font(words, text_style).getlength(words)


def fitted(words: str, room: float, text_style: TextStyle) -> str:
    """Return the words, cut short with an ellipsis where they are wider than `room` pixels."""
    if width_of(words, text_style) <= room:
        return words
    lengths = range(1, len(words))
    fits = bisect_right(
        lengths, room, key=lambda length: width_of(f"{words[:length]}…", text_style)
    )
    return f"{words[:fits].rstrip()}…"


class _TextRun(NamedTuple):
    at: Point
    words: str
    text_style: TextStyle
    align: Align


_SHORT = 16
"""Longer words are no day, hour or number, and their ink takes much memory: it is not kept."""


def _write(pen: ImageDraw.ImageDraw, run: _TextRun) -> None:
    """Write words as Pillow does, to the pixel."""
    (x, y), words, text_style, align = run
    left, top = floor(x), floor(y)
    ink = _inked if len(words) <= _SHORT else _inked.__wrapped__
    inked = ink(words, text_style, align, (x - left, y - top))
    pen.bitmap((left + inked.left, top + inked.top), inked.mask, fill=text_style.colour)


class _Inked(NamedTuple):
    mask: Image.Image
    left: int
    top: int


@lru_cache(512)
def _inked(words: str, text_style: TextStyle, align: Align, within: Point) -> _Inked:
    """Return where words leave ink, beside the pixel `within` which they begin.

    Days, hours and numbers stand on every chart; to write them anew takes five times as long.
    """
    font, anchor = _font(words, text_style), _ANCHORS[align]
    first_x, first_y, last_x, last_y = font.getbbox(words, anchor=anchor)
    # Whole pixels, with room for the part of one.
    left, top = floor(first_x) - 1, floor(first_y) - 1
    mask = Image.new("L", (ceil(last_x) + 2 - left, ceil(last_y) + 2 - top))
    at = (within[0] - left, within[1] - top)
    ImageDraw.Draw(mask).text(at, words, 255, font, anchor=anchor)
    return _Inked(mask, left, top)


class Paper:
    """A rounded card of the house's size on which one chart is drawn."""

    def __init__(self, width: int = style.WIDTH, height: int = style.HEIGHT) -> None:
        self.width, self.height = width, height
        self._shapes: list[Artist] = []
        self._down = Affine2D().scale(1, -1).translate(0, height)
        self._words: list[_TextRun] = []
        card = (1.0, 1.0, width - 2.0, height - 2.0)
        self.box(card, style.CARD, corner=style.CORNER, edge=style.CARD_EDGE)

    def box(self, rect: Rect, colour: str, *, corner: float = 10, edge: str | None = None) -> None:
        """Draw a filled box with rounded corners."""
        left, top, width, height = rect
        rounding = f"round,pad=0,rounding_size={corner}"
        self._shapes.append(
            FancyBboxPatch(
                (left, top),
                width,
                height,
                boxstyle=rounding,
                facecolor=colour,
                edgecolor=edge or "none",
                linewidth=1.2 if edge else 0,
                transform=self._down,
            )
        )

    def polygons(
        self, outlines: Iterable[Sequence[Point]], colour: str, alpha: float = 1.0
    ) -> None:
        """Fill any number of outlines as one shape."""
        vertices: list[Point] = []
        codes: list[int] = []
        for outline in outlines:
            vertices += [*outline, outline[0]]
            codes += [_START, *[_ON] * (len(outline) - 1), _CLOSE]
        if vertices:
            shape = Path(vertices, codes)
            self._shapes.append(
                PathPatch(shape, facecolor=colour, linewidth=0, alpha=alpha, transform=self._down)
            )

    def rects(self, rects: Iterable[Rect], colour: str, alpha: float = 1.0) -> None:
        """Fill any number of rectangles as one shape."""
        self.polygons(
            (
                [(left, top), (left + width, top), (left + width, top + h), (left, top + h)]
                for left, top, width, h in rects
            ),
            colour,
            alpha,
        )

    def line(
        self, points: Sequence[Point], colour: str, width: float = 1.8, *, dashed: bool = False
    ) -> None:
        """Draw one line through the points."""
        across, down = [x for x, _ in points], [y for _, y in points]
        self._shapes.append(
            Line2D(
                across,
                down,
                color=colour,
                linewidth=width,
                linestyle=(0, (2, 1.6)) if dashed else "-",
                solid_joinstyle="round",
                transform=self._down,
            )
        )

    def dots(
        self, points: Sequence[Point], colour: str, size: float = 4, rim: str | None = None
    ) -> None:
        """Draw a dot at each of the points, with a rim of another colour if there is one."""
        across, down = [x for x, _ in points], [y for _, y in points]
        self._shapes.append(
            Line2D(
                across,
                down,
                color=colour,
                linestyle="none",
                marker="o",
                markersize=size,
                markeredgewidth=1.6 if rim else 0,
                markeredgecolor=rim,
                transform=self._down,
            )
        )

    def text(
        self,
        at: Point,
        words: str,
        text_style: TextStyle,
        *,
        align: Align = "left",
        room: float | None = None,
    ) -> None:
        """Write words on the baseline `at`, cut short to `room` pixels."""
        shown = drawable(words, "")
        if room is not None:
            shown = fitted(shown, room, text_style)
        self._words.append(_TextRun(at, shown, text_style, align))

    def png(self) -> bytes:
        """Return the finished card in 256 colours: half the time and a third of the size."""
        pixels = RendererAgg(self.width, self.height, style.DPI)  # type: ignore[no-untyped-call]
        for shape in sorted(self._shapes, key=Artist.get_zorder):
            shape.draw(pixels)
        drawn = pixels.buffer_rgba()  # type: ignore[no-untyped-call]
        card = Image.frombuffer("RGBA", (self.width, self.height), drawn, "raw", "RGBA", 0, 1)
        opaque = card.convert("RGB")
        pen = ImageDraw.Draw(opaque)
        for run in self._words:
            _write(pen, run)
        file = BytesIO()
        few = _in_few_colours(opaque)
        _let_through(few, card)
        few.save(file, "png", compress_level=style.PNG_LEVEL)
        return file.getvalue()


def _in_few_colours(picture: Image.Image) -> Image.Image:
    """Return the picture in the colours of a quarter of its pixels: of every row, for fine lines.

    To choose from all pixels, each with its transparency, takes twice as long.
    """
    quarter = (-(-picture.width // 4), picture.height)
    sample = picture.resize(quarter, Image.Resampling.NEAREST)
    colours = sample.quantize(_LEVELS_FROM, method=Image.Quantize.FASTOCTREE)
    return picture.quantize(palette=colours, dither=Image.Dither.NONE)


def _let_through(few: Image.Image, card: Image.Image) -> None:
    """Make the rim of a picture as transparent as that of the card, in a few levels."""
    palette = (few.getpalette() or [])[: 3 * _LEVELS_FROM]
    palette += [0] * (3 * _LEVELS_FROM - len(palette))
    few.putpalette([*palette, *ImageColor.getrgb(style.CARD_EDGE) * _LEVELS])
    few.info["transparency"] = bytes(
        [255] * _LEVELS_FROM + [255 * each // _LEVELS for each in range(_LEVELS)]
    )
    (width, height), rim = card.size, style.CORNER + 2
    for box in (
        (0, 0, width, rim),
        (0, height - rim, width, height),
        (0, rim, rim, height - rim),
        (width - rim, rim, width, height - rim),
    ):
        alpha = card.crop(box).getchannel("A")
        level = alpha.point([_LEVELS_FROM + each * _LEVELS // 256 for each in range(256)])
        seen_through = alpha.point([255] * 255 + [0])
        few.paste(Image.frombytes("P", level.size, level.tobytes()), box, seen_through)


def warm_up() -> None:
    """Draw a small card, so that the first real one takes no longer than the others."""
    paper = Paper(40, 40)
    paper.text((4, 20), "0", TextStyle())
    paper.text((4, 20), "0", TextStyle(bold=True))
    paper.png()
