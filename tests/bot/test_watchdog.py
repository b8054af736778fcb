"""What the watchdog sees of a database that others use, tells a webhook, and remembers."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.clan.watching import LifeSigns, Memory
from bot.settings import Settings, load
from bot.watchdog import (
    CONFIRMED_AFTER_S,
    Watchdog,
    WebhookFailed,
    memory_beside,
    post_to,
    read_signs,
    remember,
    remembered,
)
from storage import archiving, clans, runs
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.storage.beside import SHUTS_OUT, WRITES, beside
from tests.storage.conftest import path, template
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import DAY, HOUR, NOW, names_in, opened

__all__ = ["path", "template"]

WEBHOOK = "/api/webhooks/77/a-secret-that-nobody-may-see"


@dataclass
class Webhook:
    """A webhook on a loopback socket: what it was sent, and how it answers."""

    port: int = 0
    status: int = 204
    sent: list[dict[str, object]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{WEBHOOK}"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            hook.agents.append(self.headers["User-Agent"])
            hook.paths.append(self.path)
            self.send_response(hook.status)
            if hook.status == 302:
                self.send_header("Location", f"http://127.0.0.1:{hook.port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            hook.paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield hook
        server.shutdown()
        thread.join()


def settings_of(path: Path) -> Settings:
    return load({"DATABASE_URL": f"sqlite:///{path}"}, None)


@dataclass
class Yard:
    """A watchdog that can be started anew; it does not wait, and what passes meanwhile is set."""

    settings: Settings
    clock: Clock
    webhook: Webhook
    naps: list[float] = field(default_factory=list)
    meanwhile: Path | None = None
    """A database that is heard of while the watchdog waits."""

    def dog(self, *, remembers: bool = True) -> Watchdog:
        post = partial(post_to, self.webhook.address, version="1.2.3")
        return Watchdog(self.settings, self.clock, self.sleep, DAY, post, remembers)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.clock.forward(timedelta(seconds=seconds))
        if self.meanwhile is not None:
            says(self.meanwhile, "UPDATE clans SET listened_at = ?", ms(self.clock))

    def posts(self) -> list[object]:
        return [each["content"] for each in self.webhook.sent]


def ms(clock: Clock) -> int:
    return int(clock.now.timestamp() * 1000)


def says(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def written(path: Path, clock: Clock) -> None:
    """Have the files written at the clock's present."""
    for each in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):
            os.utime(each, (clock.now.timestamp(), clock.now.timestamp()))


@pytest.fixture
async def yard(path: Path, webhook: Webhook) -> Yard:
    """A clan that was heard just now; everything else is as a bot leaves it."""
    clock = Clock(NOW)
    async with opened(path) as database, database.writing() as connection:
        clan = await clans.found(connection, 1, "Amber Lanterns", NOW)
        await clans.change(connection, clan.clan_id, listened_at=NOW, wom_group_id=7)
    written(path, clock)
    return Yard(settings_of(path), clock, webhook)


async def test_silence_is_told_once_through_restarts_and_once_that_all_is_well(
    yard: Yard, path: Path
) -> None:
    assert (await yard.dog().look()).found == ()
    yard.clock.forward(25 * HOUR)
    for _ in range(3):
        assert [each.about for each in (await yard.dog().look()).found] == ["bot"]
    says(path, "UPDATE clans SET listened_at = ?", ms(yard.clock))
    for _ in range(2):
        assert (await yard.dog().look()).found == ()
    first, last = yard.posts()
    assert "There has been no sign of life from the bot since <t:" in str(first)
    assert "well again" in str(last)
    assert yard.webhook.sent[0]["allowed_mentions"] == {"parse": []}
    assert yard.webhook.agents[0].startswith("DiscordBot (")
    assert yard.naps == [CONFIRMED_AFTER_S]


async def test_a_machine_that_woke_or_a_clock_that_jumped_is_no_silence(
    yard: Yard, path: Path
) -> None:
    yard.clock.forward(30 * DAY)
    yard.meanwhile = path
    assert (await yard.dog().look()).found == ()
    assert yard.posts() == []


