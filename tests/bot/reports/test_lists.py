import pickle
from dataclasses import replace

from bot.clan.enforcement import InactivityList, Need
from bot.clan.promotion import Promotions
from bot.reports.lists import (
    InactiveRow,
    Listing,
    ListSection,
    PromotionRow,
    Suggestions,
    inactive_rows,
    promotion_rows,
)
from tests.bot.clan.portraits import NOW, ago, silent
from tests.bot.reports.people import (
    AWAY,
    NEARLY,
    RULES,
    STEADY,
    SURE,
    UNSURE,
    crowd,
    everybody,
    found,
    named,
    suggested,
)


def test_the_inactive_are_listed_sure_first_with_both_sides_and_why() -> None:
    listing = inactive_rows(found(AWAY, UNSURE, SURE)[1], RULES, NOW)

    ann = InactiveRow(
        part=ListSection.SURE,
        name="Ann",
        player_id=1,
        accounts=("Ann", "Ann Alt"),
        role="member",
        last_seen_in_game_at=ago(40),
        last_seen_in_chat_at=ago(45),
        messages=0,
        xp=0,
        limit_days=30,
        over_days=10,
        reasons=(
            "no message in 30 days, the last one 45 days ago",
            "0 XP in 30 days, under 10,000, the last gain 40 days ago",
        ),
        needs=(),
        apart=None,
    )
    bob = replace(
        ann,
        part=ListSection.CANT_TELL,
        name="Bob",
        player_id=11,
        accounts=("Bob",),
        messages=None,
        over_days=None,
        reasons=("chat: not linked to a Discord user",),
        needs=(Need.LINK,),
    )
    cat = replace(
        ann,
        part=ListSection.AWAY_OR_EXEMPT,
        name="Cat",
        player_id=21,
        accounts=("Cat",),
        over_days=None,
        apart="away until 3 June",
    )
    assert listing == Listing(InactiveRow, (ann, bob, cat), NOW, RULES.version)


def test_the_suggested_are_listed_before_those_just_under() -> None:
    listing = promotion_rows(found(NEARLY, STEADY)[0], RULES, NOW)

    dan = PromotionRow(
        part=ListSection.SUGGESTED,
        name="Dan",
        player_id=31,
        accounts=("Dan", "Dan Alt"),
        role="member",
        next_role="captain",
        days_there=40,
        weaker_side_days=32,
        signals=("pillar", "steady"),
        last_seen_in_game_at=ago(1),
        last_seen_in_chat_at=ago(1),
        messages=130,
        counted_messages=110,
        xp=4_000_000,
        evidence="good",
        reasons=(
            (
                "Social pillar: 110 messages in 30 days (at most 20 an hour), on 16 of 28 days; "
                "the bar is 100, on 14 days"
            ),
            (
                "Steady over 8 weeks: 40 active days in the game (28 needed), "
                "32 active days in chat (24 needed), 35 efficient hours (20 needed), "
                "400 days in the clan (90 needed), 13.3 months in this rank (3 needed)"
            ),
        ),
        not_yet=(),
        considered=("Carry potential: 4 raids in 90 days (20 needed), 10 in all",),
        doubts=(),
    )
    assert listing.of is PromotionRow
    assert listing.rows[0] == dan
    assert [(row.part, row.name) for row in listing.rows[1:]] == [(ListSection.JUST_UNDER, "Eve")]
    assert listing.rows[1].reasons == ()


def test_numbers_are_of_the_persons_own_limit() -> None:
    owner = silent(1, "owner", game_seen_at=ago(70), chat_seen_at=None)
    unseen = replace(owner, windows={30: owner.window(30)})
    (row,) = inactive_rows(found(unseen)[1], RULES, NOW).rows

    assert (row.limit_days, row.messages, row.xp) == (60, None, None)


def test_empty_lists_keep_their_shape() -> None:
    nobody = suggested()

    assert nobody.promotions == promotion_rows(Promotions((), (), ()), RULES, NOW)
    assert nobody.inactive == inactive_rows(InactivityList((), (), ()), RULES, NOW)
    assert (nobody.promotions.of, nobody.promotions.rows) == (PromotionRow, ())
    assert (nobody.inactive.of, nobody.inactive.rows) == (InactiveRow, ())


def test_a_part_holds_only_those_who_stand_in_it() -> None:
    inactive = everybody().inactive

    assert [row.name for row in inactive.part(ListSection.AWAY_OR_EXEMPT)] == ["Cat"]
    assert inactive.part(ListSection.SUGGESTED) == ()


def test_names_are_never_changed() -> None:
    odd = ("=cmd", "@everyone", "**bold**", "\N{FIRE} Fox", "\u5168\u6f22\u5b57")
    rows = suggested(named(SURE, *odd)).inactive.rows
    assert rows[0].accounts == odd


def test_a_whole_clan_is_on_the_lists_and_can_be_sent_to_the_process_that_draws() -> None:
    all_of_them = crowd(500)

    assert len(all_of_them.promotions.rows) + len(all_of_them.inactive.rows) == 500
    sent = pickle.loads(pickle.dumps(all_of_them))  # noqa: S301 - our own bytes
    assert isinstance(sent, Suggestions)
    assert sent == all_of_them
