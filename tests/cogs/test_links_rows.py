"""The lists of links as rows, and as what is sent: for hundreds of people, on a phone."""

from datetime import UTC, datetime

import pytest

from bot.clan.linking import LinkAction, LinkPair, LinkRefusal
from bot.clan.standings import Link
from bot.services.people import (
    LinkedAccount,
    LinkQueue,
    LinkResult,
    Partner,
    PastAction,
    QueueEntry,
    SurePair,
)
from cogs.links.accounts import AboutState, AccountsFound, AccountsScreen
from cogs.links.linking import Asked
from cogs.links.rows import LinksTab, first_tab, pair_of, row_parts, rows_of, rows_of_user
from cogs.links.screen import LinksScreen, LinksState
from cogs.links.words import done_words, undo_label
from tests.cogs.town import fits
from tests.words import faults

NOW = datetime(2026, 11, 27, tzinfo=UTC)
LONG = "*_`~| @here W" * 7
SURE = SurePair(LinkPair(1, 11), "Zezima", "zez", "member")


def partner(player_id: int, user_id: int, name: str = "Ann", score: int = 90) -> Partner:
    return Partner(LinkPair(player_id, user_id), name, score, "similar names")


def crowd(count: int) -> LinkQueue:
    """Return a queue with that many questions of each kind, under the worst of names."""
    numbers = range(1, count + 1)

    def asked(key: int, *partners: Partner) -> QueueEntry:
        return QueueEntry(key, LONG, partners, f"known by name as {LONG}", NOW, "deputy_owner")

    each = tuple(asked(n, *(partner(n, 1000 + n + m, LONG) for m in range(8))) for n in numbers)
    users = tuple(asked(5000 + n, partner(n, 5000 + n, LONG)) for n in numbers)
    speakers = tuple(asked(-n, partner(n, -n, LONG)) for n in numbers)
    sure = tuple(SurePair(LinkPair(n, 9000 + n), LONG, LONG, "member") for n in numbers)
    last = PastAction(10**12, LinkAction.MARK_ALT, 1, NOW, tuple(s.pair for s in sure), LONG)
    marked = frozenset(list(numbers)[::2])
    return LinkQueue(each, each, users, each, speakers, sure, marked, last)


@pytest.mark.parametrize("tab", LinksTab)
def test_three_hundred_of_the_worst_names_fit_into_a_message(tab: LinksTab) -> None:
    queue = crowd(300)
    note = LONG * 30
    for page in (0, 4, 999):
        asked = Asked(queue, {1001: "x"}, ("WOM 2 h old",))
        state = LinksState(tab, page, "rank.deputy_owner" if page == 4 else "")
        rendered = LinksScreen(None).render(state, asked, note)  # type: ignore[arg-type]
        assert fits(rendered.view), (tab, page)


@pytest.mark.parametrize("about", [AboutState(player_id=3), AboutState(user_id=77)])
def test_all_that_one_may_be_fits_into_a_message(about: AboutState) -> None:
    queue = crowd(30)
    rows = rows_of(queue, LinksTab.CONFLICTS)
    found = AccountsFound(Asked(queue, {}, ()), rows)
    assert fits(AccountsScreen(None).render(about, found, LONG * 30).view)  # type: ignore[arg-type]
    settled = AccountsFound(Asked(LinkQueue(), {}, ()), [])
    if about.player_id:
        assert fits(AccountsScreen(None).render(about, settled).view)  # type: ignore[arg-type]


def test_the_sure_stand_first_among_people_and_players_unless_they_claimed_it() -> None:
    lone = QueueEntry(2, "Two", role="member")
    queue = LinkQueue(unmatched_players=(lone,), sure_pairs=(SURE,))
    rows = rows_of(queue, LinksTab.PLAYERS)
    assert [(row.player, row.user, row.is_sure) for row in rows] == [
        ("Zezima", "zez", True),
        ("Two", "", False),
    ]
    assert [pair_of(row.value) for row in rows] == [SURE.pair, LinkPair(2, 0)]
    assert [row.user for row in rows_of(queue, LinksTab.PEOPLE)] == ["zez"]
    claim = QueueEntry(1, "Zezima", (partner(1, 11),), role="member")
    claimed = LinkQueue(claims=(claim,), sure_pairs=(SURE,))
    assert rows_of(claimed, LinksTab.PLAYERS) == []
    assert len(rows_of(claimed, LinksTab.SURE)) == 1
    assert (first_tab(queue), first_tab(claimed)) == (LinksTab.PEOPLE, LinksTab.CLAIMS)
    assert first_tab(LinkQueue()) is LinksTab.CLAIMS


