"""What is done when two processes write the same: begun again, or told as such."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError

from storage.errors import Overtaken, WriteConflict
from storage.postgresql import is_conflict

_Found = TypeVar("_Found")
_Given = ParamSpec("_Given")
_TRIES, _LONGEST_PAUSE_S = 5, 0.05
"""How often the same is written anew after a conflict, and how long at most one waits before."""


def begins_again(
    action: Callable[_Given, Coroutine[Any, Any, _Found]],
) -> Callable[_Given, Coroutine[Any, Any, _Found]]:
    """Decorate what writes in one transaction: after a conflict all of it is done again.

    The last conflict is raised. So it changes nothing but the database, or only what may be changed
    twice.
    """

    @wraps(action)
    async def done(*given: _Given.args, **named: _Given.kwargs) -> _Found:
        for number in range(1, _TRIES):
            try:
                return await action(*given, **named)
            except (WriteConflict, IntegrityError) as error:
                if not is_conflict(error):
                    raise
            # Not both at the same moment again.
            await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_S) * number)  # noqa: S311
        return await action(*given, **named)

    return done


@contextmanager
def only_once() -> Iterator[None]:
    """Raise Overtaken where another process wrote the row that is written here."""
    try:
        yield
    except IntegrityError as error:
        raise Overtaken(str(error.orig)) from error
