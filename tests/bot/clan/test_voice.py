"""Time in voice counts with company alone."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clan.voice import VoiceState, by_quarter, quarter_of, talking

ANN, BOB, ROOM, HALL = 1, 2, 10, 20
NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("states", "who"),
    [
        ([], set()),
        ([VoiceState(ANN, ROOM)], set()),
        ([VoiceState(ANN, ROOM), VoiceState(BOB, HALL)], set()),
        ([VoiceState(ANN, ROOM), VoiceState(BOB, ROOM)], {ANN, BOB}),
        ([VoiceState(ANN, ROOM), VoiceState(BOB, ROOM, is_bot=True)], set()),
        ([VoiceState(ANN, ROOM), VoiceState(BOB, ROOM, is_deaf=True)], {ANN}),
        (
            [VoiceState(ANN, ROOM, is_deaf=True), VoiceState(BOB, ROOM, is_deaf=True)],
            set(),
        ),
        ([VoiceState(ANN, ROOM, is_afk=True), VoiceState(BOB, ROOM, is_afk=True)], set()),
    ],
)
def test_only_those_with_company_who_can_hear_it_talk(
    states: list[VoiceState], who: set[int]
) -> None:
    assert talking(states) == who


def test_a_span_is_cut_at_the_quarters() -> None:
    assert quarter_of(NOON + 14 * MINUTE) == NOON
    assert quarter_of(NOON + 15 * MINUTE) == NOON + 15 * MINUTE
    assert [*by_quarter(NOON + 10 * MINUTE, NOON + 31 * MINUTE)] == [
        (NOON, 5 * MINUTE),
        (NOON + 15 * MINUTE, 15 * MINUTE),
        (NOON + 30 * MINUTE, MINUTE),
    ]
    assert [*by_quarter(NOON, NOON)] == []
