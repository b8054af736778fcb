"""PostgreSQL beside SQLite: one server for each process that runs tests, once one asks for it."""

from collections.abc import Iterator

import pytest

from tests.storage.postgres import Server, standing


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with standing() as running:
        yield running
