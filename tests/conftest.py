"""What all tests share: a server, statements compiled once, and what the measure of coverage sees.

It does not look at the long tests that prove few lines, at those that try a hundred made-up cases
or run a second time on PostgreSQL, and of a test with many cases at the first one only. The cases
of the rules and of what reads Wise Old Man are all looked at: they are covered whole. To look at
each line takes twice as long as the test itself. Modules that are not named are looked at, new ones
too, and what is measured is a lower bound.
"""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import coverage
import pytest

import storage.engine
from tests.compiled_once import making_engines
from tests.storage.postgres import Server, standing

ROOT = Path(__file__).parents[1]
UNTRACED = frozenset(
    f"tests/{each}.py"
    for each in (
        "bot/clan/test_truth",
        "bot/cli/test_doctor",
        "bot/cli/test_harvesting",
        "bot/cli/test_listing",
        "bot/cli/test_polling",
        "bot/cli/test_reporting",
        "bot/demo/test_decided",
        "bot/reports/workbook/test_clan_workbook",
        "bot/services/chat/test_answers",
        "bot/services/chat/test_backfill",
        "bot/services/chat/test_blindness",
        "bot/services/chat/test_intake",
        "bot/services/chat/test_rebuild",
        "bot/services/chat/test_together",
        "bot/services/game/test_poll",
        "bot/services/game/test_renames",
        "bot/services/game/test_shared_budget",
        "bot/services/imports/test_legacy",
        "bot/services/ops/test_archive",
        "bot/services/ops/test_upkeep",
        "bot/services/people/test_identity_cache",
        "bot/services/people/test_ties",
        "bot/services/privacy/test_forgetting",
        "bot/services/publish/test_activity",
        "bot/services/publish/test_dashboard",
        "bot/services/publish/test_report",
        "bot/services/review/test_review",
        "bot/services/test_claims",
        "bot/services/test_conflicts",
        "bot/services/test_day_one",
        "bot/services/test_intake_order",
        "bot/services/test_never_silent",
        "bot/services/test_odd_zones",
        "bot/services/test_opted_out",
        "bot/services/test_poll_recorded",
        "bot/services/test_review_truth",
        "bot/services/test_truth",
        "bot/services/view/test_members",
        "bot/services/view/test_profiles",
        "bot/services/view/test_slow_gains",
        "bot/test_app",
        "bot/test_clan_turns",
        "cogs/screens/test_screen",
        "cogs/settings/test_screen",
        "cogs/test_alerts",
        "cogs/test_audit",
        "cogs/test_away",
        "cogs/test_claims",
        "cogs/test_exempt",
        "cogs/test_inactive",
        "cogs/test_intake",
        "cogs/test_intake_live",
        "cogs/test_me",
        "cogs/test_report",
        "cogs/test_screens",
        "cogs/test_setup_ranks",
        "storage/test_archiving",
        "storage/test_clans",
        "storage/test_copying",
        "storage/test_dialects",
        "storage/test_migrate",
        "storage/test_restore",
        "test_commands",
        "test_house",
        "test_statement_budget",
    )
)


WHOLE = ("tests/bot/clan/", "tests/wom/")
"""Where every case of a test is looked at."""
CASES = 1
"""How many cases of a test are looked at elsewhere."""
CASE = pytest.StashKey[int]()
"""Which case of its test an item is, counted from 1."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Yield one PostgreSQL server for each process that runs tests, once one asks for it."""
    with standing() as running:
        yield running


def pytest_configure() -> None:
    """Have what every engine compiles kept for the next test."""
    storage.engine.create_async_engine = making_engines  # type: ignore[attr-defined]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Number the cases of each test, and let the collector pass over what was imported."""
    numbers: dict[str, int] = {}
    for item in session.items:
        test = item.nodeid.partition("[")[0]
        item.stash[CASE] = numbers[test] = numbers.get(test, 0) + 1
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Stop the measure, if there is one, during a test that it does not look at."""
    measure = coverage.Coverage.current()
    if measure is None or not is_untraced(item):
        return (yield)
    measure.stop()
    try:
        return (yield)
    finally:
        measure.start()


def is_untraced(item: pytest.Item) -> bool:
    """Return whether the measure does not look at a test."""
    if item.get_closest_marker("hypothesis") is not None:
        return True
    module = item.path.relative_to(ROOT).as_posix()
    if module.startswith(WHOLE):
        return module in UNTRACED
    called = getattr(item, "callspec", None)  # None where a test has no parameters
    is_second = called is not None and called.params.get("engine") == "postgresql"
    return is_second or item.stash[CASE] > CASES or module in UNTRACED
