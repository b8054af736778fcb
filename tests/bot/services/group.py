"""A small WOM group that a test changes by hand, behind the real client."""

import base64
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.clan.names import wom_key
from tests.storage.rows import DAY, NOW
from wom.client import WomClient, open_http

GROUP_ID = 77
CODE = "123-456-789"
Form = dict[str, Any]
Answers = (
    Callable[[httpx.Request], httpx.Response]
    | Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]
)


@dataclass(slots=True)
class Someone:
    """A member as WOM has them; `past` are earlier snapshots: (instant, overall, bosses)."""

    player_id: int
    name: str = ""
    role: str = "member"
    created_at: datetime = NOW - 400 * DAY
    synced_at: datetime | None = None
    status: str = "active"
    updated_at: datetime | None = NOW - timedelta(hours=2)
    xp: float = 1_000_000
    bosses: dict[str, float] = field(default_factory=lambda: {"zulrah": 100})
    more: dict[str, dict[str, float]] = field(default_factory=dict)
    past: list[tuple[datetime, float, dict[str, float]]] = field(default_factory=list)
    is_in_hiscores: bool = True

    def rises(self, at: datetime, xp: float = 0, **kills: float) -> None:
        """Play, and be looked at by WOM."""
        self.updated_at = at
        self.xp += xp
        self.bosses |= {boss: self.bosses.get(boss, 0) + more for boss, more in kills.items()}


@dataclass(slots=True)
class Renamed:
    """A name change that somebody submitted."""

    player_id: int
    old: str
    new: str
    status: str = "approved"
    created_at: datetime = NOW


class Group:
    """A handler for `httpx.MockTransport`; `requests` are the paths asked so far."""

    def __init__(self, *members: Someone, group_id: int = GROUP_ID) -> None:
        self.group_id = group_id
        self.members = {each.player_id: each for each in members}
        self.orders = ["owner", "zenyte", "member", "prospector"]
        self.events: list[tuple[int, str, datetime]] = []
        self.names: list[Renamed] = []
        self.unreadable: set[int] = set()
        self.has_etags = True
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.answers: dict[str, httpx.Response] = {}
        self.before_hiscores: Callable[[], None] = lambda: None
        self.outside: dict[int, Someone] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        what = request.url.path.removeprefix(f"/v2/groups/{self.group_id}").strip("/") or "group"
        self.requests.append(what)
        self.bodies.append(request.content)
        if what in self.answers:
            broken = self.answers[what]
            return httpx.Response(
                broken.status_code, headers=broken.headers, content=broken.content
            )
        if what == "bulk-hiscores":
            self.before_hiscores()
        forms: Mapping[str, Callable[[httpx.Request], object]] = {
            "group": self._group,
            "bulk-hiscores": self._hiscores,
            "bulk-gained": self._gained,
            "activity": self._activity,
            "name-changes": self._name_changes,
            "v2/names": self._names,
            **{f"v2/players/id/{who}": self._player for who in self.outside},
            "update-all": lambda _: {"count": len(self.members), "message": "queued"},
        }
        body = json.dumps(forms[what](request)).encode()
        etag = f'W/"{base64.b64encode(hashlib.sha256(body).digest()).decode()}"'
        if self.has_etags and request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers={"etag": etag})
        headers = {"content-type": "application/json"}
        return httpx.Response(
            200, headers=headers | ({"etag": etag} if self.has_etags else {}), content=body
        )

    def asked(self) -> list[str]:
        """Return what was asked since the last time."""
        asked, self.requests = self.requests, []
        return asked

    def _group(self, _: httpx.Request) -> object:
        members = [self._membership(each) for each in self.members.values()]
        orders = [{"role": role, "index": index} for index, role in enumerate(self.orders)]
        name = {"id": self.group_id, "name": "Iron Cabbage", "clanChat": None}
        counted = {"memberCount": len(members), "homeworld": None}
        return name | counted | {"roleOrders": orders, "memberships": members}

    def _membership(self, each: Someone) -> Form:
        form: Form = {
            "playerId": each.player_id,
            "role": each.role,
            "clientSyncJoinedAt": _stamp(each.synced_at),
            "createdAt": _stamp(each.created_at),
            "updatedAt": _stamp(each.created_at),
            "player": player_form(each),
        }
        return form | {"player": "?"} if each.player_id in self.unreadable else form

    def _hiscores(self, _: httpx.Request) -> object:
        return [
            {"player": player_form(each), "data": snapshot_form(each)}
            for each in self.members.values()
            if each.updated_at is not None and each.is_in_hiscores and each.status != "archived"
        ]

    def _gained(self, request: httpx.Request) -> object:
        start, end = (
            datetime.fromisoformat(request.url.params[name]) for name in ("startDate", "endDate")
        )
        forms = []
        for each in self.members.values():
            now = [(each.updated_at, each.xp, each.bosses)] if each.updated_at else []
            looks = [look for look in (*each.past, *now) if start <= look[0] <= end]
            if looks:
                forms.append(_gained_form(each, looks[0], looks[-1]))
        return forms

    def _player(self, request: httpx.Request) -> object:
        each = self.outside[int(request.url.path.rsplit("/", 1)[1])]
        return player_form(each) | {"latestSnapshot": snapshot_form(each)}

    def _name_changes(self, request: httpx.Request) -> object:
        here = [each for each in self.names if each.player_id in self.members]
        return _page([_name_form(each) for each in here if each.status == "approved"], request)

    def _names(self, request: httpx.Request) -> object:
        wanted = request.url.params["username"].lower()
        found = [
            each
            for each in self.names
            if any(name.lower().startswith(wanted) for name in (each.old, each.new))
        ]
        return _page([_name_form(each) for each in found], request)

    def _activity(self, request: httpx.Request) -> object:
        forms = [
            {
                "groupId": self.group_id,
                "playerId": player_id,
                "type": kind,
                "role": None,
                "previousRole": None,
                "createdAt": _stamp(at),
                "player": player_form(self.members.get(player_id, Someone(player_id, "gone"))),
            }
            for player_id, kind, at in sorted(self.events, key=lambda event: event[2], reverse=True)
        ]
        return _page(forms, request)


