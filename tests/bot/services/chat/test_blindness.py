"""Nobody is called silent, absent or slumped on what the bot neither heard nor read since."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.clan.audit import Standing
from bot.clan.enforcement import Verdict
from bot.clan.evidence import Blind
from bot.clan.policy import AlertKind
from bot.clan.spans import Span
from bot.services.chat import Backfill, Channels, Intake
from bot.services.review import Review, verdicts_in
from bot.services.view import ViewQuery, read_view
from storage import blind_spots, privacy
from tests.bot.services.past import Past
from tests.bot.services.talk import GENERAL, PVM, heard
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

LEADER, ANYBODY = 5, 77
GONE_FOR = 35 * DAY


@pytest.fixture
def review(village: Village) -> Review:
    return Review(village.database, village.clock)


@pytest.fixture
def intake(village: Village) -> Intake:
    return Intake(village.database, village.known_clans, village.clock)


@pytest.fixture
def backfill(village: Village, intake: Intake) -> Backfill:
    return Backfill(village.database, intake, village.clock, history_days=90)


@pytest.fixture(autouse=True)
async def quiet(village: Village) -> None:
    """Settle a linked leader who is well seen in the game, does nothing there, and wrote daily."""
    await village.settled({1: "One"}, role="owner")
    await village.called(LEADER, "Five")
    await village.linked(1, LEADER)
    days_ago = range(120, -1, -1)
    await village.seen_often(
        1, {NOW - days * DAY: 5_000 if days > 100 else 9_000 for days in days_ago}
    )
    await village.wrote(ANYBODY, NOW - 365 * DAY)
    await village.wrote(LEADER, *daily(100, 36))


def daily(first: int, last: int) -> list[datetime]:
    return [NOW - days * DAY for days in range(first, last - 1, -1)]


async def verdict(village: Village, review: Review) -> Verdict:
    counts = verdicts_in(await review.context(village.clan, silence_only=True))
    (found,) = [each for each, count in counts.items() if count]
    return found


async def reasons(village: Village, review: Review) -> Sequence[str]:
    found = await review.inactive(village.clan)
    return [words for row in found.listed.cant_tell for words in row.judgement.reasons]


def written(*at: datetime) -> Past:
    """Return a Discord past in which the leader wrote in the general channel."""
    past = Past(GENERAL, PVM)
    past.messages = [heard(9_000 + n, LEADER, when) for n, when in enumerate(at)]
    return past


async def test_somebody_silent_while_the_bot_listened_is_silent(
    village: Village, review: Review
) -> None:
    assert await verdict(village, review) is Verdict.SILENT
    found = await review.inactive(village.clan)
    assert [row.profile.main.name for row in found.listed.sure] == ["One"]


async def test_a_daily_writer_is_not_silent_for_the_weeks_in_which_no_bot_ran(
    village: Village, review: Review
) -> None:
    await village.changed(listened_at=NOW - GONE_FOR)
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: no chat seen in 30 days"]
    assert (await review.inactive(village.clan)).listed.sure == ()


async def test_nor_for_the_hours_since_a_process_ended(village: Village, review: Review) -> None:
    village.clan = await village.changed(listened_at=NOW - 5 * HOUR)
    assert await verdict(village, review) is Verdict.CANT_TELL
    found = await review.inactive(village.clan)
    assert await reasons(village, review) == ["chat: bot away 5 h of 30 days"]
    assert "bot away 5 h since Friday" in found.evidence


async def test_where_only_the_command_line_is_used_nobody_is_silent(
    village: Village, review: Review
) -> None:
    await village.changed(listened_at=None)
    assert await verdict(village, review) is Verdict.CANT_TELL


async def test_what_a_clan_held_since_long_says_of_listening_is_not_believed(
    village: Village, review: Review
) -> None:
    held = village.clan
    await village.changed(listened_at=NOW - GONE_FOR)
    assert (await review.inactive(held)).listed.sure == ()


async def test_while_the_gap_is_being_read_nobody_is_silent_and_afterwards_the_writer_wrote(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written(*daily(34, 1))
    told: list[Verdict] = []

    async def asked() -> None:
        await intake.flush()
        told.append(await verdict(village, review))

    past.between = asked
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert told[0] is Verdict.CANT_TELL
    assert Verdict.SILENT not in told
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_once_a_gap_without_messages_is_read_silence_is_silence_again(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    await backfill.catch_up(village.clan, written())
    assert await verdict(village, review) is Verdict.CANT_TELL
    await intake.flush()
    assert await verdict(village, review) is Verdict.SILENT


async def test_a_history_that_failed_leaves_its_gap_unread(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written(*daily(34, 1))

    async def fail() -> None:
        raise OSError("Discord is away")

    past.between = fail
    done = await backfill.catch_up(village.clan, past)
    assert done.missing == {each.discord_channel_id for each in (GENERAL, PVM)}
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == [
        f"chat: {each.name} not visible 30 of 30 days" for each in (GENERAL, PVM)
    ]


async def test_a_channel_that_was_read_and_is_shut_when_the_bot_is_back_is_an_unread_gap(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    await backfill.catch_up(village.clan, written(NOW - 40 * DAY))
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written(NOW - 40 * DAY, *daily(34, 1))
    past.closed = {GENERAL.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: general not visible 30 of 30 days"]
    past.closed = set()
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_a_channel_that_was_never_readable_is_no_gap(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written()
    past.closed = {PVM.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.SILENT


async def test_a_channel_that_is_left_out_is_no_gap_nor_are_its_threads(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    thread = PVM._replace(discord_channel_id=3, name="raids", parent_id=PVM.discord_channel_id)
    past = Past(GENERAL, PVM, thread)
    past.messages = [
        heard(9_000 + n, LEADER, NOW - 40 * DAY, channel_info)
        for n, channel_info in enumerate((PVM, thread))
    ]
    await backfill.catch_up(village.clan, past)
    village.clan = await village.changed(listened_at=NOW - DAY)
    past.closed = {PVM.discord_channel_id, thread.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    await Channels(village.database).leave_out(village.clan, [PVM])
    assert await verdict(village, review) is Verdict.SILENT


async def absences(village: Village) -> list[blind_spots.Blindness]:
    async with village.database.reading() as connection:
        return await blind_spots.blindness(connection, village.clan.clan_id, NOW - 90 * DAY)


async def test_an_absence_is_kept_from_last_heard_to_first_heard_again_and_read_with_its_history(
    village: Village, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written(*daily(34, 1))
    told: list[list[blind_spots.Blindness]] = []

    async def asked() -> None:
        told.append(await absences(village))

    past.between = asked
    await backfill.catch_up(village.clan, past)
    away = blind_spots.Blindness(None, NOW - GONE_FOR, NOW, "the bot was away")
    assert told[0] == [away]
    assert await absences(village) == [away._replace(is_read=True)]


async def test_an_absence_whose_threads_could_not_be_listed_stays_one_until_they_are_read(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written()
    past.knows_threads = False
    done = await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: no chat seen in 30 days"]
    village.clan = await village.changed()
    past.knows_threads = True
    await backfill.catch_up(village.clan, past, done.missing)
    await intake.flush()
    assert await verdict(village, review) is Verdict.SILENT


async def test_after_a_restart_its_threads_are_looked_for_since_it_began(
    village: Village, intake: Intake, backfill: Backfill
) -> None:
    village.clan = await village.changed(listened_at=NOW - GONE_FOR)
    past = written()
    past.knows_threads = False
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    village.clan = await village.changed()
    assert village.clan.listened_at == NOW
    past.since.clear()
    restarted = Intake(village.database, village.known_clans, village.clock)
    again = Backfill(village.database, restarted, village.clock, history_days=90)
    await again.catch_up(village.clan, past)
    assert past.since == [NOW - GONE_FOR] * 2


async def test_a_server_that_threw_the_bot_out_is_not_listened_to_while_it_goes_on_elsewhere(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    await backfill.catch_up(village.clan, written())
    await intake.flush()
    intake.end_session_in(village.clan.guild_id)
    village.clock.forward(20 * DAY)
    await village.seen_often(1, {NOW + days * DAY: 9_000 for days in range(1, 21)})
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: bot away 20 of 30 days"]


async def test_a_channel_lost_makes_thin_only_those_who_wrote_there(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    past = Past(GENERAL, PVM)
    past.messages = [
        heard(1, LEADER, NOW - 36 * DAY),
        heard(2, ANYBODY, NOW - 50 * DAY, PVM),
    ]
    await backfill.catch_up(village.clan, past)
    village.clan = await village.changed(listened_at=NOW - 10 * DAY)
    past.closed = {PVM.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.SILENT
    await village.wrote(LEADER, NOW - 45 * DAY, channel_info=PVM)
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: pvm not visible 10 of 30 days"]


async def test_so_do_its_threads(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    thread = PVM._replace(discord_channel_id=3, name="raids", parent_id=PVM.discord_channel_id)
    past = Past(GENERAL, PVM, thread)
    past.messages = [
        heard(1, LEADER, NOW - 40 * DAY, thread),
        heard(2, ANYBODY, NOW - 50 * DAY, PVM),
    ]
    await backfill.catch_up(village.clan, past)
    village.clan = await village.changed(listened_at=NOW - 10 * DAY)
    past = Past(GENERAL, PVM)
    past.closed = {PVM.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL


@pytest.mark.parametrize(
    ("viewers", "then"),
    [
        (None, Verdict.CANT_TELL),
        (frozenset({LEADER, ANYBODY}), Verdict.CANT_TELL),
        (frozenset({ANYBODY}), Verdict.SILENT),
        (frozenset(), Verdict.SILENT),
    ],
)
async def test_a_channel_never_readable_makes_thin_those_members_who_can_write_there(
    village: Village, review: Review, viewers: frozenset[int] | None, then: Verdict
) -> None:
    intake = Intake(village.database, village.known_clans, village.clock)
    backfill = Backfill(village.database, intake, village.clock, history_days=90)
    secret = PVM._replace(is_readable=False, viewers=viewers)
    past = Past(GENERAL, secret)
    past.closed = {secret.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is then
    if then is Verdict.CANT_TELL:
        assert await reasons(village, review) == ["chat: pvm not visible 30 of 30 days"]
    village.clan = await village.changed()
    opened = Past(GENERAL, PVM)
    await backfill.catch_up(village.clan, opened)
    await intake.flush()
    assert await verdict(village, review) is Verdict.SILENT


async def test_until_it_is_left_out_or_gone(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    secret = PVM._replace(is_readable=False, viewers=None)
    past = Past(GENERAL, secret)
    past.closed = {secret.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    await intake.flush()
    channels = Channels(village.database)
    assert await verdict(village, review) is Verdict.CANT_TELL
    await channels.leave_out(village.clan, [secret])
    assert await verdict(village, review) is Verdict.SILENT
    await channels.leave_out(village.clan, [])
    assert await verdict(village, review) is Verdict.CANT_TELL
    await channels.forget_deleted(village.clan, secret.discord_channel_id)
    assert await verdict(village, review) is Verdict.SILENT


async def test_who_opted_out_is_not_noted_as_one_who_can_write_somewhere(
    village: Village, backfill: Backfill
) -> None:
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, ANYBODY, NOW)
    secret = PVM._replace(is_readable=False, viewers=frozenset({LEADER, ANYBODY}))
    past = Past(GENERAL, secret)
    past.closed = {secret.discord_channel_id}
    await backfill.catch_up(village.clan, past)
    async with village.database.reading() as connection:
        (hidden,) = await blind_spots.hidden_channels(connection, village.clan.clan_id)
    assert hidden.viewers == frozenset({LEADER})


async def test_a_channel_that_is_found_gone_while_it_is_read_is_no_gap(
    village: Village, review: Review, intake: Intake, backfill: Backfill
) -> None:
    past = Past(GENERAL, PVM)
    past.messages = [heard(1, LEADER, NOW - 40 * DAY, PVM)]
    await backfill.catch_up(village.clan, past)
    village.clan = await village.changed(listened_at=NOW - 10 * DAY)
    past.closed = {PVM.discord_channel_id}
    done = await backfill.catch_up(village.clan, past)
    await intake.flush()
    assert await verdict(village, review) is Verdict.CANT_TELL
    past.gone = {PVM.discord_channel_id}
    assert (await backfill.catch_up(village.clan, past, done.missing)).missing == frozenset()
    assert await verdict(village, review) is Verdict.SILENT


async def test_an_officer_is_not_awol_and_a_leader_does_not_slump_in_what_was_not_heard(
    village: Village, review: Review
) -> None:
    async def told() -> tuple[Standing, list[AlertKind]]:
        (row,) = (await review.audit(village.clan)).audit.officers
        return row.standing, [each.kind for each in (await review.alerts(village.clan)).alerts]

    assert await told() == (Standing.AWOL, [AlertKind.SLUMP])
    await village.changed(listened_at=NOW - HOUR)
    assert await told() == (Standing.CANT_TELL, [])


async def test_the_days_left_in_chat_are_unknown_and_not_run_out_while_a_gap_is_unread(
    village: Village, review: Review
) -> None:
    found = await review.standing(village.clan, 1)
    assert found is not None
    assert (found.slack.days, found.slack.chat_days, found.slack.not_judged) == (0, 0, None)
    await village.changed(listened_at=NOW - GONE_FOR)
    found = await review.standing(village.clan, 1)
    assert found is not None
    assert (found.slack.game_days, found.slack.chat_days, found.slack.days) == (0, None, None)
    assert found.slack.not_judged == "chat: no chat seen in 30 days"


async def test_another_clans_listening_says_nothing_of_this_one(village: Village) -> None:
    other = await village.known_clans.found(2, "Others")
    span = Span(NOW - DAY, NOW)
    async with village.database.reading() as connection:
        query = ViewQuery(NOW, frozenset({1}))
        ours = await read_view(connection, village.clan, query)
        theirs = await read_view(connection, other, query)
    assert (ours.blind(span), theirs.blind(span)) == ((), (Blind(span),))


async def test_while_the_words_of_a_bridge_are_not_told_nobody_is_silent(
    village: Village, review: Review, backfill: Backfill
) -> None:
    past = written()
    past.messages = [heard(9_500, LEADER, NOW - DAY, PVM)]
    past.wordless = {PVM.discord_channel_id}
    village.clan = await village.changed(listened_at=NOW - 3 * DAY)
    done = await backfill.catch_up(village.clan, past)
    assert done.missing == frozenset()
    village.clan = await village.changed(listened_at=NOW)
    assert await verdict(village, review) is Verdict.CANT_TELL
    assert await reasons(village, review) == ["chat: pvm not visible 3 of 30 days"]
    async with village.database.reading() as connection:
        gaps = await blind_spots.blindness(connection, village.clan.clan_id, NOW - 30 * DAY)
    (gap,) = [each for each in gaps if each.channel]
    assert (gap.channel, gap.started_at, gap.ended_at) == ("pvm", NOW - 3 * DAY, None)
    past.wordless = set()
    await backfill.catch_up(village.clan, past)
    async with village.database.reading() as connection:
        gaps = await blind_spots.blindness(connection, village.clan.clan_id, NOW - 30 * DAY)
    assert [each for each in gaps if each.channel] == []
    assert await verdict(village, review) is Verdict.ACTIVE
