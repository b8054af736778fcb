"""What the measure of coverage does not look at is there, and is looked at no more."""

import sys

import coverage
import pytest

from tests.conftest import CASES, ROOT, UNTRACED, is_untraced


def test_every_module_that_is_not_traced_is_there() -> None:
    assert [each for each in UNTRACED if not (ROOT / each).is_file()] == []


def test_a_module_that_is_not_named_is_traced_where_coverage_is_measured() -> None:
    assert (coverage.Coverage.current() is None) or sys.gettrace() is not None


@pytest.mark.parametrize("case", range(1, 4))
def test_of_a_test_with_many_cases_the_first_is_traced(
    case: int, request: pytest.FixtureRequest
) -> None:
    assert is_untraced(request.node) == (case > CASES)
