from datetime import UTC, date, datetime

from bot.clan.spans import Span
from bot.reports import style


def test_a_span_is_written_by_the_clans_clock_and_names_it() -> None:
    span = Span(datetime(2025, 3, 1, 12, tzinfo=UTC), datetime(2025, 3, 31, 12, tzinfo=UTC))

    words = style.span_words(span, "Europe/Berlin")

    assert words == "1 Mar 2025 13:00 \N{EN DASH} 31 Mar 2025 14:00 Europe/Berlin"


def test_days_are_written_without_an_idle_zero() -> None:
    assert style.day_words(date(2025, 6, 3)) == "3 Jun"
    assert style.date_words(date(2025, 6, 3)) == "3 Jun 2025"


def test_a_busy_hour_is_a_weekday_and_a_clock() -> None:
    assert style.slot_words((6, 9, 120)) == "Sun 09:00"


def test_the_evidence_is_one_line() -> None:
    assert style.evidence_words(("WOM 2 h old", "96% linked")) == "WOM 2 h old · 96% linked"
    assert style.evidence_words(()) == ""


def test_words_stand_out_from_the_card_and_shapes_too() -> None:
    for ground in (style.CARD, style.PANEL):
        for words in (style.INK, style.INK_SOFT, style.ACTIVE, style.DOWN, style.XP):
            assert _contrast(words, ground) > 4.5
        for shape in (style.MESSAGES, style.KILLS):
            assert _contrast(shape, ground) > 3


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
