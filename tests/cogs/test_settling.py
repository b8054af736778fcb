"""The quick search finds what SimCord's own finds, in a town with panels, lists and forms."""

import asyncio

from tests.cogs import deciding, settling
from tests.cogs.town import Town


async def test_the_quick_search_finds_what_simcord_s_own_finds(town: Town) -> None:
    bot = town.env.bot
    panel = await deciding.opened(town, "promotions")
    await deciding.press(town, panel, "promotions:tab:others")
    await town.leader.slash(town.general, "clanstats settings")
    found = settling.quick_futures(bot)
    assert found == settling.slow_futures(bot) != set()
    told = {task: settling.quick_identity(bot, task) for task in asyncio.all_tasks()}
    assert told == {task: settling.slow_identity(bot, task) for task in told}
    assert set(told.values()) == {True, False}
