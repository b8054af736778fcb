"""Nobody is called silent who showed life anywhere, or of whom not all was seen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from bot.clan.audit import Standing
from bot.clan.enforcement import Verdict
from bot.clan.linking import LinkPair
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.voice import VoiceState
from bot.services.chat import Backfill, Intake, Presence
from bot.services.game import Poll
from bot.services.people import Leaves, Links, Officer
from bot.services.review import InactivityReview, Review, verdicts_in
from tests.bot.services.contents import rows
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.past import Past
from tests.bot.services.talk import GENERAL, heard, spoken
from tests.bot.services.village import OFFICER, Village
from tests.storage.rows import DAY, HOUR, NOW, Place

USER, COMPANY, ROOM = 5, 77, 500
MINUTE = timedelta(minutes=1)
BOSSES = {"zulrah"}


@pytest.fixture
def review(village: Village) -> Review:
    return Review(village.database, village.clock)


@pytest.fixture
def presence(village: Village) -> Presence:
    return Presence(village.database, village.clock)


async def settle(
    village: Village,
    *,
    link: bool = True,
    rose: Mapping[str, tuple[float, float]] | None = None,
    **place: object,
) -> None:
    """Settle a member who is seen daily, does nothing and wrote last 36 days ago.

    `rose` are scores and kills as they were before and since ten days ago, by metric.
    """
    await village.settled({1: "One"}, **place)
    await village.called(USER, "Five")
    if link:
        await village.linked(1, USER)
        await village.wrote(USER, NOW - 36 * DAY)
    readings = []
    for days in range(120, -1, -1):
        now = {name: (ends[0] if days > 10 else ends[1]) for name, ends in (rose or {}).items()}
        readings.append(looked_at(NOW - days * DAY - HOUR, now))
    await village.looked(1, readings)
    await village.wrote(COMPANY, NOW - 365 * DAY)


async def look(village: Village, at: datetime, scores: Mapping[str, float]) -> None:
    """Have WOM look at the member, whose XP stays what it was."""
    await village.looked(1, [looked_at(at, scores)])


def looked_at(at: datetime, scores: Mapping[str, float]) -> MetricReading:
    """Return what WOM sees of the member."""
    values = {
        MetricKind.SKILL: {"overall": 9_000.0},
        MetricKind.BOSS: {name: score for name, score in scores.items() if name in BOSSES},
        MetricKind.ACTIVITY: {name: score for name, score in scores.items() if name not in BOSSES},
        MetricKind.COMPUTED: {"ehp": 0.09, "ehb": 1.0},
    }
    return MetricReading(at, values)


def judged(found: InactivityReview) -> tuple[str, tuple[str, ...]]:
    """Return on which of the lists the member stands, and why."""
    for name in ("sure", "cant_tell", "away_or_exempt"):
        for row in getattr(found.listed, name):
            return name, row.judgement.reasons
    return "none", ()


async def listed(village: Village, review: Review) -> tuple[str, tuple[str, ...]]:
    return judged(await review.inactive(village.clan))


async def verdict(village: Village, review: Review) -> Verdict:
    context = await review.context(village.clan, silence_only=True)
    (found,) = [each for each, count in verdicts_in(context).items() if count]
    return found


async def test_such_a_member_is_silent(village: Village, review: Review) -> None:
    await settle(village)
    assert (await listed(village, review))[0] == "sure"


@pytest.mark.parametrize(
    ("rose", "expected"),
    [
        ({"zulrah": (100, 101)}, Verdict.QUIET),
        ({"clue_scrolls_all": (30, 31)}, Verdict.QUIET),
        ({"clue_scrolls_all": (-1, 1)}, Verdict.QUIET),
        ({"last_man_standing": (900, 880)}, Verdict.SILENT),
        ({"clue_scrolls_all": (-1, 40)}, Verdict.QUIET),
        ({"zulrah": (-1, 40)}, Verdict.QUIET),
        ({"league_points": (-1, 40_000)}, Verdict.CANT_TELL),
        ({"league_points": (10_000, 40_000)}, Verdict.CANT_TELL),
        ({"grid_points": (10, 40)}, Verdict.CANT_TELL),
        ({"league_points": (10_000, 40_000), "clue_scrolls_all": (30, 31)}, Verdict.QUIET),
    ],
)
async def test_a_score_that_rose_is_life_and_a_seasonal_one_life_elsewhere(
    village: Village,
    review: Review,
    rose: Mapping[str, tuple[float, float]],
    expected: Verdict,
) -> None:
    await settle(village, rose=rose)
    assert await verdict(village, review) is expected


async def test_where_they_play_instead_is_said(village: Village, review: Review) -> None:
    await settle(village, rose={"league_points": (10_000, 40_000)})
    assert await listed(village, review) == (
        "cant_tell",
        ("game: playing elsewhere: League Points rose",),
    )


async def test_what_rose_since_is_no_life_of_then(village: Village, review: Review) -> None:
    await settle(village, rose={"clue_scrolls_all": (30, 31)})
    village.clock.now = NOW - 12 * DAY
    found = await review.context(village.clan, silence_only=True)
    (profile,) = found.profiles
    assert profile.window(30).scores == ()


async def sat(village: Village, presence: Presence, *days_ago: int) -> None:
    """Have the member sit in voice with company on some evenings, and flush after each."""
    now = village.clock.now
    for days in days_ago:
        village.clock.now = now - days * DAY
        presence.sit(1, [VoiceState(USER, ROOM), VoiceState(COMPANY, ROOM)])
        village.clock.forward(30 * MINUTE)
        await presence.flush()
        presence.lose()
    village.clock.now = now
    village.clan = await village.changed()


async def test_who_is_in_voice_every_evening_is_active_and_who_was_once_is_quiet(
    village: Village, review: Review, presence: Presence
) -> None:
    await settle(village)
    await sat(village, presence, *range(60, 20, -1))
    assert await verdict(village, review) is Verdict.QUIET
    await sat(village, presence, *range(20, 0, -1))
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_who_reacts_or_uses_commands_is_not_silent(
    village: Village, review: Review, presence: Presence
) -> None:
    await settle(village)
    village.clock.now = NOW - 2 * DAY
    presence.show(1, USER)
    await presence.flush()
    village.clock.now = NOW
    village.clan = await village.changed()
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_voice_of_long_ago_protects_nobody(
    village: Village, review: Review, presence: Presence
) -> None:
    await settle(village)
    await sat(village, presence, 60, 50)
    assert await verdict(village, review) is Verdict.SILENT


@pytest.mark.parametrize(
    ("used", "away_days", "expected"),
    [
        (60, 5, Verdict.SILENT),
        (60, 7, Verdict.CANT_TELL),
        (100, 7, Verdict.SILENT),
        (None, 7, Verdict.SILENT),
    ],
)
async def test_voice_unobserved_makes_thin_only_those_who_used_it_lately(
    village: Village,
    presence: Presence,
    used: int | None,
    away_days: int,
    expected: Verdict,
) -> None:
    await settle(village)
    village.clock.now = NOW - 110 * DAY
    presence.sit(1, [])
    await presence.flush()
    village.clock.now = NOW
    if used is not None:
        await sat(village, presence, used)
    review = Review(village.database, village.clock)
    intake = Intake(village.database, village.known_clans, village.clock)
    backfill = Backfill(village.database, intake, village.clock, history_days=90)
    village.clan = await village.changed(listened_at=NOW - away_days * DAY)
    await backfill.catch_up(village.clan, Past(GENERAL))
    await intake.flush()
    assert await verdict(village, review) is expected
    if expected is Verdict.CANT_TELL:
        assert await listed(village, review) == (
            "cant_tell",
            ("chat: voice and reactions not seen 7 of 30 days",),
        )


async def test_so_is_the_time_before_it_was_kept_and_a_clan_that_keeps_none_is_judged_without(
    village: Village, review: Review, presence: Presence
) -> None:
    await settle(village)
    await sat(village, presence, 50, 40)
    await village.changed(presence_from=NOW - 20 * DAY)
    village.clan = await village.changed()
    assert await verdict(village, review) is Verdict.CANT_TELL
    await presence.keep(village.clan, is_kept=False)
    village.clan = await village.changed()
    assert await verdict(village, review) is Verdict.SILENT


async def test_days_in_voice_are_days_with_messages_for_officers(
    village: Village, review: Review, presence: Presence
) -> None:
    await settle(village, role="owner")

    async def standing() -> Standing:
        (row,) = (await review.audit(village.clan)).audit.officers
        return row.standing

    assert await standing() is Standing.AWOL
    await sat(village, presence, *range(9, 0, -1))
    assert await standing() is not Standing.AWOL


async def test_a_member_marked_as_having_no_discord_is_judged_by_the_game_and_the_bridge(
    village: Village, review: Review
) -> None:
    await settle(village, link=False, has_no_discord=True)
    assert (await listed(village, review))[0] == "sure"
    intake = Intake(village.database, village.known_clans, village.clock)
    await intake.store(village.clan, [spoken(1, "One", NOW - 3 * DAY)])
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_what_was_not_heard_is_held_against_nobody_without_discord(
    village: Village, review: Review
) -> None:
    await settle(village, link=False, has_no_discord=True)
    await village.changed(listened_at=NOW - 20 * DAY)
    assert await verdict(village, review) is Verdict.CANT_TELL


@pytest.mark.parametrize(
    ("joined_at", "reason"),
    [
        (None, "when they joined is unknown"),
        (NOW + 3 * DAY, "the day they joined lies ahead, so it must be wrong"),
    ],
)
async def test_a_day_of_joining_that_is_unknown_or_ahead_puts_on_the_second_list(
    village: Village, review: Review, joined_at: datetime | None, reason: str
) -> None:
    await settle(village, joined_at=joined_at)
    assert await listed(village, review) == ("cant_tell", (reason,))


async def test_whoever_joined_after_the_day_that_is_looked_at_was_no_member_then(
    village: Village, review: Review
) -> None:
    await settle(village, joined_at=NOW - 100 * DAY)
    village.clock.now = NOW - 101 * DAY
    assert (await review.context(village.clan, silence_only=True)).profiles == ()


async def with_main(village: Village, main: Someone, role: str = "member") -> tuple[Poll, Group]:
    """Have the member be the alt of somebody whose main account left the clan; return the poll."""
    await village.known_clans.join_group(village.clan, GROUP_ID, "Iron Cabbage")
    village.clan = await village.changed()
    alt = Someone(1, "One", role, updated_at=NOW - HOUR, xp=9_000, bosses={})
    group = Group(alt)
    group.outside[2] = main
    poll = Poll(village.database, client_of(group), village.clock)
    await settle(village)
    await village.settled({2: "Main"}, left_at=NOW - 60 * DAY)
    await village.linked(2, USER, is_main=True)
    return poll, group


async def test_a_main_account_that_left_and_plays_daily_keeps_its_alt_active(
    village: Village, review: Review
) -> None:
    main = Someone(2, "Main", xp=50_000_000)
    poll, _ = await with_main(village, main)
    for days in range(40, 0, -1):
        village.clock.now = NOW - days * DAY
        main.rises(village.clock.now - HOUR, xp=500_000)
        await poll.poll(village.clan)
    village.clock.now = NOW
    assert await verdict(village, review) is Verdict.ACTIVE


async def test_one_that_stands_still_is_no_life_and_one_that_nobody_sees_is_unknown(
    village: Village, review: Review
) -> None:
    main = Someone(2, "Main", xp=50_000_000)
    poll, group = await with_main(village, main)
    assert await verdict(village, review) is Verdict.CANT_TELL
    for days in range(40, -1, -1):
        village.clock.now = NOW - days * DAY
        main.updated_at = village.clock.now
        await poll.poll(village.clan)
    assert [each for each in group.asked() if "players" in each]
    assert await verdict(village, review) is Verdict.SILENT


async def test_an_account_outside_that_cannot_be_read_fails_no_poll_and_is_a_doubt(
    village: Village, review: Review
) -> None:
    poll, group = await with_main(village, Someone(2, "Main"))
    group.answers["v2/players/id/2"] = httpx.Response(404, json={"message": "gone"})
    assert (await poll.poll(village.clan)).members == 1
    assert (await listed(village, review))[0] == "cant_tell"


async def test_a_key_that_is_not_known_is_asked_with_once_and_not_for_each_account_outside(
    village: Village,
) -> None:
    poll, group = await with_main(village, Someone(2, "Main"))
    group.outside[3] = Someone(3, "Second")
    await village.settled({3: "Second"}, left_at=NOW - 60 * DAY)
    await village.linked(3, USER)
    refusal = httpx.Response(403, json={"message": "Invalid API Key."})
    group.answers |= {"v2/players/id/2": refusal, "v2/players/id/3": refusal}
    await poll.poll(village.clan)
    assert sum(each.startswith("v2/players/id/") for each in group.asked()) == 1


async def test_bulk_answers_that_lack_a_member_leave_their_own_newest_look_to_count(
    village: Village, review: Review
) -> None:
    await village.known_clans.join_group(village.clan, GROUP_ID, "Iron Cabbage")
    village.clan = await village.changed()
    await settle(village)
    someone = Someone(1, "One", xp=5_009_000, updated_at=NOW - MINUTE, is_in_hiscores=False)
    poll = Poll(village.database, client_of(Group(someone)), village.clock)
    result = await poll.poll(village.clan)
    assert [each.name for each in result.failed] == ["One"]
    where, why = await listed(village, review)
    assert where == "cant_tell"
    assert why == ("game: WOM saw a gain 1 min ago that is not stored here yet",)


async def test_a_leave_for_a_player_whose_speaker_was_confirmed_first_is_the_players(
    village: Village, review: Review, place: Place
) -> None:
    await settle(village, link=False)
    intake = Intake(village.database, village.known_clans, village.clock)
    await intake.store(village.clan, [spoken(1, "Uno", NOW - 60 * DAY)])
    links = Links(village.database, village.clock)
    speaker = rows(place, "SELECT id FROM authors WHERE bridge_name = 'uno'")[0]
    pair = LinkPair(1, -speaker["id"])
    assert (await links.confirm(village.clan, pair, Officer(OFFICER))).refusal is None
    leaves = Leaves(village.database, village.clock)
    whom = await leaves.whom(village.clan, "One")
    assert whom is not None
    assert (whom.user_id, whom.player_id) == (None, 1)
    leave = await leaves.go(village.clan, whom, ("today", "2 weeks"), reason=None, by=OFFICER)
    assert leave.player_id == 1
    assert (await listed(village, review))[0] == "away_or_exempt"
    (listed_leave,) = (await leaves.listed(village.clan)).current
    assert listed_leave.player == "One"
    stored = rows(place, "SELECT discord_user_id, player_id FROM absences")
    assert [tuple(row.values()) for row in stored] == [(None, 1)]


async def test_somebody_known_by_the_name_of_a_visitor_alone_is_not_silent(
    village: Village, review: Review
) -> None:
    await village.settled({1: "Shadow"})
    for days in range(120, -1, -1):
        await village.seen(1, NOW - days * DAY - HOUR, 9_000)
    await village.wrote(COMPANY, NOW - 365 * DAY)
    await village.called(66, "Shadow")
    async with village.database.writing() as connection:
        await connection.exec_driver_sql(
            "UPDATE authors SET handle = 'visitor' WHERE name = 'Shadow'"
        )
    intake = Intake(village.database, village.known_clans, village.clock)
    visitor = heard(1, 66, NOW - 50 * DAY)
    mike = [heard(2 + n, 67, NOW - n * DAY) for n in range(30)]
    await intake.store(
        village.clan,
        [replace(visitor, name="Shadow"), *(replace(each, name="Mike") for each in mike)],
    )
    assert await listed(village, review) == (
        "cant_tell",
        ("chat: known by name only: no officer has confirmed it",),
    )
