"""/privacy: always about the asker, always for the asker, and nothing is deleted unasked."""

import io
import json
import zipfile

import discord
import pytest
from simcord.backend.errors import SetupError
from simcord.results import ResponseMessage

from bot.clan.wording import DASH
from tests.bot.services.contents import one
from tests.bot.services.privacy.test_forgetting import everywhere
from tests.cogs.test_me import hero, quiet_player, sure_hero
from tests.cogs.town import START, Town, newest, words


async def ask_to_forget(town: Town) -> ResponseMessage:
    result = await town.member.slash(town.general, "privacy forget")
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def counted(town: Town) -> int:
    """Return how many messages of the member are counted."""
    await town.services.intake.flush()
    kept = await town.services.dossier.kept(await town.clan(), town.member.id)
    return kept.messages


async def test_show_says_in_plain_words_what_is_kept(town: Town) -> None:
    await town.wrote(town.member, 40)
    result = await town.member.slash(town.general, "privacy show")
    assert result.ephemeral
    said = words(result.response)
    assert "40 messages" in said
    assert "Never its words" in said
    assert "Only whoever runs the bot can read the database" in said
    nothing = words((await town.guest.slash(town.general, "privacy show")).response)
    assert "Nothing of yours is counted" in nothing


async def test_the_export_holds_everything_of_the_asker_and_nobody_else(town: Town) -> None:
    actor = await hero(town, messages=12)
    await town.wrote(town.member, 3)
    dates = {"from": "today", "until": "2 weeks", "reason": "surgery"}
    await actor.slash(town.general, "away", **dates)
    result = await actor.slash(town.general, "privacy export")
    assert result.ephemeral
    assert result.response is not None
    (file,) = result.response.attachments
    text = (await file.read()).decode()
    found = json.loads(text)
    assert len(found["messages"]) == 12
    assert found["messages"][0]["channel"] == "general"
    assert found["leaves"][0]["reason"] == "surgery"
    assert found["you"][0]["discord_user_id"] == actor.id
    everybody = {user.user_id for user in town.world.users} | {town.member.id, town.officer.id}
    assert not [who for who in everybody - {actor.id} if str(who) in text]


async def test_forget_asks_first_and_then_leaves_no_trace(town: Town) -> None:
    path = town.services.upkeep._database.path
    assert path is not None
    await town.wrote(town.member, 5)
    panel = await ask_to_forget(town)
    assert "cannot be undone" in words(panel)
    assert await counted(town) == 5
    await town.member.click(panel, label="Delete")
    assert everywhere(path, town.member.id) == []
    assert one(path, "SELECT count(*) FROM authors WHERE name = 'member'") == 0
    await town.env.advance_time(1)
    await town.member.send(town.general, "hello again")
    assert await counted(town) == 1


async def test_whoever_wants_to_keep_everything_does(town: Town) -> None:
    await town.wrote(town.member, 5)
    panel = await ask_to_forget(town)
    await town.member.click(panel, label="Keep everything")
    assert await counted(town) == 5


async def test_deleting_and_opting_out_in_one_press(town: Town) -> None:
    await town.wrote(town.member, 5)
    await town.member.click(await ask_to_forget(town), label="Delete and opt out")
    await town.member.send(town.general, "not for you")
    assert await counted(town) == 0
    said = words((await town.member.slash(town.general, "privacy show")).response)
    assert "You opted out" in said
    again = words(await ask_to_forget(town))
    assert "Delete and opt out" not in again


async def test_nobody_else_can_answer_and_an_old_question_deletes_nothing(town: Town) -> None:
    await town.wrote(town.member, 5)
    panel = await ask_to_forget(town)
    with pytest.raises(SetupError, match="not visible"):
        await town.guest.click(panel, label="Delete")
    await town.env.advance_time(16 * 60)
    for label in ("Delete", "Delete and opt out"):
        result = await town.member.click(panel, label=label)
        assert "too old" in words(result.followups[-1] if result.followups else result.response)
    assert await counted(town) == 5


async def test_opting_out_stops_counting_and_opting_in_begins_again(town: Town) -> None:
    await town.wrote(town.member, 2)
    said = words((await town.member.slash(town.general, "privacy opt-out")).response)
    assert "not counted any more" in said
    assert "Discord id and that you opted out" in said
    twice = words((await town.member.slash(town.general, "privacy opt-out")).response)
    assert "already" in twice
    await town.member.send(town.general, "quietly")
    assert await counted(town) == 2
    await town.member.slash(town.general, "privacy opt-in")
    await town.member.send(town.general, "aloud")
    assert await counted(town) == 3
    never = words((await town.guest.slash(town.general, "privacy opt-in")).response)
    assert "had not opted out" in never


async def test_who_opted_out_is_in_no_list_and_has_no_chat_on_any_card(town: Town) -> None:
    actor = await sure_hero(town, messages=60)
    name = quiet_player(town).name_at(START)
    report = (await town.officer.slash(town.general, "clanstats report")).response
    assert f"{name} **60**" in words(report)
    assert name in await in_files(report)
    await actor.slash(town.general, "privacy opt-out")
    posted = await town.leader.slash(town.general, "clanstats report", visibility="workbook")
    shown = await town.leader.slash(town.general, "clanstats report")
    for report in (shown.response, newest(posted)):
        assert name not in words(report)
        assert name not in await in_files(report)
    said = words((await actor.slash(town.general, "me")).response)
    assert name in said
    assert f"**Messages**  {DASH}" in said
    assert "Writes most" not in said
    assert "opted out" in said
    for result in (
        await town.officer.slash(town.general, "member", player=name),
        await town.officer.context_menu(town.general, "Clan card", actor),
    ):
        said = words(result.response)
        assert "opted out and is shown to nobody else" in said
        assert name not in said
    await actor.slash(town.general, "privacy opt-in")
    said = words((await town.officer.slash(town.general, "clanstats report")).response)
    assert f"{name} **60**" in said


async def in_files(answer: ResponseMessage | discord.Message | None) -> str:
    """Return what stands in an answer's workbook, and what is said of its pictures."""
    assert answer is not None
    chart, workbook = answer.attachments
    with zipfile.ZipFile(io.BytesIO(await workbook.read())) as parts:
        text = [parts.read(part).decode() for part in parts.namelist()]
    return "".join([*text, str(chart.description)])


async def test_who_leaves_the_server_is_noted_and_who_returns_too(town: Town) -> None:
    path = town.services.upkeep._database.path
    assert path is not None
    await town.wrote(town.member, 1)
    left = "SELECT left_at FROM authors WHERE discord_user_id = ?"
    assert one(path, left, town.member.id) is None
    town.guild.remove_member(town.member)
    await town.env.settle()
    assert one(path, left, town.member.id) is not None
    town.guild.add_member(town.member.user)
    await town.env.settle()
    assert one(path, left, town.member.id) is None


async def test_who_leaves_without_ever_having_written_is_noted_and_forgotten_in_time(
    town: Town,
) -> None:
    path = town.services.upkeep._database.path
    assert path is not None
    dates = {"from": "today", "until": "2 weeks", "reason": "surgery"}
    await town.member.slash(town.general, "away", **dates)
    assert everywhere(path, town.member.id)
    town.guild.remove_member(town.member)
    await town.env.settle()
    privacy = town.services.privacy
    await privacy.keep_left_for(await town.clan(), 0)
    await town.env.advance_time(60)
    assert (await privacy.forget_left(await town.clan())).people == 1
    assert everywhere(path, town.member.id) == []