async def test_a_clock_that_was_set_back_is_no_silence(yard: Yard, path: Path) -> None:
    yard.clock.now -= 30 * DAY
    assert (await yard.dog().look()).found == ()
    written(path, yard.clock)
    yard.clock.forward(25 * HOUR)
    assert [each.about for each in (await yard.dog().look()).found] == []


@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 500, 503])
async def test_a_webhook_that_refuses_is_tried_again_and_not_counted_as_told(
    yard: Yard, status: int
) -> None:
    yard.clock.forward(25 * HOUR)
    yard.webhook.status = status
    dog = yard.dog()
    for each in (dog, dog, yard.dog()):
        seen = await each.look()
        assert seen.failed is not None
        assert "secret" not in seen.failed
    assert remembered(memory_beside(yard.settings)).told == frozenset()
    assert set(yard.webhook.paths) == {WEBHOOK}
    yard.webhook.status = 204
    assert (await dog.look()).failed is None
    assert (await dog.look()).failed is None
    assert len(yard.webhook.sent) == 4


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/api/webhooks/1/secret",
        "https://no-such-host.invalid/api/webhooks/1/secret",
        f"https://{'a' * 70}.example/api/webhooks/1/secret",
        "http://127.0.0.1:99999/api/webhooks/1/secret",
    ],
)
def test_a_webhook_that_is_not_reached_is_told_without_its_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", _nobody)
    with pytest.raises(WebhookFailed) as caught:
        post_to(address, "a text", "1")
    assert "is away" in str(caught.value)
    assert caught.value.__context__ is None


def _nobody(host: str | bytes, *_: object) -> None:
    (host.encode("idna") if isinstance(host, str) else host)  # as the system's own does
    raise ConnectionRefusedError


async def test_a_quiet_look_tells_and_remembers_nothing(yard: Yard, path: Path) -> None:
    yard.clock.forward(25 * HOUR)
    before = names_in(path.parent)
    assert [each.about for each in (await yard.dog(remembers=False).look()).found] == ["bot"]
    assert yard.posts() == []
    assert yard.naps == []
    assert names_in(path.parent) == before


async def test_polls_that_fail_since_the_last_good_one_are_seen(yard: Yard, path: Path) -> None:
    async def ran(database: Database, outcome: str, hours: int) -> None:
        async with database.writing() as connection:
            at = NOW + hours * HOUR
            run = await runs.begin(connection, "poll", 1, "t", at)
            await runs.end(connection, run, outcome, {"words": "The roster is odd"}, at)

    async with opened(path) as database:
        for outcome, hours in [("failed", 1), ("done", 2), ("failed", 3), ("refused", 4)]:
            await ran(database, outcome, hours)
        signs = await read_signs(yard.settings)
        assert [each[:] for each in signs.failing] == [
            ("Amber Lanterns", NOW + 3 * HOUR, 2, "The roster is odd")
        ]
        assert signs.listened_at == NOW
        says(path, "UPDATE job_runs SET detail = 'no JSON'")
        assert [each.words for each in (await read_signs(yard.settings)).failing] == [""]
        await ran(database, "done", 5)
        assert (await read_signs(yard.settings)).failing == ()


async def test_a_writer_is_not_held_up_and_nothing_is_left_beside(yard: Yard, path: Path) -> None:
    before = names_in(path.parent)
    await read_signs(yard.settings)
    assert names_in(path.parent) == before
    with beside(path, "PRAGMA journal_mode=WAL", *WRITES):
        assert (await read_signs(yard.settings)).listened_at == NOW
    with beside(path, *SHUTS_OUT):
        signs = await read_signs(yard.settings)
    assert signs.unreadable is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not there"),
        (b"no database " * 1000, "is damaged"),
        (b"", None),
        (b"SQLite format 3\0" + b"\xa5" * 9000, "is damaged"),
    ],
)
async def test_what_is_no_database_is_told_in_words(
    yard: Yard, path: Path, content: bytes | None, words: str | None
) -> None:
    path.unlink()  # noqa: ASYNC240 - a small file, and nobody waits
    if content is not None:
        path.write_bytes(content)  # noqa: ASYNC240 - a small file, and nobody waits
    assert (await read_signs(yard.settings)).unreadable == words


