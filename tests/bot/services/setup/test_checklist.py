"""The setup's checklist: what is done, what is doubtful, what is missing, and what to do next."""

from dataclasses import replace

from bot.clan.diagnosis import Severity, well
from bot.clan.posting import PostingChannel, PostingState, posting_finding
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.setup import Clan, Facts, checklist
from tests.storage.rows import NOW

ALL_WELL = Facts(channels=4, left_out=(), unreadable=(), sees_words=True)


def test_a_new_clan_lacks_its_group_and_its_roles(clan: Clan) -> None:
    lines = checklist(clan, ALL_WELL)
    assert lines.group.severity is Severity.FAULT
    assert lines.roles.severity is Severity.WARNING
    assert lines.channels == well("Counted channels", "4 of 4 channels counted")
    assert lines.questions.severity is Severity.OK


def test_a_group_is_done_when_it_was_read(clan: Clan) -> None:
    joined = replace(clan, wom_group_id=7)
    assert checklist(joined, ALL_WELL).group.severity is Severity.WARNING
    assert checklist(replace(joined, polled_at=NOW), ALL_WELL).group.severity is Severity.OK


def test_one_role_of_either_kind_is_enough(clan: Clan) -> None:
    for permissions in (
        replace(DEFAULT_PERMISSIONS, discord_officers=frozenset({1})),
        replace(DEFAULT_PERMISSIONS, discord_leadership=frozenset({1})),
    ):
        assert (
            checklist(replace(clan, permissions=permissions), ALL_WELL).roles.severity
            is Severity.OK
        )


def test_unreadable_channels_are_named_but_not_all_of_many(clan: Clan) -> None:
    unreadable = [f"hall-{number}" for number in range(7)]
    facts = replace(ALL_WELL, channels=9, left_out=["spam"], unreadable=unreadable)
    line = checklist(clan, facts).channels
    assert line.severity is Severity.WARNING
    assert line.words.startswith("1 of 9 channels counted, not #spam; #hall-0, #hall-1")
    assert line.words.endswith("and 2 more cannot be read")
    assert "Read Message History" in line.next_step


def test_no_channel_left_is_missing(clan: Clan) -> None:
    facts = replace(ALL_WELL, channels=1, left_out=["general"])
    assert checklist(clan, facts).channels.severity is Severity.FAULT


def test_every_channel_for_posts_has_its_line(clan: Clan) -> None:
    shut = PostingState(is_set=True, lacks=("Send Messages",))
    facts = replace(ALL_WELL, posting={PostingChannel.OFFICERS: shut})
    assert checklist(clan, facts).posting == (
        posting_finding(PostingChannel.REPORT, PostingState()),
        posting_finding(PostingChannel.NOTICES, PostingState()),
        posting_finding(PostingChannel.OFFICERS, shut),
    )


def test_a_zone_that_nobody_chose_is_not_ticked(clan: Clan) -> None:
    assert checklist(clan, ALL_WELL).zone.severity is Severity.WARNING
    assert checklist(replace(clan, zone_chosen=True), ALL_WELL).zone.severity is Severity.OK


def test_without_words_questions_are_doubtful(clan: Clan) -> None:
    line = checklist(clan, replace(ALL_WELL, sees_words=False)).questions
    assert line.severity is Severity.WARNING
    assert "Message Content" in line.next_step


def test_no_bridge_is_no_fault_but_one_that_cannot_be_heard_is(clan: Clan) -> None:
    assert checklist(clan, ALL_WELL).bridge.severity is Severity.OK
    declared = replace(ALL_WELL, bridges=["clan-chat"])
    assert checklist(clan, declared).bridge.words == (
        "#clan-chat counts for those who speak in the game"
    )
    for lost in (
        replace(declared, left_out=["clan-chat"]),
        replace(declared, unreadable=["clan-chat"]),
    ):
        assert checklist(clan, lost).bridge.severity is Severity.WARNING
    mute = checklist(clan, replace(declared, sees_words=False)).bridge
    assert mute.severity is Severity.FAULT
    assert "Message Content" in mute.next_step
