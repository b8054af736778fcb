from bot.clan.notices import (
    NewToOfficers,
    Notice,
    doubt_words,
    may_tell_officers,
    officers_words,
)
from tests.storage.rows import DAY, HOUR, NOW


def test_a_short_notice_is_said_as_it_is() -> None:
    assert Notice(1, "hello").within(5) == "hello"


def test_a_long_notice_is_cut_and_seen_to_be() -> None:
    assert Notice(1, "hello world").within(6) == "hello\N{HORIZONTAL ELLIPSIS}"


def test_officers_are_told_a_day_after_the_last_time_and_not_before() -> None:
    assert may_tell_officers(None, NOW)
    assert may_tell_officers(NOW - DAY, NOW)
    assert not may_tell_officers(NOW - 23 * HOUR, NOW)


def test_nothing_new_is_nothing_to_say() -> None:
    assert officers_words(NewToOfficers(waiting=5)) == ""


def test_what_is_new_is_named_with_what_to_do_and_names_are_no_markup() -> None:
    said = officers_words(
        NewToOfficers(
            ["a_b", "c"], 2, [f"New {number}" for number in range(12)], "Decide.", "Say hi."
        )
    )
    assert said.splitlines() == [
        "2 new claims waiting: a\\_b, c. Decide.",
        "12 newcomers wrote and nobody answered: "
        + ", ".join(f"New {number}" for number in range(10))
        + " and 2 more. Say hi.",
    ]
    (only,) = officers_words(NewToOfficers(newcomers=["New"])).splitlines()
    assert only.startswith("1 newcomer wrote and nobody answered: New.")


def test_a_roster_that_was_not_believed_is_told_with_the_doubt_and_what_to_do() -> None:
    said = doubt_words("Iron Cabbage", "it lost 200 of 300 members", "/clanstats status")
    assert said.startswith("Wise Old Man's roster of Iron Cabbage was not believed")
    assert "nothing was changed: it lost 200 of 300 members. Please look" in said
    assert said.endswith("leadership takes it over in `/clanstats status`.")
