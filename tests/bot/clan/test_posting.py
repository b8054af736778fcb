"""Channels for posts: each says what belongs into it, and what keeps the bot from posting."""

import pytest

from bot.clan.diagnosis import Severity
from bot.clan.posting import PostingChannel, PostingState, posting_finding


@pytest.mark.parametrize("channel", PostingChannel)
def test_each_channel_is_called_one_thing_and_says_what_is_posted_there(
    channel: PostingChannel,
) -> None:
    assert channel.label.endswith("channel")
    assert channel.means.endswith(".")
    assert posting_finding(channel, PostingState()).about == channel.label


def test_without_a_notice_channel_nothing_is_missing_for_notices_can_be_copied() -> None:
    found = {each: posting_finding(each, PostingState()).severity for each in PostingChannel}
    assert found == {
        PostingChannel.REPORT: Severity.WARNING,
        PostingChannel.NOTICES: Severity.OK,
        PostingChannel.OFFICERS: Severity.WARNING,
    }


def test_a_missing_permission_is_named() -> None:
    lacks = PostingState(is_set=True, lacks=("View Channel", "Send Messages"))
    found = posting_finding(PostingChannel.OFFICERS, lacks)
    assert found.severity is Severity.FAULT
    assert found.next_step == (
        "Give the bot View Channel and Send Messages there, or choose another."
    )


def test_a_channel_that_is_gone_is_told_from_one_that_is_only_shut() -> None:
    gone = posting_finding(PostingChannel.REPORT, PostingState(is_set=True, is_there=False))
    assert (gone.severity, gone.words) == (
        Severity.FAULT,
        "it was deleted, or the bot cannot see it",
    )
    assert posting_finding(PostingChannel.REPORT, PostingState(is_set=True)).severity is Severity.OK


def test_charts_are_posted_in_the_report_channel_alone() -> None:
    assert [each for each in PostingChannel if each.has_charts] == [PostingChannel.REPORT]
