"""Names join only where they leave no doubt; more of it stands with persons."""

from bot.clan.name_matches import AuthorNames, PlayerNames, namesakes
from bot.clan.persons import Conflict, Tie, persons
from bot.clan.standings import Link

ANN, BEN, CAT = 101, 102, 103


def user(user_id: int, *names: str) -> AuthorNames:
    return AuthorNames(user_id + 1000, user_id, None, names)


def test_another_user_of_a_linked_player_s_very_name_is_a_namesake() -> None:
    players = [
        PlayerNames(1, "Amber", ("Old Amber",)),
        PlayerNames(2, "Birch"),
        PlayerNames(3, "Cedar", is_present=False),
    ]
    ann, ben = user(ANN, "ann"), user(BEN, "amber")
    authors = [ann, ben, user(CAT, "Old Amber", "Cedar", "Birch"), AuthorNames(7, None, "amber")]
    linked = {1: ANN, 3: ANN}
    assert namesakes(players, authors, linked, ()) == {1: [ben]}
    assert namesakes(players, authors, linked, {(1, BEN)}) == {}
    assert namesakes(players, [ann, ben._replace(is_hidden=True)], linked, ()) == {}
    assert namesakes(players, authors, {1: ANN, 2: BEN}, ()) == {2: [authors[2]]}


def test_a_namesake_joins_nobody_and_is_a_conflict_for_officers() -> None:
    authors = [user(ANN, "ann"), user(BEN, "amber")]
    found = persons([PlayerNames(1, "Amber")], authors, [Tie(1, ANN, Link.CONFIRMED)])
    assert found.namesakes == {1: (BEN + 1000,)}
    assert found.conflicts == (Conflict(1, (ANN, BEN)),)
    assert found.by_player[1].authors == (ANN + 1000,)


def test_namesakes_stand_in_one_order_however_they_are_told() -> None:
    players, told = [PlayerNames(1, "Amber")], [user(CAT, "amber"), user(BEN, "amber")]
    found = [namesakes(players, each, {1: ANN}, ())[1] for each in (told, told[::-1])]
    assert [[author.user_id for author in each] for each in found] == [[BEN, CAT], [BEN, CAT]]
