"""Instants and days come out as they went in, and sort as they should."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select

from storage.columns import (
    Day,
    Instant,
    first_snowflake,
    from_ms,
    instant_of,
    next_instant,
    storable,
    to_ms,
)
from storage.engine import Database
from tests.storage.rows import NOW

MILLISECOND = timedelta(milliseconds=1)
instants = st.datetimes(timezones=st.timezones())
discord_instants = st.timedeltas(timedelta(), timedelta(days=50_000)).map(
    lambda since: datetime(2015, 1, 1, tzinfo=UTC) + since
)


@given(instants)
def test_an_instant_is_kept_to_the_millisecond_and_never_rounded_up(instant: datetime) -> None:
    assert timedelta() <= instant - from_ms(to_ms(instant)) < MILLISECOND


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_milliseconds_come_back_exactly(milliseconds: int) -> None:
    assert to_ms(from_ms(milliseconds)) == milliseconds
    assert from_ms(milliseconds).tzinfo is UTC


@given(instants, instants)
def test_kept_instants_sort_like_instants(one: datetime, other: datetime) -> None:
    if one.astimezone(UTC) <= other.astimezone(UTC):
        assert to_ms(one) <= to_ms(other)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_ms(NOW.replace(tzinfo=None))


@given(discord_instants)
def test_a_snowflake_lies_in_its_millisecond(instant: datetime) -> None:
    first = first_snowflake(instant)
    assert first < first_snowflake(instant + MILLISECOND)
    assert (first >> 22) + 1_420_070_400_000 == to_ms(instant)


def test_a_known_snowflake_has_its_known_instant() -> None:
    sent_at = datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)
    assert first_snowflake(sent_at) >> 22 == 175_928_847_299_117_063 >> 22


async def test_the_database_gives_back_what_it_got(database: Database) -> None:
    kept = [NOW, from_ms(-1), from_ms(0), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)]
    days = [date(1, 1, 1), date(2026, 11, 20), date.max]
    async with database.reading() as connection:
        for instant in (*kept, None):
            assert await connection.scalar(select(literal(instant, Instant()))) == instant
        for day in (*days, None):
            assert await connection.scalar(select(literal(day, Day()))) == day


@given(discord_instants, st.integers(0, 2**22 - 1))
def test_an_id_tells_when_it_was_made(instant: datetime, number: int) -> None:
    kept = from_ms(to_ms(instant))
    assert instant_of(first_snowflake(instant) + number) == kept
    assert instant_of(first_snowflake(next_instant(kept))) == kept + MILLISECOND


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Zezima", "Zezima"),
        ("Zez\ud83d", "Zez\ufffd"),
        ("\udc00\ud83d\ude00!", "\ufffd\U0001f600!"),
        ("\U0001f600 \N{LATIN SMALL LETTER E WITH ACUTE}", "\U0001f600 \xe9"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_half_a_character_becomes_one_that_a_database_takes(told: str, kept: str) -> None:
    assert storable(told) == kept
    assert storable(kept) == kept
    storable(told).encode()
