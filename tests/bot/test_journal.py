"""What the log looks like, and what never stands in it."""

import asyncio
import errno
import json
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.journal import open_journal, short_id, step, traced
from storage.engine import Database
from storage.tables import METRICS
from tests.storage.conftest import database, path, place, pytest_generate_tests, template

__all__ = ["database", "path", "place", "pytest_generate_tests", "template"]

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a-very-secret-token"

REFUSED = "Authorization: Bearer abc.def"

log = structlog.get_logger()


@contextmanager
def written(
    level: str = "DEBUG", form: Literal["text", "json"] = "text", file: Path | None = None
) -> Iterator[Callable[[], list[str]]]:
    paper = StringIO()
    with open_journal(level, form, file, clock=lambda: NOW, secrets=[SECRET, "a"], stream=paper):
        yield lambda: paper.getvalue().splitlines()


def entries(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_a_line_says_when_how_grave_in_which_trace_and_where() -> None:
    with written() as lines, traced(lambda: "0badcafe"):
        log.info("roster read", members=305, clan="The Bot Farm")
    (line,) = lines()
    assert line == (
        "[2026-11-20T12:00:00.000Z] [INFO] [0badcafe] [tests.bot.test_journal] roster read"
        ' members=305 clan="The Bot Farm"'
    )


def test_a_line_outside_of_a_trace_says_so() -> None:
    with written() as lines:
        log.warning("late")
    assert " [WARNING] [-] " in lines()[0]


def test_json_says_the_same() -> None:
    with written(form="json") as lines, traced(lambda: "0badcafe"):
        log.error("refused", by=["wom", 403])
    assert entries(lines()) == [
        {
            "time": "2026-11-20T12:00:00.000Z",
            "level": "error",
            "trace": "0badcafe",
            "module": "tests.bot.test_journal",
            "message": "refused",
            "by": ["wom", 403],
        }
    ]


def test_libraries_write_the_same_form() -> None:
    with written() as lines, traced(lambda: "0badcafe"):
        logging.getLogger("discord.gateway").info("Shard %s has connected", 0, extra={"shard": 0})
    (line,) = lines()
    assert line == (
        "[2026-11-20T12:00:00.000Z] [INFO] [0badcafe] [discord.gateway] Shard 0 has connected"
        " shard=0"
    )


@pytest.mark.parametrize(("level", "count"), [("DEBUG", 4), ("INFO", 3), ("ERROR", 1)])
def test_what_is_below_the_level_is_not_written(level: str, count: int) -> None:
    with written(level) as lines:
        log.debug("a")
        log.info("b")
        logging.getLogger("httpx").info("c")
        log.error("d")
    assert len(lines()) == count


def test_a_name_cannot_forge_a_line() -> None:
    with written() as lines:
        log.info("renamed\n[2026-11-20T12:00:00Z] [INFO] forged", name="x\ny=1\u2028z")
    assert len(lines()) == 1


def test_after_closing_the_log_is_as_it_was() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), structlog.is_configured())
    with written() as lines:
        pass
    assert (root.level, list(root.handlers), structlog.is_configured()) == before
    root.error("not here")
    assert lines() == []


