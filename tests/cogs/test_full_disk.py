"""A disk that is full: whoever wants something written is told so, and status says it too."""

import io
from pathlib import Path
from typing import Any

import pytest

from bot.clan.notices import Notice
from bot.timetable import JOBS, Timetable
from tests.cogs.test_me import quiet_player
from tests.cogs.town import START, Town, settings_in, words
from tests.storage.full import full_disk


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("link", {"player": "?"}),
        ("away", {"from": "today", "until": "2 weeks"}),
        ("privacy opt-out", {}),
        ("clanstats retention", {"days": 30}),
        ("clanstats exempt", {"player": "?", "reason": "events"}),
    ],
)
async def test_every_command_that_writes_says_that_the_disk_is_full(
    town: Town, journal: io.StringIO, command: str, options: dict[str, Any]
) -> None:
    name = quiet_player(town).name_at(START)
    given = {key: name if value == "?" else value for key, value in options.items()}
    with full_disk():
        result = await town.leader.slash(town.general, command, **given)
    said = " ".join(words(each) for each in (result.response, *result.followups))
    assert "The disk is full, so nothing was changed" in said
    assert "our side" not in said
    assert "DatabaseFull" in journal.getvalue()


async def test_status_says_what_could_not_be_recorded_until_it_is_well_again(
    town: Town, tmp_path: Path
) -> None:
    async def nowhere(notice: Notice) -> None:
        raise AssertionError(notice)

    timetable = Timetable(town.services, settings_in(tmp_path), nowhere)
    jobs = {job.name: job for job in JOBS}

    async def shown() -> str:
        result = await town.leader.slash(town.general, "clanstats status")
        return " ".join(words(each) for each in (result.response, *result.followups))

    assert "disk is full" not in await shown()
    await town.member.send(town.general, "hello")
    with full_disk():
        for name in ("flush", "poll"):
            await timetable.run(jobs[name])
        said = await shown()
    for line in ("**Reading Wise Old Man**", "**Writing what was heard**"):
        assert line in said
    assert said.count("The disk is full, so nothing was changed") == 2
    for name in ("flush", "poll"):
        await timetable.run(jobs[name])
    assert "disk is full" not in await shown()