async def test_a_folder_that_is_gone_or_in_the_place_of_the_database_is_told(
    tmp_path: Path,
) -> None:
    gone = await read_signs(settings_of(tmp_path / "none" / "clan.db"))
    assert gone == LifeSigns(unreadable="is not there")
    (tmp_path / "clan.db").mkdir()
    assert (await read_signs(settings_of(tmp_path / "clan.db"))).unreadable == "cannot be read"


async def test_a_database_that_is_just_put_in_its_place_is_no_trouble(
    yard: Yard, path: Path
) -> None:
    content = path.read_bytes()  # noqa: ASYNC240 - likewise
    path.unlink()  # noqa: ASYNC240 - likewise
    dog = yard.dog()

    async def restored(_seconds: float) -> None:
        path.write_bytes(content)  # noqa: ASYNC240 - likewise

    dog.sleep = restored
    assert (await dog.look()).found == ()


async def test_a_server_that_is_not_reached_is_told_in_words(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:9/none"
    settings = load({"DATABASE_URL": url, "DATA_DIR": str(tmp_path)}, None)
    assert (await read_signs(settings)).unreadable == "cannot be reached, or does not let us in"
    assert memory_beside(settings) == tmp_path / "clan_data.db.watchdog"


async def test_of_several_processes_each_has_a_watchdog_of_its_own_shards(server: Server) -> None:
    server.wipe()
    async with opened(server.url(EMPTY)) as database, database.writing() as connection:
        for number, listened_at in ((1, NOW), (2, NOW + HOUR), (3, NOW + 2 * HOUR)):
            await clans.found(connection, number << 22, f"Clan {number}", NOW)
            await clans.note_listened(connection, [number << 22], listened_at)
    url = server.url(EMPTY, "postgresql").render_as_string(hide_password=False)
    seen = {}
    for ids in ("0-3", "1-2", "0"):
        keys = {"DATABASE_URL": url, "SHARD_COUNT": "4", "SHARD_IDS": ids}
        signs = await read_signs(load(keys, None))
        seen[ids] = signs.listened_at
        assert signs.unreadable is None
    assert seen == {"0-3": NOW + 2 * HOUR, "1-2": NOW + HOUR, "0": None}


def test_a_memory_that_cannot_be_understood_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x.watchdog"
    for content in ("", "{", "[]", '{"told": 3}', '{"told_at": "soon"}', "\udcff"):
        file.write_text(content, "utf-8", errors="surrogateescape")
        assert remembered(file) == Memory()
    memory = Memory(frozenset({"bot"}), NOW, NOW + HOUR)
    assert remember(file, memory)
    assert remembered(file) == memory
    assert names_in(tmp_path) == {file.name}


def test_on_a_full_disk_it_is_remembered_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, memory = tmp_path / "x.watchdog", Memory(frozenset({"disk"}), NOW, NOW)

    def full(*_args: object, **_words: object) -> None:
        raise OSError(28, "No space left on device")

    remember(file, Memory())
    size = file.stat().st_size
    monkeypatch.setattr("bot.watchdog.mkstemp", full)
    assert remember(file, memory)
    assert (remembered(file), file.stat().st_size) == (memory, size)
    assert not remember(tmp_path / "gone" / "x", memory)


async def test_what_was_told_and_cannot_be_remembered_is_said(yard: Yard) -> None:
    yard.clock.forward(25 * HOUR)
    memory_beside(yard.settings).mkdir()
    dog = yard.dog()
    assert "cannot be noted" in str((await dog.look()).failed)
    assert (await dog.look()).failed is None
    assert len(yard.posts()) == 1


async def test_an_archive_that_is_gone_is_told(path: Path) -> None:
    async with opened(path) as database:
        await archiving.move(database, NOW)
    settings = settings_of(path)
    assert (await read_signs(settings)).unreadable is None
    path.with_name("clan_data_archive.db").unlink()
    assert (await read_signs(settings)).unreadable == "lacks its archive"
