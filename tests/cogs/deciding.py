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
from cogs._deciding_keys import PATTERN, Act, Key
from cogs._replies import Box
from storage.tables import MEMBERSHIPS
from tests.bot.services import village
from tests.cogs.town import Town, words

PARTS, CHARACTERS = 40, 4_000
"""Of a message, by Discord's rules."""


async def opened(
    town: Town, command: str, who: MemberActor | None = None, **options: object
) -> ResponseMessage:
    result = await (who or town.leader).slash(town.general, command, **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


def keys(panel: ResponseMessage) -> list[tuple[Key, dict[str, Any]]]:
    """Return every button of a panel that can be pressed."""
    found = []
    for part in walk_components(panel.components):
        told = PATTERN.fullmatch(str(part.get("custom_id", "")))
        if told is not None and not part.get("disabled"):
            found.append((Key.read(told), part))
    return found


def on_card(panel: ResponseMessage, act: Act) -> list[Key]:
    return [key for key, _ in keys(panel) if key.act is act]


def tab(panel: ResponseMessage, label: str) -> Key:
    return next(key for key, part in keys(panel) if str(part["label"]).startswith(label))


async def press(
    town: Town, panel: ResponseMessage, key: Key, who: MemberActor | None = None
) -> InteractionResult:
    return await (who or town.leader).click(panel, custom_id=key.custom_id)


def told(result: InteractionResult) -> str:
    """Return what was said beside the panel, to whoever pressed alone."""
    assert all(each.ephemeral for each in result.followups)
    return "\n".join(words(each) for each in result.followups)


def refusal_of(result: InteractionResult) -> str:
    """Return what the gate said."""
    assert result.ephemeral
    return words(result.response)


async def filled(
    town: Town, shown: InteractionResult, *typed: str, who: MemberActor | None = None
) -> InteractionResult:
    """Send a form with what is typed into its fields, in their order; the rest as it is."""
    assert shown.modal is not None
    fields = [each for each in walk_components(shown.modal["components"]) if each["type"] == 4]
    texts = {each["custom_id"]: each.get("value") or "" for each in fields}
    texts |= dict(zip([each["custom_id"] for each in fields], typed, strict=False))
    return await (who or town.leader).submit_modal(shown, texts)


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


def drawn(box: Box) -> list[dict[str, Any]]:
    """Return a box as Discord gets it."""
    return [box.to_component_dict()]
