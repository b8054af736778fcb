from wom.pace import BLOCKED_S, LIMIT_WITH_KEY, LONGEST_S, MARGIN_S, WINDOW_S, Allowance, Pace


def taken_at_once(pace: Pace, now: float) -> int:
    """Count the slots that are free at `now`."""
    count = 0
    while pace.reserve(now) == 0:
        count += 1
    return count


def test_without_a_key_twenty_requests_pass_and_the_next_waits_for_the_window_to_end() -> None:
    pace = Pace(20)
    assert taken_at_once(pace, 1000.0) == 20
    assert pace.reserve(1000.0) == WINDOW_S + MARGIN_S
    assert pace.reserve(1030.0) == 31.0
    assert pace.reserve(1061.0) == 0


def test_whoever_stands_behind_leaves_a_fifth_of_the_window_to_the_others() -> None:
    pace = Pace(20)
    while pace.reserve(0.0, is_behind=True) == 0:
        pass
    assert pace.reserve(1.0, is_behind=True) == WINDOW_S + MARGIN_S - 1.0
    assert taken_at_once(pace, 1.0) == 4
    assert pace.reserve(61.0, is_behind=True) == 0


def test_with_a_key_a_hundred_pass() -> None:
    assert taken_at_once(Pace(LIMIT_WITH_KEY), 0.0) == 100


def test_a_window_begins_with_its_first_request_not_on_the_minute() -> None:
    pace = Pace(2)
    assert pace.reserve(10.0) == 0
    assert pace.reserve(50.0) == 0
    assert pace.reserve(50.0) == 21.0
    assert pace.reserve(500.0) == 0
    assert pace.reserve(500.0) == 0
    assert pace.reserve(500.0) == WINDOW_S + MARGIN_S


def test_waiting_takes_no_slot() -> None:
    pace = Pace(1)
    pace.reserve(0.0)
    for now in range(60):
        assert pace.reserve(float(now)) > 0
    assert taken_at_once(pace, 61.0) == 1


def test_the_wait_it_names_is_always_enough() -> None:
    pace = Pace(3)
    now = 0.1
    for _ in range(100):
        wait = pace.reserve(now)
        if wait:
            now += wait
            assert pace.reserve(now) == 0


def test_what_others_at_our_address_used_up_is_learned() -> None:
    pace = Pace(20)
    pace.reserve(0.0)
    pace.learn(0.5, 0.0, Allowance(limit=20, remaining=2, reset_s=30))
    assert taken_at_once(pace, 1.0) == 2
    assert pace.reserve(1.0) == 0.5 + 30 + MARGIN_S - 1.0


def test_their_count_does_not_forget_our_requests_under_way() -> None:
    pace = Pace(20)
    for _ in range(15):
        pace.reserve(0.0)
    pace.learn(0.5, 0.0, Allowance(limit=20, remaining=19, reset_s=60))
    assert taken_at_once(pace, 1.0) == 5


def test_their_limit_replaces_ours() -> None:
    pace = Pace(20)
    pace.reserve(0.0)
    pace.learn(0.0, 0.0, Allowance(limit=100, remaining=99, reset_s=60))
    assert taken_at_once(pace, 1.0) == 99


def test_a_limit_of_nothing_is_not_believed() -> None:
    pace = Pace(20)
    pace.reserve(0.0)
    pace.learn(0.0, 0.0, Allowance(limit=0, remaining=0, reset_s=9999))
    assert taken_at_once(pace, 1.0) == 19


def test_a_late_answer_to_a_request_of_an_earlier_window_teaches_nothing() -> None:
    pace = Pace(20)
    pace.reserve(0.0)
    pace.reserve(100.0)
    pace.learn(101.0, 0.0, Allowance(limit=20, remaining=0, reset_s=60))
    assert taken_at_once(pace, 101.0) == 19


def test_after_a_429_nothing_is_asked_until_it_says_so() -> None:
    pace = Pace(20)
    pace.reserve(0.0)
    pace.back_off(1.0, 30.0)
    assert pace.reserve(1.0) == 30.0 + MARGIN_S
    assert taken_at_once(pace, 32.0) == 19


def test_a_429_that_names_no_time_costs_a_whole_window() -> None:
    pace = Pace(20)
    pace.back_off(0.0, None)
    assert pace.reserve(0.0) == WINDOW_S + MARGIN_S


def test_a_shorter_429_does_not_shorten_a_longer_one() -> None:
    pace = Pace(20)
    pace.back_off(0.0, 300.0)
    pace.back_off(0.0, 5.0)
    assert pace.reserve(0.0) == 300.0 + MARGIN_S


