"""The first answer is done and nobody hears so; and what is pressed while another press runs."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from discord.webhook.async_ import AsyncWebhookAdapter
from simcord.components import walk_components
from simcord.gateway import FakeGateway

from bot.services.review import Review
from tests.cogs.deciding import press
from tests.cogs.settings.test_screen import changed_window, id_of, opened
from tests.cogs.test_me import quiet_player
from tests.cogs.town import START, Town, newest, post_here, words

COMMANDS = {
    "clanstats report": "Clan report",
    "clanstats status": "How the bot is doing",
    "clanstats links": "linked",
    "inactive": "Inactive",
    "promotions": "Promotions",
    "privacy show": "What is kept about you",
    "me": "I do not know which member you are",
}
CUTS: list[Callable[[], BaseException]] = [
    lambda: ConnectionResetError(104, "reset by peer"),
    aiohttp.ServerDisconnectedError,
]


@pytest.fixture(params=CUTS, ids=["reset", "disconnected"])
def cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut the connection after each first answer that Discord took; return of which."""
    answer: Callable[..., Any] = AsyncWebhookAdapter.create_interaction_response
    taken: list[int] = []

    async def answered(
        self: AsyncWebhookAdapter,
        interaction_id: int,
        *rest: Any,  # noqa: ANN401 - those of discord.py
        **more: Any,  # noqa: ANN401 - likewise
    ) -> None:
        await answer(self, interaction_id, *rest, **more)
        taken.append(interaction_id)
        raise request.param()

    monkeypatch.setattr(AsyncWebhookAdapter, "create_interaction_response", answered)
    return taken


async def test_commands_go_on_with_what_follows(
    town: Town, cut: list[int], journal: io.StringIO
) -> None:
    for command, said in COMMANDS.items():
        result = await town.leader.slash(town.general, command)
        assert said.casefold() in words(newest(result)).casefold(), command
        assert newest(result).ephemeral
    assert len(cut) == len(set(cut)) == len(COMMANDS)
    assert journal.getvalue() == ""


async def test_a_press_goes_on_with_the_edit_and_a_form_answers(
    bare_town: Town, cut: list[int], journal: io.StringIO
) -> None:
    town = bare_town
    panel = newest(await town.leader.slash(town.general, "clanstats setup"))
    await press(town, panel, "setup:sure:stop_presence")
    form = await press(town, panel, "setup:zone")
    assert form.modal is not None
    (field,) = [each for each in walk_components(form.modal["components"]) if each["type"] == 4]
    await town.leader.submit_modal(form, {field["custom_id"]: "Europe/Berlin"})
    assert "Europe/Berlin" in words(panel)
    assert len(cut) == 4
    assert journal.getvalue() == ""


async def test_posting_sends_the_files_of_the_private_copy_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord names no attachments in the message of a press: what is kept would be nothing."""
    feed: Callable[..., None] = FakeGateway.feed

    def fed(gateway: FakeGateway, event: str, told: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE" and "message" in told:
            told = {**told, "message": {**told["message"], "attachments": []}}
        feed(gateway, event, told)

    monkeypatch.setattr(FakeGateway, "feed", fed)
    shown = newest(await town.officer.slash(town.general, "clanstats report"))
    names = [each.filename for each in shown.attachments]
    (posted,) = (await post_here(town.officer, shown)).followups
    assert [each.filename for each in posted.attachments] == names
    assert [each.filename for each in shown.attachments] == names


async def test_a_press_while_what_if_runs_is_told_to_wait_and_changes_nothing(
    town: Town, journal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await opened(town)
    await changed_window(town, panel)
    drafts, whose = town.services.drafts, (town.guild.id, town.leader.id)
    before, held = words(panel), drafts.of(whose)
    assert held is not None
    drafts.keep(whose, replace(held, is_asking=True))
    for act in ("what_if", "discard", "export", "numbers:silence"):
        pressed = await town.leader.click(panel, custom_id=id_of(panel, act))
        assert words(newest(pressed)).startswith("What if is still being worked out")
    assert words(panel) == before
    drafts.keep(whose, held)
    ask: Callable[..., Any] = Review.what_if
    asking: list[bool] = []

    async def asked(*told: Any) -> Any:  # noqa: ANN401 - those of what_if
        now = drafts.of(whose)
        asking.append(now is not None and now.is_asking)
        return await ask(*told)

    monkeypatch.setattr(Review, "what_if", asked)
    await town.leader.click(panel, custom_id=id_of(panel, "what_if"))
    assert asking == [True]
    assert "Settings: What if" in words(panel)
    await town.leader.click(panel, custom_id=id_of(panel, "discard"))
    assert "nothing was changed" in words(panel)
    assert journal.getvalue() == ""


async def test_whoever_waits_for_a_heavy_answer_is_told_so_and_nobody_else_waits(
    town: Town, journal: io.StringIO
) -> None:
    player = quiet_player(town)
    async with town.services.turns.of(town.leader.id, 1):
        for command, options in {
            "clanstats report": {},
            "clanstats audit": {},
            "me": {},
            "member": {"player": player.name_at(START)},
            "privacy export": {},
        }.items():
            result = await town.leader.slash(town.general, command, **options)
            assert words(newest(result)).startswith("I am still at your last answer: wait"), command
        shown = newest(await town.officer.slash(town.general, "clanstats report"))
        assert "Clan report" in words(shown)
    assert journal.getvalue() == ""
