"""A key is the same for the same person on the same server, and tells neither id nor name."""

from bot.clan.forgotten import speaker_key, user_key

ME = 730_000_000_000_000_077


def test_a_user_has_one_key_on_each_server() -> None:
    assert user_key(1, ME) == user_key(1, ME)
    assert len({user_key(1, ME), user_key(2, ME), user_key(1, ME + 1)}) == 3
    assert str(ME) not in user_key(1, ME)


def test_a_speaker_is_the_same_in_whatever_letters() -> None:
    assert speaker_key(1, "Mossy Fox") == speaker_key(1, "mossy_fox")
    assert speaker_key(1, "Mossy Fox") != speaker_key(2, "Mossy Fox")
    assert speaker_key(1, str(ME)) != user_key(1, ME)