def test_no_answer_keeps_us_quiet_for_longer_than_an_hour() -> None:
    told, learned = Pace(20), Pace(1)
    told.back_off(0.0, 9_999_999.0)
    assert told.reserve(0.0) == LONGEST_S + MARGIN_S == 3_601.0
    learned.reserve(0.0)
    learned.learn(0.5, 0.0, Allowance(limit=1, remaining=0, reset_s=9_999_999))
    assert learned.reserve(0.5) == 3_601.0


def test_a_block_lasts_a_day() -> None:
    pace = Pace(20)
    assert not pace.is_blocked(0.0)
    pace.block(5.0)
    assert pace.is_blocked(5.0)
    assert pace.is_blocked(4.0 + BLOCKED_S)
    assert not pace.is_blocked(5.0 + BLOCKED_S)


def test_what_is_left_is_what_may_still_be_asked() -> None:
    pace = Pace(3)
    assert pace.requests_left(0) == (3, 3)
    assert pace.reserve(0) == pace.reserve(1) == 0
    assert pace.requests_left(2) == (3, 1)
    pace.learn(2, 1, Allowance(limit=10, remaining=0, reset_s=30))
    assert pace.requests_left(3) == (10, 0)
    assert pace.requests_left(100) == (10, 10)


def test_nothing_is_left_while_we_are_told_to_be_quiet_or_to_go_away() -> None:
    quiet, blocked = Pace(3), Pace(3)
    quiet.back_off(0, 10)
    blocked.block(0)
    assert quiet.requests_left(9) == (3, 0)
    assert quiet.requests_left(80) == (3, 3)
    assert blocked.requests_left(1000) == (3, 0)


def taken(pace: Pace, now: float, asker: str, *, is_behind: bool = False, most: int = 1000) -> int:
    """Count how many slots somebody gets who asks again and again, at most so many."""
    count = 0
    while count < most and pace.reserve(now, is_behind=is_behind, asker=asker) == 0:
        count += 1
    return count


def test_who_asks_alone_has_the_whole_window() -> None:
    pace = Pace(100)
    assert taken(pace, 0.0, "1") == 100
    assert taken(pace, 61.0, "1") == 100


def test_who_had_a_tenth_of_the_window_leaves_slots_to_others_who_ask() -> None:
    pace = Pace(100)
    assert taken(pace, 0.0, "small", most=1) == 1
    assert taken(pace, 0.0, "large") == 90
    assert [taken(pace, 1.0, f"small {n}", most=2) for n in range(5)] == [2, 2, 2, 2, 1]
    # Of others it is known that they ask for as long as the next window.
    assert taken(pace, 61.0, "large") < 90
    assert taken(pace, 3000.0, "large") == 100


def test_what_those_in_front_needed_in_the_last_window_is_kept_for_them_in_the_next() -> None:
    pace = Pace(100)
    for clan in range(35):
        assert taken(pace, 0.0, str(clan), most=2) == 2
    assert taken(pace, 61.0, "backfill", is_behind=True) == 30
    for clan in range(35):
        assert taken(pace, 62.0, str(clan), most=2) == 2
    assert pace.reserve(63.0, asker="backfill", is_behind=True) > 0


def test_those_in_front_who_came_in_vain_are_kept_room_for_and_the_others_go_on_all_the_same() -> (
    None
):
    pace = Pace(100)
    for clan in range(400):
        pace.reserve(0.0, asker=str(clan))
    assert taken(pace, 61.0, "backfill", is_behind=True) == 5
    assert taken_at_once(pace, 61.0) == 95


def test_some_slots_are_left_for_who_comes_late_whatever_was_used() -> None:
    pace = Pace(100)
    for clan in range(15):
        taken(pace, 0.0, str(clan), most=2)
    assert taken(pace, 0.0, "backfill", is_behind=True) == 65
    assert taken(pace, 1.0, "late", most=10) == 5


def test_a_pace_that_hears_what_another_tells_goes_on_as_that_by_its_own_clock() -> None:
    pace, other = Pace(100), Pace(20)
    taken(pace, 10.0, "1", most=60)
    pace.back_off(12.0, 3.0)
    pace.block(12.0)
    other.load(pace.dump(1000.0), 500.0)
    assert other.is_blocked(513.0)
    assert other.reserve(513.0) == 3.0
    assert taken(other, 516.0, "1") == 40
    assert other.dump(500.0)["used"] == 100
    assert other.reserve(10.0 + 500.0 + WINDOW_S + MARGIN_S) == 0


def test_a_pace_that_hears_nothing_is_as_it_was() -> None:
    pace, fresh = Pace(20), Pace(20)
    fresh.load(Pace(20).dump(0.0), 0.0)
    assert taken_at_once(fresh, 5.0) == 20
    taken(pace, 5.0, "1", most=3)
    pace.load({}, 7.0)
    assert taken_at_once(pace, 5.0) == 17
