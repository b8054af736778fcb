"""The best times are those that most are there for; whom they miss was seen at other hours."""

import random

from bot.clan.event_times import PartOfDay, PersonHours, event_times, part_of_day

EVENING, NIGHT = 5 * 24 + 20, 5 * 24 + 3


def daily(name: str, *hours: int, weeks: int = 4) -> PersonHours:
    return PersonHours(name, {24 * day + hour: weeks for day in range(7) for hour in hours})


def test_a_time_suits_its_own_people_and_misses_those_of_other_hours() -> None:
    people = [daily("Ann", 19, 20), daily("Bob", 20, 21), daily("Cid", 3, 4)]
    best, *others = event_times(people, 4, 2)
    assert best.slot == (0, 19, 2)
    assert (best.suited, best.missed) == (("Ann", "Bob"), ("Cid",))
    assert [(each.part, each.people, each.suited, each.missed) for each in best.reach] == [
        (PartOfDay.NIGHT, 1, 0, 1),
        (PartOfDay.EVENING, 2, 2, 0),
    ]
    assert len(others) == 2
    assert event_times([], 4, 2) == ()


def test_whoever_was_hardly_seen_is_neither_suited_nor_missed() -> None:
    once = PersonHours("Dan", {NIGHT: 1})
    best = event_times([daily("Ann", 20), once], 8, 1)[0]
    assert best.missed == ()
    assert part_of_day(once) is None


def test_the_part_of_the_day_holds_most_of_somebody_s_hours() -> None:
    assert PartOfDay.EVENING.words == "18:00\N{EN DASH}24:00"
    assert part_of_day(daily("Ann", 23, 0, 1)) is PartOfDay.NIGHT
    assert part_of_day(daily("Ann", *range(24))) is None


def test_how_many_are_there_is_the_sum_of_their_shares_counted_slowly() -> None:
    chance = random.Random(14)  # noqa: S311 - a made-up clan
    people = [
        PersonHours(str(n), {chance.randrange(168): chance.randint(1, 8) for _ in range(20)})
        for n in range(30)
    ]
    for length in (1, 3, 12):
        slowly = [
            sum(
                max(each.weeks_by_hour.get((start + k) % 168, 0) for k in range(length)) / 8
                for each in people
            )
            for start in range(168)
        ]
        assert abs(event_times(people, 8, length)[0].around - max(slowly)) < 1e-9
