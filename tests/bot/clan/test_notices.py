from bot.clan.notices import Notice


def test_a_short_notice_is_said_as_it_is() -> None:
    assert Notice(1, "hello").within(5) == "hello"


def test_a_long_notice_is_cut_and_seen_to_be() -> None:
    assert Notice(1, "hello world").within(6) == "hello\N{HORIZONTAL ELLIPSIS}"
