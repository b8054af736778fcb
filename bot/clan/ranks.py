"""Who may do what, and which rank stands above which.

Authority is the higher of the Discord side and the confirmed accounts; a mere claim gives none,
and neither does a WOM rank before the clan has confirmed what its ranks give.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import Self

from bot.clan.activity import ChangeKind
from bot.clan.plain import listed, must_be_once, must_know

GUEST_ROLE = "guest"


class Tier(IntEnum):
    """The three shelves of WOM roles; every role that is not named stands on the third."""

    LEADERSHIP = 1
    MEMBERS = 2
    OTHERS = 3


class Authority(IntEnum):
    """What somebody is for the bot; each includes what stands before it."""

    GUEST = 0
    MEMBER = 1
    OFFICER = 2
    LEADERSHIP = 3


class Permission(StrEnum):
    """What can be asked of the bot that not everybody may ask."""

    SEE_OWN = "see_own"
    SEE_REPORTS = "see_reports"
    POST_REPORTS = "post_reports"
    DECIDE_LINKS = "decide_links"
    MANAGE = "manage"
    PROMOTE = "promote"
    KICK = "kick"
    CALL_INACTIVE = "call_inactive"
    SET_LEAVE = "set_leave"
    SET_UP = "set_up"


_WORDS = {
    Permission.SEE_OWN: "use this",
    Permission.SEE_REPORTS: "see the clan's reports",
    Permission.POST_REPORTS: "post the clan's reports for everybody",
    Permission.DECIDE_LINKS: "decide whose account is whose",
    Permission.MANAGE: "change how the clan is run",
    Permission.PROMOTE: "decide on promotions",
    Permission.KICK: "decide on removals",
    Permission.CALL_INACTIVE: "decide who is inactive",
    Permission.SET_LEAVE: "see and set the leave of others",
}
_HOLDERS = {
    Authority.GUEST: "people on this server",
    Authority.MEMBER: "members of the clan",
    Authority.OFFICER: "officers",
    Authority.LEADERSHIP: "the clan's leadership",
}


@dataclass(frozen=True, slots=True)
class Permissions:
    """One clan's table of who may do what.

    `tier_1` and `tier_2` are WOM roles, highest first; `officer_roles` those below tier 1 that make
    an officer. The Discord sets are role ids. The last five say what each permission asks for.
    """

    tier_1: tuple[str, ...] = ("owner", "deputy_owner", "zenyte", "dragonstone", "saviour")
    tier_2: tuple[str, ...] = ("onyx", "administrator", "member", "prospector")
    officer_roles: frozenset[str] = frozenset({"onyx", "administrator"})
    discord_officers: frozenset[int] = frozenset()
    discord_leadership: frozenset[int] = frozenset()
    see_reports: Authority = Authority.OFFICER
    manage: Authority = Authority.LEADERSHIP
    promote: Authority = Authority.LEADERSHIP
    kick: Authority = Authority.OFFICER
    decide_links: Authority = Authority.OFFICER

    def __post_init__(self) -> None:
        must_be_once(self.tier_1 + self.tier_2, "among the ranks of leadership, staff and members")

    def tier(self, role: str) -> Tier:
        """Return the shelf on which a WOM role stands."""
        if role in self.tier_1:
            return Tier.LEADERSHIP
        return Tier.MEMBERS if role in self.tier_2 else Tier.OTHERS

    def asked_for(self, permission: Permission) -> Authority:
        """Return the authority it asks for: for one's own, none, since linking comes first."""
        asked = {
            Permission.SEE_REPORTS: self.see_reports,
            # What is opened to more people is for their own reading.
            Permission.POST_REPORTS: max(self.see_reports, Authority.OFFICER),
            Permission.DECIDE_LINKS: self.decide_links,
            Permission.MANAGE: self.manage,
            Permission.PROMOTE: self.promote,
            Permission.KICK: self.kick,
            Permission.CALL_INACTIVE: max(self.promote, self.kick),  # it leads to removals
            Permission.SET_LEAVE: Authority.OFFICER,  # with it come reasons, whatever is opened
        }
        return asked.get(permission, Authority.GUEST)

    def to_dict(self) -> dict[str, object]:
        """Return the table as plain values for JSON."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Return the table from plain values; what is not stored keeps its default.

        Raises:
            ValueError: a field is unknown or malformed; the words say which and what it must be.
        """
        must_know([each.name for each in fields(cls)], stored, "gates have")
        plain = cls().to_dict() | dict(stored)
        return cls(
            tier_1=_roles(plain, "tier_1"),
            tier_2=_roles(plain, "tier_2"),
            officer_roles=frozenset(_roles(plain, "officer_roles")),
            discord_officers=_role_ids(plain, "discord_officers"),
            discord_leadership=_role_ids(plain, "discord_leadership"),
            see_reports=_level(plain, "see_reports"),
            manage=_level(plain, "manage"),
            promote=_level(plain, "promote"),
            kick=_level(plain, "kick"),
            decide_links=_level(plain, "decide_links"),
        )


