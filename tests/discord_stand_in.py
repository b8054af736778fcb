"""A small Discord on a loopback socket: REST and gateway, as far as a start and a talk need them.

What discord.py does with a connection is real here: login, commands, identify, heartbeat, events.
A test says what is refused, with which code the gateway closes, and what it sends; nobody waits.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

import pytest
import yarl
from aiohttp import WSMsgType, web
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

TOKEN = "a-token-that-nobody-has"
GUILD_ID, CHANNEL_ID, BOT_ID, USER_ID, ADMIN_ID = (90_000_000_000_000_000 + n for n in range(5))
MEMBERS, WORDS = 1 << 15, 1 << 19
DROPPED = 0
"""The status of a refusal by which the connection is dropped without an answer."""

_REST = "/api/v10"
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _MEMBERS_OF, _HELLO, _ACK = 0, 1, 2, 6, 8, 10, 11
_SESSION = "a-session"
_INTERVAL_MS = 41_250
_PATIENCE_S = 60
"""How long a test waits for the bot: it takes a few milliseconds, or never comes."""
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404


@dataclass
class Refusal:
    """What is answered instead, so many times, to requests whose method and path fit."""

    status: int
    method: str = "*"
    path: str = "*"
    times: int = 1
    code: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Return whether a request is refused by it; each one that is uses it up."""
        fits = self.times > 0 and fnmatch(method, self.method) and fnmatch(path, self.path)
        self.times -= fits
        return fits


