"""Decisions are kept once, judged by what is so now; what happened in the game ends them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bot.clan.cases import CaseEntry, CaseKind, CaseState, Life, Move
from bot.clan.policy import DEFAULT_POLICY, changed
from bot.services.game import Poll
from bot.services.ops import REFUSED, Outcome, poll_clan
from bot.services.review import CaseAction, Cases, Decided, Judged, Suggestion, Unsuggested
from bot.services.setup import Clan, Clans, Policies
from storage import players
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, rows
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.village import Village, judged_by
from tests.storage.rows import DAY, HOUR, NOW, Place

ANN, BOB = 1001, 1002
PROMOTION, INACTIVITY = CaseKind.PROMOTION, CaseKind.INACTIVITY
NEXT_RANKS = {"prospector": "member", "member": "administrator"}
APPROVED = ["open", "approved"]


@dataclass
class Judges:
    """Suggests every member for the next rank and for removal, but for those who show life.

    `mains` are the main accounts of alts; `is_broken` fails when asked for life.
    """

    village: Village
    mains: dict[int, int] = field(default_factory=dict)
    is_broken: bool = False
    life: dict[int, Life] = field(default_factory=dict)
    asked: list[int | None] = field(default_factory=list)

    async def suggestions(
        self, clan: Clan, kind: CaseKind, player_ids: Sequence[int], days: int | None = None
    ) -> Judged:
        self.asked.append(days)
        async with self.village.database.reading() as connection:
            places = {
                each.player_id: each for each in await players.places(connection, clan.clan_id)
            }
        return Judged(tuple(self._suggested(places, kind, each) for each in player_ids))

    def _suggested(
        self, places: Mapping[int, players.MemberRow], kind: CaseKind, player_id: int
    ) -> Suggestion | Unsuggested:
        main = self.mains.get(player_id, player_id)
        place = places.get(main)
        if place is None:
            return Unsuggested(None, "They are not a member any more.")
        if player_id in self.life:
            return Unsuggested(place.name, f"They {self.life[player_id].words}.")
        target = NEXT_RANKS[place.role] if kind is PROMOTION else None
        numbers = (f"4 messages until {self.village.clock():%d %b}",)
        return Suggestion(main, place.name, place.role, target, numbers, 1)

    async def living(self, clan: Clan) -> Mapping[int, Life]:
        if self.is_broken:
            raise RuntimeError(clan.name)
        return self.life


@pytest.fixture
def judges(village: Village) -> Judges:
    return Judges(village)


@pytest.fixture
def cases(database: Database, judges: Judges, clock: Clock) -> Cases:
    return Cases(database, judges, clock)


@pytest.fixture(autouse=True)
async def people(village: Village) -> None:
    await village.settled({1: "Mossy Fox", 2: "Pure Gnome", 3: "Old Whale"})


async def press(  # noqa: PLR0913 - all of a press
    cases: Cases,
    village: Village,
    move: Move,
    seen: int = 0,
    *,
    who: int = ANN,
    kind: CaseKind = PROMOTION,
    player_id: int = 1,
    why: str = "",
) -> Decided:
    made = CaseAction(kind, player_id, move, seen)
    return await cases.decide(village.clan, made, who, why=why)


async def states(cases: Cases, village: Village, player_id: int = 1) -> list[list[str]]:
    found = await cases.of_person(village.clan, player_id)
    return [[entry.state for entry in each.case.history] for each in found]


async def left(village: Village, player_id: int) -> None:
    async with village.database.writing() as connection:
        await players.take_out(connection, village.clan.clan_id, [player_id], village.clock())


async def test_the_first_press_opens_a_case_with_the_numbers_of_the_moment(
    cases: Cases, village: Village
) -> None:
    decided = await press(cases, village, Move.NOT_YET, why=" too new ")
    assert (decided.name, decided.refusal) == ("Mossy Fox", None)
    case = decided.case
    assert case is not None
    assert (case.role, case.target, case.policy_version) == ("member", "administrator", 1)
    assert case.history == (
        CaseEntry(Move.OPEN, CaseState.OPEN, None, NOW, numbers=("4 messages until 20 Nov",)),
        CaseEntry(Move.NOT_YET, CaseState.NOT_YET, ANN, NOW, "too new", NOW + 30 * DAY),
    )
    assert await cases.standing(village.clan) == ((case, "Mossy Fox"),)


async def test_later_decisions_have_their_own_numbers(
    cases: Cases, village: Village, clock: Clock
) -> None:
    await press(cases, village, Move.NOTICE, kind=INACTIVITY)
    clock.now = NOW + 14 * DAY
    decided = await press(cases, village, Move.APPROVE, 2, kind=INACTIVITY, who=BOB)
    assert decided.case is not None
    assert decided.case.last.numbers == ("4 messages until 04 Dec",)


async def test_the_limit_that_was_asked_for_is_asked_for_again(
    cases: Cases, village: Village, judges: Judges
) -> None:
    await cases.decide(village.clan, CaseAction(INACTIVITY, 1, Move.NOTICE, 0, 14), ANN)
    assert judges.asked == [14]


@pytest.mark.parametrize("move", [Move.APPROVE, Move.NOT_YET, Move.DISMISS, Move.CLOSE])
async def test_two_officers_at_the_same_moment_decide_once(
    cases: Cases, village: Village, move: Move
) -> None:
    both = await asyncio.gather(
        press(cases, village, move, who=ANN, why="because"),
        press(cases, village, Move.APPROVE, who=BOB),
    )
    refused = [each for each in both if each.refusal is not None]
    assert len(refused) == 1
    assert (refused[0].refusal or "").endswith("Look at it again.")
    assert refused[0].by in {ANN, BOB}
    assert len((await states(cases, village))[0]) == 2
    assert len(await states(cases, village)) == 1


@pytest.mark.parametrize("move", [Move.APPROVE, Move.CLOSE])
async def test_one_officer_s_double_press_does_it_once(
    cases: Cases, village: Village, move: Move
) -> None:
    both = await asyncio.gather(*(press(cases, village, move, why="because") for _ in range(3)))
    told = sorted(each.refusal or "" for each in both)
    assert told[0] == ""
    assert all("already" in each for each in told[1:])
    assert len(await states(cases, village)) == 1


async def test_whoever_is_not_suggested_any_more_gets_no_case(
    cases: Cases, village: Village, judges: Judges, place: Place
) -> None:
    judges.life[1] = Life(NOW + HOUR, "wrote 3 messages")
    before = contents(place)
    decided = await press(cases, village, Move.NOTICE, kind=INACTIVITY)
    assert decided == Decided("Mossy Fox", None, "They wrote 3 messages.")
    assert contents(place) == before


async def test_about_nobody_of_this_clan_nothing_is_decided(
    cases: Cases, village: Village, known_clans: Clans, place: Place
) -> None:
    other = await known_clans.found(2, "Others")
    before = contents(place)
    unknown = await press(cases, village, Move.APPROVE, player_id=77)
    assert unknown.name is None
    assert "not in the clan any more" in (unknown.refusal or "")
    elsewhere = await cases.decide(other, CaseAction(PROMOTION, 1, Move.APPROVE), ANN)
    assert (elsewhere.name, elsewhere.case) == (None, None)
    assert contents(place) == before


async def test_who_left_since_the_card_was_drawn_is_told_and_the_case_ends(
    cases: Cases, village: Village
) -> None:
    await press(cases, village, Move.NOTICE, kind=INACTIVITY)
    await left(village, 1)
    decided = await press(cases, village, Move.APPROVE, 2, kind=INACTIVITY)
    assert decided.name == "Mossy Fox"
    assert "not in the clan any more" in (decided.refusal or "")
    assert await states(cases, village) == [["open", "noticed", "done"]]
    assert await cases.standing(village.clan) == ()
    assert [each.name for each in await cases.closed(village.clan, 5)] == ["Mossy Fox"]


async def test_a_card_that_shows_an_older_state_is_refused(cases: Cases, village: Village) -> None:
    await press(cases, village, Move.APPROVE)
    for seen in (0, 1):
        late = await press(cases, village, Move.NOT_YET, seen, who=BOB, why="no")
        assert late.refusal is not None
        assert "Somebody else approved this" in late.refusal
        assert late.by == ANN
        assert late.case is not None
        assert late.case.state is CaseState.APPROVED


async def test_a_second_officer_agrees_or_takes_it_back(
    cases: Cases, village: Village, database: Database, clock: Clock
) -> None:
    strict = changed(DEFAULT_POLICY, cases={"second_officer": True, "not_yet_days": 7})
    await judged_by(Policies(database, clock), village.clan, strict)
    await press(cases, village, Move.APPROVE)
    alone = await press(cases, village, Move.APPROVE, 2)
    assert alone.refusal == "You approved this; now a second officer has to agree."
    agreed = await press(cases, village, Move.APPROVE, 2, who=BOB)
    assert agreed.case is not None
    assert agreed.case.state is CaseState.APPROVED
    back = await press(cases, village, Move.REOPEN, 3, who=BOB)
    assert back.refusal is None
    put_off = await press(cases, village, Move.NOT_YET, 4, why="we talked")
    assert put_off.case is not None
    assert put_off.case.until_at == NOW + 7 * DAY


async def test_what_somebody_closed_can_be_reopened_but_not_beside_another(
    cases: Cases, village: Village, clock: Clock
) -> None:
    await press(cases, village, Move.CLOSE, why="a mistake")
    again = await press(cases, village, Move.REOPEN, 2, who=BOB)
    assert again.refusal is None
    assert await states(cases, village) == [["open", "closed", "open"]]
    await press(cases, village, Move.CLOSE, 3, why="no mistake")
    clock.now = NOW + HOUR
    await press(cases, village, Move.APPROVE)
    refused = await press(cases, village, Move.REOPEN, 4)
    assert refused.refusal is not None
    assert await states(cases, village) == [["open", "closed", "open", "closed"], APPROVED]
    nothing = await press(cases, village, Move.REOPEN, player_id=2)
    assert nothing.refusal == "There is no case of that kind to reopen."


@pytest.mark.only_sqlite("a trigger in its words plays the other process")
async def test_what_another_process_wrote_first_is_the_same_clear_word(
    cases: Cases, village: Village, database: Database, place: Place
) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql(
            "CREATE TRIGGER other BEFORE INSERT ON cases BEGIN INSERT INTO cases "
            "(clan_id, player_id, kind, state, role, policy_version) "
            "VALUES (NEW.clan_id, NEW.player_id, NEW.kind, 'open', 'member', 1); END"
        )
    decided = await press(cases, village, Move.APPROVE)
    assert decided == Decided(
        "Mossy Fox", None, "Somebody else decided on this at the same moment. Look at it again."
    )
    assert rows(place, "SELECT * FROM cases") == []


async def test_a_person_s_other_account_became_the_main_one_since_the_card_was_drawn(
    cases: Cases, village: Village, judges: Judges
) -> None:
    await village.settled({2: "Pure Gnome"}, role="prospector")
    judges.mains = {1: 2}
    decided = await press(cases, village, Move.APPROVE)
    assert (decided.name, decided.refusal) == ("Pure Gnome", None)
    assert decided.case is not None
    assert decided.case.player_id == 2
    await press(cases, village, Move.NOTICE, kind=INACTIVITY, player_id=2)
    judges.mains = {2: 1}
    goes_on = await press(cases, village, Move.APPROVE, 2, kind=INACTIVITY, player_id=2)
    assert (goes_on.name, goes_on.refusal) == ("Pure Gnome", None)


async def test_what_the_game_shows_ends_cases_and_the_rest_stays(
    cases: Cases, village: Village, judges: Judges, clock: Clock
) -> None:
    await press(cases, village, Move.APPROVE)
    await press(cases, village, Move.APPROVE, player_id=2)
    for player_id, move in ((1, Move.NOTICE), (2, Move.APPROVE), (3, Move.SNOOZE)):
        await press(cases, village, move, kind=INACTIVITY, player_id=player_id)
    assert await cases.after_poll(village.clan) == ()
    clock.now = NOW + HOUR
    await village.settled({1: "Mossy Fox"}, role="administrator")
    await left(village, 2)
    judges.life[1] = Life(NOW + HOUR, "wrote 3 messages")
    ended = await cases.after_poll(village.clan)
    assert [(each.name, each.case.kind, each.case.last.why) for each in ended] == [
        ("Mossy Fox", PROMOTION, "now Administrator"),
        ("Pure Gnome", PROMOTION, "left the clan"),
        ("Mossy Fox", INACTIVITY, "active again: wrote 3 messages"),
        ("Pure Gnome", INACTIVITY, "left the clan"),
    ]
    assert [each.case.state for each in ended] == ["done", "closed", "closed", "done"]
    assert [each.name for each in await cases.standing(village.clan)] == ["Old Whale"]
    assert await cases.after_poll(village.clan) == ()
    clock.now = NOW + 15 * DAY
    assert await cases.after_poll(village.clan) == ()
    assert await states(cases, village, 3) == [["open", "snoozed", "open"]]
    newest = [each.case.last.at for each in await cases.closed(village.clan, 9)]
    assert newest == 4 * [NOW + HOUR]


async def test_a_cooldown_that_is_over_ends_and_another_case_may_begin(
    cases: Cases, village: Village, clock: Clock
) -> None:
    await press(cases, village, Move.NOT_YET, why="too new")
    clock.now = NOW + 30 * DAY
    assert (await press(cases, village, Move.APPROVE)).refusal is None
    assert await states(cases, village) == [["open", "not yet", "closed"], APPROVED]


async def test_where_nothing_is_decided_a_poll_asks_nobody(
    cases: Cases, village: Village, judges: Judges
) -> None:
    judges.is_broken = True
    assert await cases.after_poll(village.clan) == ()
    await press(cases, village, Move.APPROVE)
    assert await cases.after_poll(village.clan) == ()


async def test_only_a_poll_that_was_believed_ends_cases_and_says_how_many(
    cases: Cases, village: Village, judges: Judges, clock: Clock
) -> None:
    clan = await village.changed(wom_group_id=GROUP_ID)
    others = {number: Someone(number) for number in range(10, 20)}
    group = Group(Someone(1, "Mossy Fox"), Someone(2), Someone(3), *others.values())
    poll = Poll(village.database, client_of(group), clock)

    async def polled() -> Outcome:
        clock.now += HOUR
        outcome = Outcome()
        await poll_clan(poll, cases, clan, outcome)
        return outcome

    assert "cases_ended" not in (await polled()).detail
    await press(cases, village, Move.APPROVE, kind=INACTIVITY)
    judges.is_broken = True
    await press(cases, village, Move.NOTICE, kind=INACTIVITY, player_id=2)
    with pytest.raises(RuntimeError):
        await polled()
    judges.is_broken = False
    gone = {number: group.members.pop(number) for number in (1, 10, 11, 12, 13, 14)}
    doubted = await polled()
    assert doubted.outcome == REFUSED
    standing = [each.case.state for each in await cases.standing(clan)]
    assert standing == [CaseState.APPROVED, CaseState.NOTICED]
    group.members |= {number: each for number, each in gone.items() if number != 1}
    assert (await polled()).detail["cases_ended"] == 1
    (ended,) = await cases.of_person(clan, 1)
    assert ended.case.state is CaseState.DONE


async def decided_at_once(
    cases: Cases, village: Village, *player_ids: int, move: Move = Move.APPROVE, seen: int = 0
) -> tuple[Decided, ...]:
    actions = [CaseAction(PROMOTION, each, move, seen) for each in player_ids]
    return await cases.decide_many(village.clan, actions, ANN, why="all of them")


async def test_several_are_decided_at_once_and_what_one_is_refused_stops_no_other(
    cases: Cases, village: Village, judges: Judges
) -> None:
    await press(cases, village, Move.APPROVE, player_id=2, who=BOB)
    judges.life[3] = Life(NOW, "are not suggested any more")
    found = await decided_at_once(cases, village, 1, 2, 3, 77)
    assert [each.name for each in found] == ["Mossy Fox", "Pure Gnome", "Old Whale", None]
    assert [each.refusal is None for each in found] == [True, False, False, False]
    assert "Somebody else approved this" in (found[1].refusal or "")
    assert (found[1].by, found[2].refusal) == (BOB, "They are not suggested any more.")
    assert judges.asked == [None, None]
    assert [await states(cases, village, each) for each in (1, 2, 3)] == [
        [APPROVED],
        [APPROVED],
        [],
    ]
    case = found[0].case
    assert case is not None
    assert case in [each.case for each in await cases.standing(village.clan)]


async def test_cases_of_both_kinds_are_decided_in_one_transaction_and_one_read_of_each_kind(
    cases: Cases, village: Village, judges: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    writings = 0
    writing = Database.writing

    def counted(database: Database) -> object:
        nonlocal writings
        writings += 1
        return writing(database)

    monkeypatch.setattr(Database, "writing", counted)
    actions = [
        CaseAction(kind, player_id, Move.DISMISS)
        for kind in (PROMOTION, INACTIVITY)
        for player_id in (1, 2)
    ]
    found = await cases.decide_many(village.clan, actions, ANN, why="no case")
    assert [each.refusal for each in found] == [None] * 4
    assert writings == 1
    assert len(judges.asked) == 2
    kinds = [(each.case.kind, each.case.player_id) for each in await cases.standing(village.clan)]
    assert sorted(kinds) == [(INACTIVITY, 1), (INACTIVITY, 2), (PROMOTION, 1), (PROMOTION, 2)]


async def test_of_several_each_is_taken_back_or_begun_anew_by_its_own_history(
    cases: Cases, village: Village, clock: Clock
) -> None:
    await decided_at_once(cases, village, 1, 2)
    back = await decided_at_once(cases, village, 1, 2, 3, move=Move.REOPEN, seen=2)
    assert [each.refusal for each in back] == [
        None,
        None,
        "There is no case of that kind to reopen.",
    ]
    await press(cases, village, Move.NOT_YET, 3, why="too new")
    clock.now = NOW + 30 * DAY
    found = await decided_at_once(cases, village, 1, 3)
    assert [each.refusal for each in found] == [None, None]
    assert await states(cases, village) == [
        ["open", "approved", "open", "not yet", "closed"],
        APPROVED,
    ]


async def test_two_accounts_of_one_person_are_decided_once(
    cases: Cases, village: Village, judges: Judges
) -> None:
    judges.mains = {1: 2}
    one, other = await decided_at_once(cases, village, 1, 2)
    assert one.refusal is None
    assert other.refusal == "They were picked twice, by two accounts: it was decided once."
    assert await states(cases, village, 2) == [APPROVED]


@pytest.mark.only_sqlite("a trigger in its words plays the other process")
async def test_of_several_only_the_one_about_whom_another_process_wrote_is_refused(
    cases: Cases, village: Village, database: Database
) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql(
            "CREATE TRIGGER other BEFORE INSERT ON cases WHEN NEW.player_id = 2 BEGIN "
            "INSERT INTO cases (clan_id, player_id, kind, state, role, policy_version) "
            "VALUES (NEW.clan_id, NEW.player_id, NEW.kind, 'open', 'member', 1); END"
        )
    found = await decided_at_once(cases, village, 1, 2, 3)
    assert [each.refusal is None for each in found] == [True, False, True]
    assert "at the same moment" in (found[1].refusal or "")


async def test_of_nobody_nothing_is_decided(cases: Cases, village: Village, judges: Judges) -> None:
    assert await decided_at_once(cases, village) == ()
    assert judges.asked == []