def test_a_list_has_parts_by_how_sure_it_is_and_by_rank() -> None:
    likely = QueueEntry(2, "Two", (partner(2, 12),), role="deputy_owner")
    lone = QueueEntry(3, "Three", role="member")
    queue = LinkQueue(unmatched_players=(likely, lone), sure_pairs=(SURE,))
    parts = row_parts(rows_of(queue, LinksTab.PLAYERS))
    assert parts.labels("") == {
        "": "Everybody (3)",
        "likely": "Likely (1)",
        "none": "No suggestion (1)",
        "sure": "Sure (1)",
        "rank.member": "Rank: Member (2)",
        "rank.deputy_owner": "Rank: Deputy Owner (1)",
    }


def test_of_a_conflict_everybody_has_a_line_and_can_be_picked() -> None:
    entry = QueueEntry(1, "One", (partner(1, 11), partner(1, 12, "Ben", 0)))
    rows = rows_of(LinkQueue(conflicts=(entry,)), LinksTab.CONFLICTS)
    assert [(row.pair.user_id, row.user) for row in rows] == [(11, "Ann"), (12, "Ben")]


def test_the_accounts_of_a_user_say_how_each_is_known() -> None:
    accounts = [
        LinkedAccount(1, "Main", Link.CONFIRMED),
        LinkedAccount(2, "Alt", Link.NAME),
        LinkedAccount(3, "Wanted", Link.CLAIMED, counts=False),
    ]
    rows = rows_of_user(LinkQueue(sure_pairs=(SURE,)), 11, "zez", accounts)
    assert [(row.player, row.why) for row in rows] == [
        ("Main", "main account, confirmed"),
        ("Alt", "alt, known by name"),
        ("Wanted", "claimed"),
    ]


def test_what_was_done_is_said_together_and_what_was_not_by_its_reason() -> None:
    pairs = [LinkPair(number, 10 + number) for number in range(1, 16)]
    answers = [LinkResult(f"P{number}", kept="Old" if number == 1 else "") for number in range(12)]
    answers += [LinkResult("A", LinkRefusal.TAKEN), LinkResult("?", LinkRefusal.NOBODY)]
    answers += [LinkResult("B", LinkRefusal.TAKEN, "heard")]
    said = done_words(LinkAction.CONFIRM, pairs, answers, {11: "Ann", 24: "Lone"})
    first, *rest = said.splitlines()
    assert first.startswith("Confirmed: **P0** for **Ann**, **P1** for **somebody who left**, ")
    assert first.endswith(" and 2 more. **Old**, known by name, stays the main account.")
    assert rest == [
        "Not done for **A**, **B**: already confirmed for somebody else.",
        "Not done for **Lone**: nobody is suggested. Use Link by hand.",
    ]


@pytest.mark.parametrize(
    "action", [each for each in LinkAction if each not in {"claim", "unlink", "undo"}]
)
def test_every_action_and_every_refusal_is_said_in_plain_words(action: LinkAction) -> None:
    officers = set(LinkRefusal) - {LinkRefusal.YOURS, LinkRefusal.REJECTED, LinkRefusal.TOO_MANY}
    pairs = [LinkPair(1, 2)] * (len(officers) + 1)
    answers = [LinkResult("One"), *(LinkResult("Two", each) for each in sorted(officers))]
    said = done_words(action, pairs, answers, {2: "Ann"})
    assert said.count("**One**") == 1
    assert said.count("Not done for **Two**: ") == len(officers)
    assert not [*faults(said)]


def test_undo_says_what_of_and_how_many_more() -> None:
    pairs = (LinkPair(1, 11), LinkPair(1, 12), LinkPair(2, 13))
    past = PastAction(1, LinkAction.REJECT, 1, NOW, pairs, "One")
    assert undo_label(past) == "Undo: rejected One and 1 more"
    assert undo_label(past._replace(pairs=pairs[:2])) == "Undo: rejected One"
    marked = past._replace(action=LinkAction.NO_DISCORD, pairs=pairs[:2])
    assert undo_label(marked) == "Undo: no Discord for One"
    everyone = past._replace(action=LinkAction.CONFIRM_ALL)
    assert undo_label(everyone) == "Undo: confirmed 3 pairs"
