from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.clan.metrics import SKILLS
from bot.demo.cast import DAY_MS, HOUR_MS, to_ms
from bot.demo.rhythm import (
    date_of,
    event_starts_ms,
    liveliness,
    lots,
    offset_hours,
    skill_of_the_week,
    waking_ms,
)

SATURDAY = to_ms(datetime(2026, 7, 18, 12, tzinfo=UTC)) // DAY_MS


def test_the_same_names_draw_the_same_lots() -> None:
    assert lots(1, "a").random() == lots(1, "a").random() != lots(1, "b").random()


def test_a_day_number_is_a_date() -> None:
    assert date_of(SATURDAY) == date(2026, 7, 18)


def test_the_event_is_on_saturday_at_eight_on_the_clock_of_the_clan() -> None:
    london = ZoneInfo("Europe/London")
    assert event_starts_ms(SATURDAY, london) == to_ms(datetime(2026, 7, 18, 19, tzinfo=UTC))
    assert event_starts_ms(SATURDAY + 1, london) is None


def test_christmas_is_quiet_and_weekends_are_lively() -> None:
    christmas = to_ms(datetime(2026, 12, 25, 12, tzinfo=UTC)) // DAY_MS
    assert liveliness(christmas) < liveliness(christmas - 7)
    assert liveliness(SATURDAY) > liveliness(SATURDAY - 4)


def test_everybody_is_awake_by_their_own_clock() -> None:
    rng = lots("awake")
    for offset in (0, -8, 10):
        hours = [(waking_ms(rng, offset) // HOUR_MS + offset) % 24 for _ in range(2_000)]
        assert sum(18 <= hour < 23 for hour in hours) > 8 * sum(2 <= hour < 6 for hour in hours)
        assert 0 <= waking_ms(rng, offset) < DAY_MS


def test_clocks_differ() -> None:
    rng = lots("clocks")
    assert len({offset_hours(rng) for _ in range(200)}) >= 6


def test_every_second_week_has_a_skill() -> None:
    asked = [skill_of_the_week(SATURDAY + 7 * week, SKILLS) for week in range(8)]
    assert asked.count(None) == 4
    assert len(set(asked)) == 5
