"""SimCord's search for what the bot waits on, in a fraction of the time and with the same findings.

At each turn of settling it reads every attribute of every view once for each of its controls; a bot
with a few hundred lasting controls spent half of each test on that. Here each view is asked once.
"""

import asyncio
from typing import Any

import discord
from simcord import _dpy_internals as internals

STOPPED, TIMEOUT = "_BaseView__stopped", "_BaseView__timeout_task"
TIMES_OUT = "_BaseView__timeout_task_impl"

slow_futures, slow_identity = internals._stored_wait_futures, internals._view_timeout_task_identity


def settle_quickly() -> None:
    """Have SimCord search in this way from now on."""
    internals._stored_wait_futures = quick_futures
    internals._view_timeout_task_identity = quick_identity


def quick_futures(client: discord.Client) -> set[Any]:
    """Return the futures by which views and forms are waited for."""
    found = [vars(view).get(STOPPED) for view in _views(client)]
    return {each for each in found if isinstance(each, asyncio.Future)}


def quick_identity(client: discord.Client, task: asyncio.Task[Any]) -> bool:
    """Return whether a task ends a view or form when its time is over."""
    code = getattr(discord.ui.view.BaseView, TIMES_OUT).__code__
    coroutine = task.get_coro()
    if getattr(coroutine, "cr_code", None) is code:
        return slow_identity(client, task)
    return any(vars(view).get(TIMEOUT) is task for view in _views(client))


def _views(client: discord.Client) -> list[Any]:
    store = getattr(internals.get_state(client), "_view_store", None)
    views = {
        id(item._view): item._view
        for entries in getattr(store, "_views", {}).values()
        for item in entries.values()
        if getattr(item, "_view", None) is not None
    }
    return [*views.values(), *getattr(store, "_modals", {}).values()]