def _page(forms: list[Form], request: httpx.Request) -> list[Form]:
    start, most = (int(request.url.params[name]) for name in ("offset", "limit"))
    return forms[start : start + most]


def _name_form(each: Renamed) -> Form:
    return {
        "id": 1 + each.player_id,
        "playerId": each.player_id,
        "oldName": each.old,
        "newName": each.new,
        "status": each.status,
        "resolvedAt": None,
        "createdAt": _stamp(each.created_at),
    }


def player_form(each: Someone) -> Form:
    name = each.name or f"Player {each.player_id}"
    return {
        "id": each.player_id,
        "username": wom_key(name),
        "displayName": name,
        "type": "regular",
        "build": "main",
        "status": each.status,
        "country": None,
        "exp": 0,
        "ehp": 0,
        "ehb": 0,
        "registeredAt": _stamp(NOW - 500 * DAY),
        "updatedAt": _stamp(each.updated_at),
        "lastChangedAt": _stamp(each.updated_at),
    }


def snapshot_form(each: Someone) -> Form:
    computed: dict[str, float] = {"ehp": each.xp / 100_000, "ehb": 5.5}
    sections = {
        "skills": ("experience", {"overall": each.xp, "attack": each.xp // 2}),
        "bosses": ("kills", each.bosses),
        "activities": ("score", {"clue_scrolls_all": -1.0}),
        "computed": ("value", computed),
    }
    return {
        "createdAt": _stamp(each.updated_at),
        "data": {
            section: {
                metric: {"metric": metric, counted: value}
                for metric, value in (values | each.more.get(section, {})).items()
            }
            for section, (counted, values) in sections.items()
        },
    }


def _gained_form(each: Someone, first: Any, last: Any) -> Form:  # noqa: ANN401 - two of `past`
    ends = {"overall": (first[1], last[1]), "attack": (first[1] // 2, last[1] // 2)}
    ends |= {boss: (first[2].get(boss, -1), kills) for boss, kills in last[2].items()}
    ends |= {"ehp": (first[1] / 100_000, last[1] / 100_000), "ehb": (5.5, 5.5)}
    return {
        "player": player_form(each),
        "startDate": _stamp(first[0]),
        "endDate": _stamp(last[0]),
        "data": [
            {"metric": metric, "gained": 0, "start": start, "end": end}
            for metric, (start, end) in ends.items()
        ],
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Patience:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def client_of(answers: Answers, key: str | None = None) -> WomClient:
    """Return the real client in front of somebody who answers."""
    patience = Patience()
    return WomClient(
        lambda: open_http(
            "https://wom.test/v2", key, "a test", "1", transport=httpx.MockTransport(answers)
        ),
        has_key=key is not None,
        monotonic=patience.monotonic,
        sleep=patience.sleep,
        jitter=lambda: 0.5,
    )
