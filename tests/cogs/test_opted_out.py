"""Whoever opted out is first of everything, and no answer to anybody says their names."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult
from sqlalchemy import text

from bot.clan.cases import CaseKind, Move
from bot.clan.linking import LinkPair
from bot.clan.policy import changed
from bot.clan.spans import Period
from bot.services.people import Officer, Whom
from bot.services.review import CaseAction
from tests.cogs.test_claims import said_by
from tests.cogs.town import START, Town, control

NAME, OLD_NAME, ALT = "Zyxqwv One", "Zyxqwv Old", "Zyxqwv Alt"
SHY = "Zyxqwv"
"""Part of all their names, on Discord too."""


async def renamed(town: Town, player_id: int, name: str) -> None:
    async with town.services.cases._database.writing() as connection:
        key = name.casefold()
        for statement in (
            "UPDATE players SET name = :name, wom_key = :key WHERE player_id = :who",
            "INSERT INTO player_names SELECT :who, :key, :name, 0, 0",
        ):
            await connection.execute(text(statement), {"name": name, "key": key, "who": player_id})


@pytest.fixture
async def shy(town: Town) -> MemberActor:
    """Return somebody with two accounts, first in all numbers, on leave, exempt and with a case."""
    clan, services = await town.clan(), town.services
    who = town.guild.add_member(town.env.create_user("zyxqwv_user"), nick=f"{SHY} on Discord")
    await town.env.settle()
    await town.wrote(who, 900)
    review = await services.review.promotions(clan)
    top = next(iter(review.promotions.cases)).profile.main.player_id
    inactive = (await services.review.inactive(clan)).listed
    silent = next(iter(inactive.cant_tell)).profile.main.player_id
    await renamed(town, top, OLD_NAME)
    await renamed(town, top, NAME)
    await renamed(town, silent, ALT)
    pairs = [LinkPair(top, who.id), LinkPair(silent, who.id)]
    assert await services.links.confirm_all(clan, pairs[:1], Officer(town.owner.id))
    decided = await services.cases.decide(
        clan, CaseAction(CaseKind.PROMOTION, top, Move.APPROVE), town.owner.id
    )
    assert decided.refusal is None
    present = (each.player_id for each in town.world.present(START)[1:])
    another = next(each for each in present if each not in {top, silent})
    mine = [LinkPair(another, town.member.id)]
    assert await services.links.confirm_all(clan, mine, Officer(town.owner.id))
    days = ("today", "2 weeks")
    for whose in (Whom(user_id=who.id), Whom(player_id=top)):
        await services.leaves.go(clan, whose, days, reason="away", by=town.owner.id)
    await services.exemptions.add(
        clan, (ALT, None), reason="why not", until_text=None, by=town.owner.id
    )
    assert (await services.links.confirm(clan, pairs[1], Officer(town.owner.id))).refusal is None
    return who


async def answered(result: InteractionResult) -> str:
    """Return all that an answer says, with what is in its files."""
    parts = [said_by(result)]
    for message in (result.response, *result.followups):
        for file in () if message is None else message.attachments:
            content = await file.read()
            if file.filename.endswith(".xlsx"):
                with ZipFile(BytesIO(content)) as book:
                    parts += [book.read(name).decode() for name in book.namelist()]
            elif not file.filename.endswith(".png"):
                parts.append(content.decode())
            parts.append(str(file.description))
    return "\n".join(parts).replace("\\", "")


COMMANDS = (
    "clanstats report",
    "clanstats status",
    "clanstats alerts",
    "clanstats activity",
    "clanstats bosses",
    "clanstats questions",
    "clanstats newcomers",
    "clanstats links",
    "clanstats audit",
    "clanstats cases",
    "clanstats away",
    "clanstats exempt",
    "clanstats settings",
    "inactive",
    "promotions",
)


async def everything(town: Town, shy: MemberActor) -> dict[str, str]:
    """Return what the leader is told by every command, and what another member's card says."""
    found = {}
    for command in COMMANDS:
        result = await town.leader.slash(town.general, command)
        found[command] = await answered(result)
    other = next(each for each in town.world.present(START) if each.user is not None)
    for name, command, options in (
        ("another card", "member", {"player": other.name_at(START)}),
        ("own card of another", "me", {}),
        ("card by name", "member", {"player": NAME}),
        ("leaderboard", "leaderboard", {"metric": "overall", "period": 30}),
        ("leaderboard of messages", "leaderboard", {"metric": "messages", "period": 30}),
    ):
        result = await town.leader.slash(town.general, command, **options)
        found[name] = await answered(result)
    for metric in ("xp", "kills", "messages", "active days", "answers"):
        result = await town.leader.slash(town.general, "leaderboard", metric=metric)
        found[f"leaderboard of {metric}"] = await answered(result)
    asked = {"a": other.name_at(START), "b": NAME}
    compared = await town.leader.slash(town.general, "compare", **asked)
    found["comparison"] = await answered(compared)
    clicked = await town.leader.context_menu(town.general, "Clan card", shy)
    found["card by click"] = await answered(clicked)
    beside = await town.member.context_menu(town.general, "Compare with me", shy)
    found["comparison by click"] = await answered(beside)
    shown = await town.leader.slash(town.general, "clanstats activity")
    assert shown.response is not None
    pressed = await town.leader.click(shown.response, label="Whom these times miss")
    found["whom times miss"] = await answered(pressed)
    questions = await town.leader.slash(town.general, "clanstats questions", period=30)
    assert questions.response is not None
    tab = control(questions.response, "questions:tab:helpers")
    found["who helps"] = await answered(await town.leader.click(questions.response, custom_id=tab))
    review, clan = town.services.review, await town.clan()
    activity = await town.services.activities.report(clan, Period.MONTH, 2)
    found["activity as read"] = repr(activity)
    found["bosses as read"] = repr(await town.services.bosses.report(clan, Period.MONTH))
    found["promotions as read"] = repr(await review.promotions(clan))
    found["silence as read"] = repr(await review.inactive(clan))
    found["audit as read"] = repr(await review.audit(clan))
    found["alerts as read"] = repr(await review.alerts(clan))
    proposed = changed(await town.services.policies.of(clan), enforcement={"window_days": 7})
    found["what if"] = repr(await review.what_if(clan, proposed))
    for command, option in (("member", "player"), ("link", "player"), ("compare", "b")):
        offered = await town.leader.autocomplete(town.general, command, option, "zyxqwv")
        found[f"{command}, offered"] = str(offered)
    return found


async def test_nobody_reads_the_name_of_whoever_opted_out(town: Town, shy: MemberActor) -> None:
    before = await everything(town, shy)
    named = {name for name, said in before.items() if SHY in said or str(shy.id) in said}
    assert named >= {
        "clanstats report",
        "clanstats cases",
        "clanstats away",
        "clanstats exempt",
        "clanstats links",
        "promotions as read",
        "card by name",
        "card by click",
        "leaderboard of xp",
        "leaderboard of messages",
        "comparison",
        "comparison by click",
        "compare, offered",
        "bosses as read",
        "member, offered",
        "link, offered",
    }
    await town.services.privacy.opt_out(await town.clan(), shy.id)
    after = await everything(town, shy)
    assert [name for name, said in after.items() if SHY in said or str(shy.id) in said] == []
    own = await answered(await shy.slash(town.general, "me"))
    assert NAME in own
    assert "Before you are called inactive" in own
    other = next(each for each in town.world.present(START) if each.user is not None)
    beside = {"a": NAME, "b": other.name_at(START)}
    assert NAME in await answered(await shy.slash(town.general, "compare", **beside))