class DiscordStand:
    """What the stand-in was asked, and what it is to say."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[tuple[str, str]] = []
        self.members_of: list[str] = []
        """Of which servers all members were asked for, in that order."""
        self.refusals: list[Refusal] = []
        self.answers: list[tuple[str, str, Any]] = _usual_answers()
        self.guilds: list[dict[str, Any]] = [a_guild()]
        self.flags = MEMBERS | WORDS
        """Which intents are switched on in the developer portal."""
        self.commands: dict[str, list[dict[str, Any]]] = {}
        """What each scope shows, by the path of it; a server without an entry shows nothing."""
        self.first_frames: list[str] = []
        """What the gateway says instead of Hello, once each."""
        self.closes: list[int] = []
        """The codes with which it ends the next sessions instead of welcoming them."""
        self.interval_ms = _INTERVAL_MS
        """How often those who connect next have to say that they are there."""
        self.is_deaf = False
        """Whether it answers no heartbeat any more."""
        self._unanswered: asyncio.Queue[None] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._put: asyncio.Queue[str] = asyncio.Queue()
        self._identified: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._resumed: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sockets: dict[web.WebSocketResponse, tuple[int, int] | None] = {}
        """Who is connected, and for which shard of how many, once that is said."""
        self._beats: list[asyncio.Future[None]] = []
        self._sequence = 0

    async def identified(self) -> dict[str, Any]:
        """Return with what the next session was begun, once it is; TimeoutError when none is."""
        async with asyncio.timeout(_PATIENCE_S):
            return await self._identified.get()

    async def shows(self, names: Collection[str], scope: int | str = "everywhere") -> None:
        """Wait until a scope shows these commands, whatever it showed before."""
        async with asyncio.timeout(_PATIENCE_S):
            while {each["name"] for each in self.commands.get(str(scope), [])} != {*names}:
                await self._put.get()

    async def answered(self) -> dict[str, Any]:
        """Return what is answered next to a command or a press."""
        async with asyncio.timeout(_PATIENCE_S):
            return await self._answers.get()

    async def resumed(self) -> dict[str, Any]:
        """Return with what a session was taken up again, once one is; TimeoutError when none is."""
        async with asyncio.timeout(_PATIENCE_S):
            return await self._resumed.get()

    async def unanswered(self) -> None:
        """Wait until a heartbeat came that it does not answer."""
        async with asyncio.timeout(_PATIENCE_S):
            await self._unanswered.get()

    def as_usual(self) -> None:
        """Refuse nothing any more, and answer as Discord does."""
        self.refusals.clear()
        self.answers[:] = _usual_answers()

    async def tell(self, event: str, told: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        """Send an event to everybody who is connected and to whose shard its server belongs."""
        guild_id = _server_of(event, told)
        for socket, shard in list(self._sockets.items()):
            if guild_id is None or _is_on(shard, guild_id):
                await self._tell(socket, event, told)

    async def _tell(self, socket: web.WebSocketResponse, event: str, told: Any) -> None:  # noqa: ANN401 - likewise
        self._sequence += 1
        frame = {"op": _DISPATCH, "t": event, "s": self._sequence, "d": told}
        with suppress(ConnectionError):
            await socket.send_str(json.dumps(frame))

    async def lose(self, guild_id: int) -> None:
        """Have somebody remove the bot from a server, which takes its own commands along."""
        self.guilds[:] = [each for each in self.guilds if each["id"] != str(guild_id)]
        self.commands.pop(str(guild_id), None)
        await self.tell("GUILD_DELETE", {"id": str(guild_id)})

    async def invite(self, guild: dict[str, Any]) -> None:
        """Have somebody invite the bot to a server."""
        self.guilds.append(guild)
        # What was said of it at the beginning of a session, Discord does not say of a new one.
        new = {key: each for key, each in guild.items() if key != "unavailable"}
        await self.tell("GUILD_CREATE", new)

    async def say(self, text: str) -> None:
        """Send a frame as it is; whoever is just leaving does not get it."""
        for socket in list(self._sockets):
            with suppress(ConnectionError):
                await socket.send_str(text)

    async def caught_up(self) -> None:
        """Wait until everything that was sent is read.

        Raises ConnectionError when nobody is there, TimeoutError when nobody says so.
        """
        beat = asyncio.get_running_loop().create_future()
        self._beats.append(beat)
        if not self._sockets:
            raise ConnectionError("nobody is connected")
        await self.say(json.dumps({"op": _HEARTBEAT}))
        async with asyncio.timeout(_PATIENCE_S):
            await beat

    async def hang_up(self, code: int = 1000, shard_id: int | None = None) -> None:
        """Close every session, or that of a shard."""
        for socket, shard in list(self._sockets.items()):
            if shard_id is None or (shard is not None and shard[0] == shard_id):
                await socket.close(code=code)

    async def rest(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of the REST interface."""
        path = request.path.removeprefix(_REST)
        self.asked.append((request.method, path))
        refused = self._refused(request, path)
        if refused is not None:
            return refused
        if path.startswith("/interactions/"):
            self._answers.put_nowait(await request.json())
            return _said({"interaction": {"id": "1", "type": 2}})
        if path.startswith("/webhooks/"):
            self._answers.put_nowait({"data": await request.json()})
            return _said(a_message(77))
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _said({"message": "401: Unauthorized", "code": 0}, _UNAUTHORIZED)
        if path.endswith("/commands"):
            return await self._shown(request, path)
        return self._told(request.method, path)

    def _told(self, asked: str, path: str) -> web.Response:
        if path == "/users/@me/guilds":
            return _said([{"id": each["id"], "name": each["name"]} for each in self.guilds])
        for guild in self.guilds:
            if (told := _of_guild(guild, path)) is not None:
                return _said(told)
        for method, pattern, answer in self.answers:
            if fnmatch(asked, method) and fnmatch(path, pattern):
                is_ours = path == "/oauth2/applications/@me"
                return _said(answer | {"flags": self.flags} if is_ours else answer)
        return _said({"message": "404: Not Found", "code": 0}, _NOT_FOUND)

    async def _shown(self, request: web.Request, path: str) -> web.Response:
        """Return or replace the commands of everywhere, or of one server that the bot is in."""
        parts = path.split("/")
        guild_id = parts[4] if parts[3] == "guilds" else None
        if guild_id is not None and guild_id not in {each["id"] for each in self.guilds}:
            return _said({"message": "Missing Access", "code": 50001}, _FORBIDDEN)
        scope = guild_id or "everywhere"
        if request.method == "PUT":
            self.commands[scope] = _as_stored(await request.json(), guild_id)
            self._put.put_nowait(scope)
        return _said(self.commands.get(scope, []))

    async def gateway(self, request: web.Request) -> web.StreamResponse:
        """Hold one session of the gateway."""
        refused = self._refused(request, "/gateway")
        if refused is not None:
            return refused
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = None
        hello = json.dumps({"op": _HELLO, "d": {"heartbeat_interval": self.interval_ms}})
        try:
            await socket.send_str(self.first_frames.pop(0) if self.first_frames else hello)
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._hear(socket, json.loads(frame.data))
        finally:
            del self._sockets[socket]
            self._end_beats()
        return socket

    async def _hear(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        if said["op"] == _HEARTBEAT and self.is_deaf:
            self._unanswered.put_nowait(None)
        elif said["op"] == _HEARTBEAT:
            await socket.send_json({"op": _ACK})
            for beat in self._beats:
                if not beat.done():
                    beat.set_result(None)
            self._beats.clear()
        elif said["op"] == _IDENTIFY:
            if self.closes:
                await socket.close(code=self.closes.pop(0))
            else:
                await self._welcome(socket, said["d"].get("shard"))
            self._identified.put_nowait(said["d"])
        elif said["op"] == _MEMBERS_OF:
            await self._tell_members(said["d"])
        elif said["op"] == _RESUME:
            number, _, count = said["d"]["session_id"].removeprefix(_SESSION).partition("/")
            self._sockets[socket] = (int(number), int(count)) if count else None
            await self._tell(socket, "RESUMED", {})
            self._resumed.put_nowait(said["d"])

    async def _tell_members(self, wanted: dict[str, Any]) -> None:
        self.members_of.append(str(wanted["guild_id"]))
        guild = next(each for each in self.guilds if each["id"] == self.members_of[-1])
        chunk = {"guild_id": guild["id"], "members": guild["members"], "nonce": wanted["nonce"]}
        await self.tell("GUILD_MEMBERS_CHUNK", chunk | {"chunk_index": 0, "chunk_count": 1})

    async def _welcome(self, socket: web.WebSocketResponse, shard: list[int] | None) -> None:
        self._sockets[socket] = None if shard is None else (shard[0], shard[1])
        guilds = [each for each in self.guilds if _is_on(self._sockets[socket], int(each["id"]))]
        ready = {
            "v": 10,
            "user": _a_user(BOT_ID, "Lantern", bot=True),
            "guilds": [{"id": each["id"], "unavailable": True} for each in guilds],
            "session_id": _SESSION if shard is None else f"{_SESSION}{shard[0]}/{shard[1]}",
            "resume_gateway_url": f"ws://{self.address}/gateway",
            "application": {"id": str(BOT_ID), "flags": 0},
            **({} if shard is None else {"shard": shard}),
        }
        await self._tell(socket, "READY", ready)
        for guild in guilds:
            await self._tell(socket, "GUILD_CREATE", guild)

    def _refused(self, request: web.Request, path: str) -> web.Response | None:
        refusal = next((each for each in self.refusals if each.takes(request.method, path)), None)
        if refusal is None:
            return None
        if refusal.status == DROPPED and request.transport is not None:
            request.transport.close()
            return web.Response()
        told = {"message": "refused", "code": refusal.code}
        return _said(told, refusal.status)

    def _end_beats(self) -> None:
        for beat in self._beats:
            if not beat.done():
                beat.set_exception(ConnectionError("the session ended"))
        self._beats.clear()


def _server_of(event: str, told: Any) -> int | None:  # noqa: ANN401 - likewise
    """Return of which server an event tells, if it says so as Discord does."""
    key = "id" if event in {"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"} else "guild_id"
    found = told.get(key) if isinstance(told, dict) else None
    return int(found) if isinstance(found, str) and found.isdecimal() else None


def _is_on(shard: tuple[int, int] | None, guild_id: int) -> bool:
    """Return whether a session of a shard is told of a server; one without a shard is of all."""
    return shard is None or (guild_id >> 22) % shard[1] == shard[0]


@asynccontextmanager
async def discord_stand() -> AsyncIterator[DiscordStand]:
    """Yield a Discord at which discord.py finds itself; it connects again without waiting."""
    stand = DiscordStand()
    app = web.Application()
    app.router.add_get("/gateway", stand.gateway)
    app.router.add_route("*", _REST + "/{path:.*}", stand.rest)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    stand.address = f"{host}:{port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Route, "BASE", f"http://{stand.address}{_REST}")
        patch.setattr(
            DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(f"ws://{stand.address}/gateway")
        )
        patch.setattr(ExponentialBackoff, "delay", lambda _: 0.0)
        try:
            yield stand
        finally:
            await stand.hang_up()
            await runner.cleanup()


def a_guild(**instead: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can say
    """Return a server with one channel, the bot as its administrator, and one member."""
    admin = str(1 << 3)
    return {
        "id": str(GUILD_ID),
        "name": "Amber Lanterns",
        "owner_id": str(USER_ID),
        "unavailable": False,
        "large": False,
        "member_count": 2,
        "members": [_a_member(_a_user(BOT_ID, "Lantern", bot=True), ADMIN_ID), a_member()],
        "roles": [_a_role(GUILD_ID, "@everyone", "0"), _a_role(ADMIN_ID, "Admin", admin)],
        "channels": [a_channel()],
        "threads": [],
        "emojis": [],
        "features": [],
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
        **instead,
    }


def a_channel(**instead: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """Return the channel in which people write."""
    return {
        "id": str(CHANNEL_ID),
        "guild_id": str(GUILD_ID),
        "type": 0,
        "name": "general",
        "position": 0,
        "parent_id": None,
        "permission_overwrites": [],
        **instead,
    }


def a_member() -> dict[str, Any]:
    """Return somebody who is in the server."""
    return _a_member(_a_user(USER_ID, "zezima"))


def a_message(message_id: int, content: str = "hello", **instead: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """Return what that somebody writes."""
    return {
        "id": str(message_id),
        "channel_id": str(CHANNEL_ID),
        "guild_id": str(GUILD_ID),
        "author": _a_user(USER_ID, "zezima"),
        "member": {key: value for key, value in a_member().items() if key != "user"},
        "content": content,
        "type": 0,
        "timestamp": "2026-11-20T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        **instead,
    }


def _a_user(user_id: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    plain = {"discriminator": "0", "global_name": None, "avatar": None, "public_flags": 0}
    return {"id": str(user_id), "username": name, "bot": bot, **plain}


def _a_member(user: dict[str, Any], *role_ids: int) -> dict[str, Any]:
    return {
        "user": user,
        "roles": [str(each) for each in role_ids],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "nick": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def _a_role(role_id: int, name: str, permissions: str) -> dict[str, Any]:
    colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": str(role_id),
        "name": name,
        "permissions": permissions,
        "position": 0,
        "color": 0,
        "colors": colours,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def _usual_answers() -> list[tuple[str, str, Any]]:
    bot = _a_user(BOT_ID, "Lantern", bot=True)
    application = {
        "id": str(BOT_ID),
        "name": "Lantern",
        "description": "",
        "icon": None,
        "owner": _a_user(USER_ID, "zezima"),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "",
        "flags": 0,
    }
    limits = {"total": 1000, "remaining": 999, "reset_after": 60_000, "max_concurrency": 1}
    return [
        ("GET", "/users/@me", bot),
        ("GET", "/oauth2/applications/@me", application),
        ("GET", "/gateway/bot", {"url": "", "shards": 1, "session_start_limit": limits}),
        ("GET", "/channels/*/messages", []),
        ("GET", "/guilds/*/threads/active", {"threads": [], "members": []}),
        ("GET", "/channels/*/threads/*", {"threads": [], "members": [], "has_more": False}),
    ]


def _said(told: Any, status: int = 200) -> web.Response:  # noqa: ANN401 - likewise
    # discord.py takes only what is called exactly this for JSON.
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(told).encode(), status=status, headers=headers)


def _of_guild(guild: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - likewise
    """Return what REST says of a server, which has neither channels nor members in it."""
    whole = f"/guilds/{guild['id']}"
    if path == whole:
        beside = ("channels", "members", "member_count", "threads", "voice_states")
        return {key: each for key, each in guild.items() if key not in beside}
    if path in {f"{whole}/channels", f"{whole}/members"}:
        return guild[path.rpartition("/")[2]]
    found = (each for each in guild["members"] if path == f"{whole}/members/{each['user']['id']}")
    return next(found, None)


def _as_stored(commands: list[dict[str, Any]], guild_id: str | None) -> list[dict[str, Any]]:
    """Return commands as Discord keeps them: with ids, and without what says nothing."""
    kept = {"application_id": str(BOT_ID), "version": "1", "default_member_permissions": None}
    where = {"guild_id": guild_id, "contexts": None} if guild_id else {}
    return [
        {"description": "", **_told(each), **kept, **where, "id": str(BOT_ID + number)}
        for number, each in enumerate(commands, 100)
    ]


def _told(said: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return the same without falsehoods and empty lists, which Discord does not repeat."""
    if isinstance(said, dict):
        told = {key: _told(each) for key, each in said.items()}
        return {
            key: each
            for key, each in told.items()
            if each is not None and each is not False and each != []
        }
    return [_told(each) for each in said] if isinstance(said, list) else said
