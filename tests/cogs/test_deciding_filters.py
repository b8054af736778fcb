"""Parts of a list: the largest first, all that fit into a select, and none that vanished."""

from cogs._deciding_filters import Part, parts_of, rank_part

ROWS = ("ant", "bee", "bat", "cat", "cow", "cub")


def first_letter(row: str) -> list[Part]:
    return [Part(f"letter.{row[0]}", row[0].upper())]


def with_b(row: str) -> list[Part]:
    return [Part("has.b", "With a b")] if "b" in row else []


def test_parts_of_one_kind_stand_together_the_largest_first() -> None:
    found = parts_of(ROWS, with_b, first_letter)
    assert found.labels("") == {
        "": "Everybody (6)",
        "has.b": "With a b (3)",
        "letter.c": "C (3)",
        "letter.b": "B (2)",
        "letter.a": "A (1)",
    }
    assert found.of("") == ROWS
    assert found.of("letter.b") == ["bee", "bat"]


def test_a_part_that_is_empty_by_now_can_be_seen_and_shows_nobody() -> None:
    found = parts_of(ROWS, first_letter)
    assert found.labels("letter.z")["letter.z"] == "Nobody is left of what was chosen"
    assert found.of("letter.z") == ()


def test_only_parts_that_fit_into_an_id_and_a_select_are_offered() -> None:
    many = [f"role_{number}" for number in range(300)]
    found = parts_of(many, lambda row: [rank_part(row)])
    assert len(found.labels("")) == 25
    assert "rank.gone" in [*found.labels("rank.gone")][:25]
    odd = parts_of(["a:b", "x" * 99, "deputy_owner"], lambda row: [rank_part(row)])
    assert odd.labels("") == {"": "Everybody (3)", "rank.deputy_owner": "Rank: Deputy Owner (1)"}
