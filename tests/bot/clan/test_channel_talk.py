"""A channel went quiet by a rule with words, and only where both periods were seen."""

from bot.clan.channel_talk import ChannelTalk, busiest, went_quiet


def test_a_channel_goes_quiet_where_a_quarter_at_most_is_left() -> None:
    talks = [
        ChannelTalk(1, "a", 5, 20),
        ChannelTalk(2, "b", 6, 20),
        ChannelTalk(3, "c", 0, 19),
        ChannelTalk(4, "d", 0, None),
        ChannelTalk(5, "e", 0, 90, is_gone=True),
        ChannelTalk(6, "f", 0, 50),
    ]
    assert [each.name for each in went_quiet(talks)] == ["f", "a"]
    assert [each.name for each in busiest(talks, 5)] == ["b", "a"]
