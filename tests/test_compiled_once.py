"""What one test's engine compiled, the next one's finds."""

from itertools import count
from pathlib import Path

from sqlalchemy import ColumnElement, literal_column, select

from tests.compiled_once import COMPILED
from tests.storage.rows import empty_database, opened

NAMES = count()


async def test_a_statement_is_compiled_by_the_first_engine_that_meets_it(tmp_path: Path) -> None:
    place = await empty_database(tmp_path / "clan.db")
    number: ColumnElement[int] = literal_column("1")
    statement = select(number.label(f"met_{next(NAMES)}"))
    sizes = [len(COMPILED)]
    for _ in range(2):
        async with opened(place) as database, database.reading() as connection:
            assert await connection.scalar(statement) == 1
        sizes.append(len(COMPILED))
    assert sizes[1] > sizes[0]
    assert sizes[2] == sizes[1]


def test_a_statement_of_another_kind_of_database_is_another_one() -> None:
    class Kind:
        def __init__(self, name: str) -> None:
            self.name = name

    COMPILED[Kind("one"), "a statement"] = 1
    assert COMPILED.get((Kind("one"), "a statement")) == 1
    assert COMPILED.get((Kind("two"), "a statement")) is None
