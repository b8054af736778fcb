"""What tests of /promotions and /inactive share: pressing, forms, what happens meanwhile."""

from collections.abc import Sequence
from typing import Any

from simcord.actors import MemberActor
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage
from sqlalchemy import update

from bot.clan.cases import CaseKind, Life
from bot.clan.policy import changed
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.review import CaseAction, Judged
from bot.services.setup import Clan
from cogs._replies import Box
from storage.tables import MEMBERSHIPS
from tests.bot.services import village
from tests.cogs.town import Town, newest, words

_LIST, _TEXT = 3, 4
PARTS, CHARACTERS = 40, 4_000
"""Of a message, by Discord's rules."""


async def opened(
    town: Town, command: str, who: MemberActor | None = None, **options: object
) -> ResponseMessage:
    result = await (who or town.leader).slash(town.general, command, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


def ids(panel: ResponseMessage) -> list[str]:
    """Return the ids of all controls of a panel that can be pressed."""
    parts = walk_components(panel.components)
    return [str(each["custom_id"]) for each in parts if _is_control(each)]


def _is_control(part: dict[str, Any]) -> bool:
    return "custom_id" in part and not part.get("disabled")


def has(panel: ResponseMessage, start: str) -> bool:
    """Return whether a panel has a control whose id begins so."""
    return any(each.startswith(f"{start}:") for each in ids(panel))


def options(panel: ResponseMessage, act: str) -> dict[str, str]:
    """Return what a select of a panel offers: values by label."""
    (found,) = (
        part["options"]
        for part in walk_components(panel.components)
        if f":{act}:" in str(part.get("custom_id", "")) and "options" in part
    )
    return {each["label"]: each["value"] for each in found}


def picks(panel: ResponseMessage) -> list[str]:
    """Return whom a panel lets pick, as the values of the options."""
    return [*options(panel, "pick").values()]


def player_of(pick: str) -> int:
    """Return whom a pick is about."""
    return int(pick.partition(".")[0])


async def press(
    town: Town, panel: ResponseMessage, start: str, who: MemberActor | None = None
) -> InteractionResult:
    """Press the one button whose id begins so, or whose label does."""
    parts = [each for each in walk_components(panel.components) if _is_control(each)]
    (found,) = (
        each["custom_id"]
        for each in parts
        if each["custom_id"].startswith(f"{start}:") or str(each.get("label")).startswith(start)
    )
    return await (who or town.leader).click(panel, custom_id=found)


async def select(
    town: Town, panel: ResponseMessage, act: str, *values: str, who: MemberActor | None = None
) -> InteractionResult:
    """Choose in the one select of that name."""
    (found,) = (each for each in ids(panel) if f":{act}:" in each)
    return await (who or town.leader).select(panel, list(values), custom_id=found)


async def on_picked(
    town: Town,
    panel: ResponseMessage,
    start: str,
    *picked: str,
    who: MemberActor | None = None,
) -> InteractionResult:
    """Pick people, the first one if nobody is named, and press a button."""
    await select(town, panel, "pick", *(picked or picks(panel)[:1]), who=who)
    return await press(town, panel, start, who)


def told(result: InteractionResult) -> str:
    """Return what was said beside the panel, to whoever pressed alone."""
    assert all(each.ephemeral for each in result.followups)
    return "\n".join(words(each) for each in result.followups)


def beside(result: InteractionResult) -> str:
    """Return what was answered beside the panel, to whoever pressed alone."""
    assert newest(result).ephemeral
    return words(newest(result))


def refusal_of(result: InteractionResult) -> str:
    """Return what the gate said."""
    assert newest(result).ephemeral
    return words(newest(result))


async def filled(
    town: Town,
    shown: InteractionResult,
    *typed: str,
    who: MemberActor | None = None,
    **chosen: str | list[str],
) -> InteractionResult:
    """Send a form with what is typed into its fields, in their order; the rest as it is."""
    assert shown.modal is not None
    parts = list(walk_components(shown.modal["components"]))
    fields = [each for each in parts if each["type"] == _TEXT]
    values: dict[str, Any] = {each["custom_id"]: each.get("value") or "" for each in fields}
    values |= dict(zip([each["custom_id"] for each in fields], typed, strict=False))
    for each in parts:
        if each["type"] == _LIST:
            values[each["custom_id"]] = [o["value"] for o in each["options"] if o.get("default")]
    return await (who or town.leader).submit_modal(shown, values | chosen)


def values_of(shown: InteractionResult) -> list[str]:
    assert shown.modal is not None
    parts = walk_components(shown.modal["components"])
    return [str(each.get("value") or "") for each in parts if each["type"] == 4]


async def second_leader(town: Town) -> MemberActor:
    """Return somebody who leads by a role alone, which can be taken from them."""
    found = town.guild.add_member(town.env.create_user("second"), roles=[town.leadership_role])
    await town.env.settle()
    return found


async def take_roles(town: Town) -> None:
    """Let the two roles mean nothing any more."""
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)


class _Slow:
    """Judges as the review does, but somebody else decides before the first answer is there."""

    def __init__(self, town: Town, press: CaseAction, who: int) -> None:
        self._town, self._press, self._who = town, press, who
        self._review = town.services.review

    async def suggestions(
        self, clan: Clan, kind: CaseKind, player_ids: Sequence[int], days: int | None = None
    ) -> Judged:
        found = await self._review.suggestions(clan, kind, player_ids, days)
        self._town.services.cases._judges = self._review
        await self._town.services.cases.decide(clan, self._press, self._who)
        return found

    async def living(self, clan: Clan) -> dict[int, Life]:
        return await self._review.living(clan)


def meanwhile(town: Town, press: CaseAction, who: int) -> None:
    """Have somebody else decide while the next press is being judged."""
    town.services.cases._judges = _Slow(town, press, who)


async def placed(town: Town, player_id: int, **columns: object) -> None:
    """Have a player's place in the clan be another, as after a poll; then look at the cases."""
    async with town.services.cases._database.writing() as connection:
        await connection.execute(
            update(MEMBERSHIPS).where(MEMBERSHIPS.c.player_id == player_id).values(**columns)
        )
    await town.services.cases.after_poll(await town.clan())


async def judged_by(town: Town, **values: object) -> None:
    """Change the clan's policy."""
    clan, policies = await town.clan(), town.services.policies
    policy = changed(await policies.of(clan), **values)
    await village.judged_by(policies, clan, policy, town.leader.id)


def fits(panel: ResponseMessage) -> bool:
    return parts_fit(panel.components)


def parts_fit(components: list[dict[str, Any]]) -> bool:
    parts = list(walk_components(components))
    texts = sum(len(part["content"]) for part in parts if "content" in part)
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    return (
        len(parts) <= PARTS
        and texts <= CHARACTERS
        and len(set(ids)) == len(ids)
        and all(len(each) <= 100 for each in ids)
        and all(part["content"].strip() for part in parts if "content" in part)
    )


def said_in(components: list[dict[str, Any]]) -> str:
    """Return the text in which Discord would see a mention; names in a list are none."""
    return "\n".join(str(part.get("content", "")) for part in walk_components(components))


def drawn(box: Box) -> list[dict[str, Any]]:
    """Return a box as Discord gets it."""
    return [box.to_component_dict()]
