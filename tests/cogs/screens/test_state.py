"""States in ids: what was packed is what is read, whatever its fields are."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.screens.state import packed, unpacked


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    ONE = 1
    SEVEN = 7


@dataclass(frozen=True, slots=True)
class Everything:
    number: int = 0
    word: str = ""
    colour: Colour = Colour.RED
    is_on: bool = False
    limit: int | None = None
    other: Colour | None = None
    size: Size = Size.ONE


STATES = st.builds(
    Everything,
    number=st.integers(-(2**63), 2**63),
    word=st.text(st.characters(exclude_characters=":")),
    colour=st.sampled_from(Colour),
    is_on=st.booleans(),
    limit=st.none() | st.integers(),
    other=st.none() | st.sampled_from(Colour),
    size=st.sampled_from(Size),
)


@given(STATES)
def test_a_state_is_read_as_it_was_written(state: Everything) -> None:
    assert unpacked(Everything, packed(state)) == state


@given(st.text())
def test_a_text_that_nobody_wrote_is_the_beginning_or_a_state(text: str) -> None:
    assert isinstance(unpacked(Everything, text), Everything)


@pytest.mark.parametrize("text", ["", "1:2", "x::red:0::", "1::green:0::", "1::red:yes::"])
def test_what_an_older_version_wrote_otherwise_is_the_beginning(text: str) -> None:
    assert unpacked(Everything, text) == Everything()


def test_a_word_with_the_sign_between_two_fields_cannot_stand_in_an_id() -> None:
    with pytest.raises(ValueError, match="cannot stand in an id"):
        packed(Everything(word="a:b"))
