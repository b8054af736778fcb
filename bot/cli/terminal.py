"""The two sides of a terminal. Nothing that a player wrote is ever read as markup."""

from typing import TextIO

from rich.console import Console


def screen() -> Console:
    """Return where results are shown: standard output."""
    return Console(markup=False, highlight=False, emoji=False)


def margin() -> Console:
    """Return where everything beside results is shown: standard error."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def plain(paper: TextIO, width: int) -> Console:
    """Return a place to write on as on a screen of that width, in plain text."""
    return Console(file=paper, width=width, markup=False, highlight=False, emoji=False)
