"""What one server misses has nobody else read again, and what is known of servers is bounded."""

from bot.services.chat.sessions import Sessions


def test_a_gap_in_one_server_is_none_in_another() -> None:
    sessions = Sessions()
    mine, theirs = sessions.of(1), sessions.of(2)
    for _ in range(100):
        sessions.end_in(1)
    assert not sessions.resume(1, mine)
    assert sessions.resume(2, theirs)
    assert set(sessions.listened) == {2}
    assert sessions.resume(1, sessions.of(1))


def test_after_a_lost_connection_everybody_begins_anew() -> None:
    sessions = Sessions()
    sessions.end_in(1)
    before = [sessions.of(1), sessions.of(2)]
    sessions.end()
    assert not any(sessions.resume(n + 1, number) for n, number in enumerate(before))
    assert not sessions.listened


def test_channels_are_followed_until_their_server_missed_anything() -> None:
    sessions = Sessions()
    sessions.follow(1, 10, sessions.of(1))
    sessions.follow(2, 20, sessions.of(2))
    assert sessions.followed(1, [10, 20]) == {10}
    old = sessions.of(1)
    sessions.end_in(1)
    sessions.follow(1, 10, old)
    assert sessions.followed(1, [10]) == set()
    assert sessions.followed(2, [20]) == {20}
    sessions.stop_following(2, 20)
    sessions.stop_following(3, 30)
    assert sessions.followed(2, [20]) == set()


def test_ten_thousand_channels_and_servers_leave_a_bounded_size() -> None:
    sessions = Sessions()
    for channel_id in range(10_000):
        sessions.follow(1, channel_id, sessions.of(1))
        sessions.followed(1, [0])  # somebody writes there all the time
    assert len(sessions._caught_up[1]) == 5_000
    assert sessions.followed(1, [0, 1, 9_999]) == {0, 9_999}
    for guild_id in range(20_000):
        sessions.resume(guild_id, sessions.of(guild_id))
        sessions.end_in(guild_id)
    assert len(sessions._anew) == 10_000
    assert not sessions._caught_up
    assert not sessions.listened