DEFAULT_PERMISSIONS = Permissions()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `wom_roles` are those of accounts whose link an officer confirmed, no others.

    Until the clan confirmed what its WOM ranks give, they give nothing: `ranks_count`.
    """

    is_guild_owner: bool = False
    can_manage_server: bool = False
    discord_role_ids: frozenset[int] = frozenset()
    wom_roles: frozenset[str] = frozenset()
    ranks_count: bool = True


def authority(caller: Caller, permissions: Permissions = DEFAULT_PERMISSIONS) -> Authority:
    """Return the higher of what the Discord side and the confirmed accounts give."""
    return max(_discord_authority(caller, permissions), _game_authority(caller, permissions))


def may(
    caller: Caller, permission: Permission, permissions: Permissions = DEFAULT_PERMISSIONS
) -> bool:
    """Return whether the caller may do it; only the server's own managers may set up."""
    if permission is Permission.SET_UP:
        return _runs_server(caller)
    return authority(caller, permissions) >= permissions.asked_for(permission)


def refusal(permission: Permission, permissions: Permissions = DEFAULT_PERMISSIONS) -> str:
    """Return to somebody who may not, who may."""
    if permission is Permission.SET_UP:
        return "Only people with Manage Server may set up the bot"
    return f"Only {_HOLDERS[permissions.asked_for(permission)]} may {_WORDS[permission]}"


def ladder(
    role_orders: Sequence[tuple[str, int]], permissions: Permissions = DEFAULT_PERMISSIONS
) -> tuple[str, ...]:
    """Return the clan's roles, highest first: the group's own order or else the default tiers.

    `role_orders` are WOM's (role, index), where index 0 is the highest.
    """
    if not role_orders:
        return tuple(dict.fromkeys((*permissions.tier_1, *permissions.tier_2, GUEST_ROLE)))
    return tuple(dict.fromkeys(role for role, _ in sorted(role_orders, key=lambda it: it[::-1])))


def rank_of(role: str, ladder: Sequence[str]) -> int | None:
    """Return how many rungs stand above the role (0 is the top), or None when it is not there."""
    return ladder.index(role) if role in ladder else None


def next_rank(role: str, ladder: Sequence[str]) -> str | None:
    """Return the role one rung up, or None at the top and for a role that is not there."""
    rank = rank_of(role, ladder)
    return ladder[rank - 1] if rank else None


def gives_rights(role: str, permissions: Permissions = DEFAULT_PERMISSIONS) -> bool:
    """Return whether whoever holds the rank is an officer, or leads."""
    return _role_authority(role, permissions) >= Authority.OFFICER


def below_officers(
    ladder: Sequence[str], permissions: Permissions = DEFAULT_PERMISSIONS
) -> str | None:
    """Return the highest rank that has no officer's rank beneath it and is none; None for none."""
    lowest = max(
        (n for n, role in enumerate(ladder) if gives_rights(role, permissions)), default=-1
    )
    return ladder[lowest + 1] if lowest + 1 < len(ladder) else None


def compare(before: str, after: str, ladder: Sequence[str]) -> ChangeKind:
    """Return what a change of role was; a role that is not on the ladder goes neither up nor down.

    PROMOTED, DEMOTED, or ROLE where nobody can say which.
    """
    was, became = rank_of(before, ladder), rank_of(after, ladder)
    if was is None or became is None or was == became:
        return ChangeKind.ROLE
    return ChangeKind.PROMOTED if became < was else ChangeKind.DEMOTED


def _runs_server(caller: Caller) -> bool:
    return caller.is_guild_owner or caller.can_manage_server


def _discord_authority(caller: Caller, permissions: Permissions) -> Authority:
    if _runs_server(caller) or caller.discord_role_ids & permissions.discord_leadership:
        return Authority.LEADERSHIP
    is_officer = caller.discord_role_ids & permissions.discord_officers
    return Authority.OFFICER if is_officer else Authority.GUEST


def _game_authority(caller: Caller, permissions: Permissions) -> Authority:
    if not caller.ranks_count:
        return Authority.GUEST
    held = (_role_authority(role, permissions) for role in caller.wom_roles)
    return max(held, default=Authority.GUEST)


def _role_authority(role: str, permissions: Permissions) -> Authority:
    if permissions.tier(role) is Tier.LEADERSHIP:
        return Authority.LEADERSHIP
    if role in permissions.officer_roles:
        return Authority.OFFICER
    return Authority.GUEST if role == GUEST_ROLE else Authority.MEMBER


def _plain(value: Authority | Collection[str] | Collection[int]) -> object:
    if isinstance(value, Authority):
        return value.name.lower()
    return sorted(value) if isinstance(value, frozenset) else list(value)


def _roles(plain: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(listed(plain[name], name, "WOM role names"))


def _role_ids(plain: Mapping[str, object], name: str) -> frozenset[int]:
    return frozenset(listed(plain[name], name, "Discord role ids", _is_role_id))


def _is_role_id(value: object) -> bool:
    # A bool is an int to Python, and not to people.
    return type(value) is int


def _level(plain: Mapping[str, object], name: str) -> Authority:
    levels = {level.name.lower(): level for level in Authority if level is not Authority.GUEST}
    found = plain[name]
    if not isinstance(found, str) or found not in levels:
        raise ValueError(f"{name} must be one of {', '.join(levels)}, not {found!r}")
    return levels[found]