def test_a_file_holds_the_same_lines_in_a_folder_that_is_made(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "clanstats.log"
    with written(file=file) as lines:
        log.info("opened", by="\ud800 half a letter")
    assert file.read_text("utf-8").splitlines()[0].startswith(lines()[0][:60])


def test_five_files_of_five_megabytes_are_kept(tmp_path: Path) -> None:
    with written(file=tmp_path / "clanstats.log"):
        (handler,) = (
            handler
            for handler in logging.getLogger().handlers
            if isinstance(handler, RotatingFileHandler)
        )
        assert (handler.maxBytes, handler.backupCount) == (5_000_000, 4)


@pytest.mark.parametrize(
    "key",
    [
        *("token", "DISCORD_TOKEN", "key", "api_key", "x-api-key", "secret", "verificationCode"),
        *("code", "Authorization", "password"),
    ],
)
def test_a_value_under_a_secret_key_is_hidden(key: str) -> None:
    with written() as lines:
        log.info("sent", headers={key: "v4lue"}, **{key: "v4lue"})
        logging.getLogger("httpx").info("sent", extra={key: "v4lue"})
    assert len(lines()) == 2
    assert "v4lue" not in "".join(lines())
    assert "***" in lines()[0]


@pytest.mark.parametrize("key", ["status_code", "wom_key", "monkey", "tokens_left"])
def test_a_value_under_a_harmless_key_is_shown(key: str) -> None:
    with written() as lines:
        log.info("answered", **{key: "v4lue"})
    assert f"{key}=v4lue" in lines()[0]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_known_secret_is_hidden_wherever_it_stands(form: Literal["text", "json"]) -> None:
    class Deep:
        def __str__(self) -> str:
            return f"Deep({SECRET})"

    with written(form=form) as lines:
        asked = f"asked with {SECRET}"
        log.info(asked, why=[{"deep": (Deep(), f"<{SECRET}>")}], **{SECRET: 1})
        logging.getLogger("httpx").warning("asked with %s", SECRET)
        with structlog.contextvars.bound_contextvars(where=SECRET):
            log.info("bound")
    text = "".join(lines())
    assert text.count(SECRET) == 1, "only the name of a fact, which is ours"
    assert "asked with ***" in text
    assert "Deep(***)" in text


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise RuntimeError(REFUSED) from error


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_in_an_exception_is_hidden(form: Literal["text", "json"]) -> None:
    with written(form=form) as lines:
        try:
            fail()
        except RuntimeError:
            log.exception("broken")
            logging.getLogger("discord").exception("broken too")
    text = "\n".join(lines())
    assert text.count("RuntimeError: Auth") == 2
    assert text.count("Traceback") == 4
    assert "with base 10: '***'" in text
    assert "Authorization: Bearer ***" in text
    assert SECRET not in text
    assert "abc.def" not in text


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("POST https://discord.com/api/v10/webhooks/12/aW_3-x/messages", "aW_3-x"),
        ("POST https://discord.com/api/v10/interactions/12/aW_3-x/callback", "aW_3-x"),
        ('{"verificationCode": "314159265"}', "314159265"),
        ("the code is 314-159-265.", "314-159-265"),
        ("x-api-key=abcdef, more", "abcdef"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_told(message: str, hidden: str) -> None:
    with written() as lines:
        logging.getLogger("discord.http").warning(message)
    assert "***" in lines()[0]
    assert hidden not in lines()[0]


def test_a_very_short_secret_does_not_eat_the_log() -> None:
    with written() as lines:
        log.info("a banana")
    assert lines()[0].endswith("a banana")


def test_a_trace_inside_another_says_which_and_gives_it_back() -> None:
    ids = iter(["11111111", "22222222"])
    with written(form="json") as lines, traced(lambda: next(ids)) as outer:
        with traced(lambda: next(ids)) as inner:
            log.info("inner")
        log.info("outer")
    found = [(entry["trace"], entry.get("within")) for entry in entries(lines())]
    assert found == [(inner, outer), (outer, None)]


async def test_traces_of_two_jobs_at_once_do_not_mix() -> None:
    first_is_in, second_is_in = asyncio.Event(), asyncio.Event()

    async def job(mine: asyncio.Event, other: asyncio.Event) -> tuple[str, str]:
        with traced() as trace_id:
            mine.set()
            await other.wait()
            return trace_id, structlog.contextvars.get_contextvars()["trace"]

    found = await asyncio.gather(job(first_is_in, second_is_in), job(second_is_in, first_is_in))
    assert all(given == seen for given, seen in found)
    assert found[0] != found[1]


def test_a_trace_id_is_eight_hexadecimal_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", short_id())


def test_a_step_is_logged_when_it_begins_and_ends_under_its_own_module() -> None:
    times = iter([10.0, 10.25])
    with written() as lines, step("poll", timer=lambda: next(times), clan=1) as found:
        found["changed"] = 7
    begin, end = lines()
    assert begin.endswith("[tests.bot.test_journal] poll begins clan=1")
    assert end.endswith("[tests.bot.test_journal] poll done clan=1 changed=7 took_ms=250")


def test_a_step_that_fails_is_logged_and_the_error_goes_on() -> None:
    times = iter([10.0, 10.1])

    def poll() -> None:
        with step("poll", timer=lambda: next(times), asked=3) as found:
            found["error"] = "what the step itself noted"
            int(SECRET)

    with written() as lines, pytest.raises(ValueError, match=SECRET):
        poll()
    assert "[WARNING] [-] [tests.bot.test_journal] poll failed asked=3 error=" in lines()[1]
    assert "ValueError" in lines()[1]
    assert "***" in lines()[1]
    assert lines()[1].endswith("took_ms=100")


def test_a_step_that_mends_an_error_is_not_called_failed() -> None:
    with written() as lines:
        try:
            fail()
        except RuntimeError:
            with step("mend"):
                pass
    assert " mend done " in lines()[1]


ME, OTHER, PLACE = 730_000_000_000_000_077, 730_000_000_000_000_088, 900_000_000_000_000_001


def words_for(line: str) -> list[str]:
    return re.findall(r"id:[0-9a-f]{8}", line)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_line_says_the_id_of_a_person(form: Literal["text", "json"]) -> None:
    with written(form=form) as lines:
        log.info("asked", user=ME, what=f"links:at:claims:{ME}:0", of=[ME, {"by": OTHER}])
        try:
            int(f"member{ME}")
        except ValueError:
            log.exception("failed")
        logging.getLogger("discord.http").warning("GET /guilds/1/members/%s", OTHER)
        log.info("nowhere", guild=PLACE, channel=PLACE)
    said = "\n".join(lines())
    assert str(ME) not in said
    assert str(OTHER) not in said
    assert said.count(str(PLACE)) == 2
    assert len(set(words_for(said))) == 2


def test_what_is_no_id_stays_as_it_is() -> None:
    with written() as lines:
        log.info("numbers", xp=4_600_000_000, part="12345678901234567.5", of="0.12345678901234567")
    assert words_for(lines()[0]) == []


def test_each_day_has_another_word_for_the_same_person() -> None:
    paper, present = StringIO(), [NOW]
    with open_journal("DEBUG", "text", clock=lambda: present[-1], stream=paper):
        for day in (20, 20, 21):
            present.append(NOW.replace(day=day))
            log.info("asked", user=ME)
    first, again, next_day = words_for(paper.getvalue())
    assert first == again != next_day


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_line_says_what_a_statement_was_given(
    database: Database, form: Literal["text", "json"]
) -> None:
    """Names and ids are what statements are given; a traceback has their whole chain of errors."""
    row = {"id": 1, "name": "Bob", "kind": "x"}
    with written(form=form) as lines:
        try:
            try:
                async with database.writing() as connection:
                    for _ in range(2):
                        await connection.execute(insert(METRICS).values(row))
            except IntegrityError as error:
                raise LookupError("in the middle") from error
        except LookupError:
            log.exception("job failed")
    said = "\n".join(lines())
    assert "INSERT INTO metrics" in said
    assert "Bob" not in said


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("(sqlite3.Error) no\n[parameters: ('Bob', [1, 2])]\n(Background", "(Background"),
        ("[parameters: {'name': '[x] Bob'}]", "parameters"),
        ("DETAIL:  Key (clan_id, name)=(1, Bob (x)) already exists.", "already exists"),
        ("DETAIL:  Failing row contains (1, Bob, null).", "Failing row"),
    ],
)
def test_what_a_statement_was_given_is_hidden_in_the_words_of_every_library(
    told: str, kept: str
) -> None:
    with written() as lines:
        log.warning("no", reason=told)
    assert "Bob" not in lines()[0]
    assert kept in lines()[0]


