from bot.recent import Recent


def test_ten_thousand_keys_leave_the_newest_ones() -> None:
    kept: Recent[int, str] = Recent(100)
    for key in range(10_000):
        kept[key] = "x"
    assert [*kept] == [*range(9_900, 10_000)]


def test_what_is_put_in_again_is_the_newest_and_stays() -> None:
    kept: Recent[int, str] = Recent(2)
    kept[1], kept[2] = "a", "b"
    kept[1] = "c"
    kept[3] = "d"
    assert kept == {1: "c", 3: "d"}
    assert kept.setdefault(4, "e") == "e"
    assert [*kept] == [3, 4]
