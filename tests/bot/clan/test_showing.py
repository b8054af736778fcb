"""Nobody who opted out passes, and nobody else is kept back."""

from bot.clan.profiles import Account, Profile
from bot.clan.showing import shown, shown_profiles

ONE = Profile((Account(1, "One", "member"), Account(2, "Alt", "member")))
OTHER = Profile((Account(3, "Other", "member"),))


def test_rows_about_the_hidden_are_left_out_in_whatever_order() -> None:
    rows = [("b", 2), ("a", 1), ("role", None), ("c", 3)]
    assert shown(rows, {1, 9}, lambda row: row[1]) == (("b", 2), ("role", None), ("c", 3))
    assert shown(rows, (), lambda row: row[1]) == tuple(rows)


def test_of_a_person_one_hidden_account_is_enough() -> None:
    assert shown_profiles([ONE, OTHER], {2}) == (OTHER,)
    assert shown_profiles([ONE, OTHER], {9}) == (ONE, OTHER)


def test_somebody_s_own_answer_is_about_them() -> None:
    assert shown_profiles([ONE, OTHER], {2, 3}, about=1) == (ONE,)