@pytest.mark.parametrize(("level", "count"), [("INFO", 1), ("DEBUG", 2)])
def test_what_libraries_tell_of_their_work_fills_no_log(
    level: Literal["INFO", "DEBUG"], count: int
) -> None:
    with written(level) as lines:
        logging.getLogger("alembic.runtime.migration").info("Running upgrade")
        logging.getLogger("alembic.runtime.migration").warning("something is wrong")
    assert len(lines()) == count


def test_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "bot.log"
    for name in ("bot.log", "bot.log.1"):
        (tmp_path / name).touch(0o644)
    before = os.umask(0o022)
    try:
        with written(file=file):
            log.info("hello")
            for handler in logging.getLogger().handlers:
                if isinstance(handler, RotatingFileHandler):
                    handler.doRollover()
        found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert found == {"bot.log": 0o600, "bot.log.1": 0o600, "bot.log.2": 0o600}


def test_a_file_that_is_put_aside_by_another_program_is_begun_anew(tmp_path: Path) -> None:
    file, aside = tmp_path / "clanstats.log", tmp_path / "clanstats.log.old"
    log = structlog.get_logger()
    with open_journal("INFO", "text", file, clock=lambda: NOW, stream=StringIO()):
        log.info("one")
        file.rename(aside)
        log.info("two")
        file.unlink()
        log.info("three")
        log.info("four")
        with file.open("r+b") as opened:
            opened.truncate(0)  # as logrotate's copytruncate
        log.info("five")
    assert aside.read_text("utf-8").split()[-1] == "one"
    assert [line.split()[-1] for line in file.read_text("utf-8").splitlines()] == ["five"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told_once_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with written(file=tmp_path / "bot.log") as lines:
        monkeypatch.setattr(RotatingFileHandler, "shouldRollover", is_full)
        for _ in range(3):
            log.info("hello")
    assert len(lines()) == 3
    said = f"{tmp_path}/bot.log cannot be written: No space left on device\n"
    assert capsys.readouterr().err == said


def test_a_file_that_cannot_be_put_aside_is_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_open_elsewhere(*_: object) -> None:
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    file = tmp_path / "bot.log"
    monkeypatch.setattr("logging.handlers.os.rename", is_open_elsewhere)
    with written(file=file):
        log.info("one")
        monkeypatch.setattr(RotatingFileHandler, "shouldRollover", lambda *_: True)
        log.info("two")
    assert [line.split()[-1] for line in file.read_text("utf-8").splitlines()] == ["one", "two"]
