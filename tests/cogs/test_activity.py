"""/clanstats activity and bosses: officers see them, and what is posted blames nobody."""

from pathlib import Path

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.clan.attendance import Turnout
from bot.clan.ranks import DEFAULT_PERMISSIONS
from cogs.activity.words import turnout_words
from tests.cogs.town import Town, control, newest, post_here, words

REFUSED = "Only officers may"


async def test_an_officer_sees_when_the_clan_is_there(town: Town, tmp_path: Path) -> None:
    shown = (
        await town.officer.slash(town.general, "clanstats activity", event="yesterday 20:00")
    ).response
    assert shown is not None
    assert shown.ephemeral
    said = words(shown)
    for part in ("**Activity**  last 30 days", "**Best times for 2 hours**", "Usual then", "WOM"):
        assert part in said
    assert "None" not in said
    (chart,) = shown.attachments
    assert "Voice: unknown" in (chart.description or "")
    (tmp_path / "activity.png").write_bytes(await chart.read())
    missed = newest(await town.officer.click(shown, label="Whom these times miss"))
    assert missed.ephemeral
    assert "Misses" in words(missed)


def test_what_an_event_did_is_told_in_whole_numbers_and_unknown_is_a_dash() -> None:
    assert [*turnout_words(Turnout(239.5, 61.2, 897.8))] == [
        "**240** messages",
        "**61** wrote",
        "**898** min in voice",
    ]
    assert [*turnout_words(Turnout(0, 0, None))][2] == "**\N{EN DASH}** min in voice"


async def test_what_is_posted_has_nobody_s_silence_in_it(town: Town) -> None:
    shown = (await town.officer.slash(town.general, "clanstats activity")).response
    assert shown is not None
    posted = newest(await post_here(town.officer, shown, "Post the summary"))
    assert not posted.ephemeral
    said = words(posted)
    assert "**Best times for 2 hours**" in said
    assert "misses" not in said
    assert "Went quiet" not in said
    assert "Whom these times miss" not in said


async def test_a_time_that_nobody_understands_is_told(town: Town) -> None:
    for event, part in (("whenever", "has no time"), ("tomorrow 20:00", "is still to come")):
        result = await town.officer.slash(town.general, "clanstats activity", event=event)
        assert part in words(result.response)


async def test_members_are_refused_at_the_command(town: Town) -> None:
    for command in ("clanstats activity", "clanstats bosses"):
        result = await town.member.slash(town.general, command)
        assert result.ephemeral
        assert result.response is not None
        assert result.response.attachments == []


@pytest.mark.parametrize(
    ("command", "control_ids"),
    [
        ("activity", ("activity:missed", "activity:choose:period", "activity:post:")),
        ("bosses", ("bosses:choose:period", "bosses:post:")),
    ],
)
async def test_who_lost_the_right_meanwhile_is_refused_at_every_control(
    town: Town, command: str, control_ids: tuple[str, ...]
) -> None:
    shown = (await town.officer.slash(town.general, f"clanstats {command}")).response
    assert shown is not None
    question = newest(await town.officer.click(shown, label="Post here"))
    said = town.general.last_message
    posted = control(question, f"{command}:posted:summary")
    # They lose the right while the answer and the question still stand before them.
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    for each in control_ids:
        assert REFUSED in words(await used(town.officer, shown, each))
    result = await town.officer.click(question, custom_id=posted)
    assert "may" in words(newest(result))
    assert town.general.last_message == said


async def used(who: MemberActor, shown: ResponseMessage, start: str) -> ResponseMessage:
    """Press a button, or choose 7 days, on an answer."""
    custom_id = control(shown, start)
    if ":choose:" in start:
        return newest(await who.select(shown, ["7"], custom_id=custom_id))
    return newest(await who.click(shown, custom_id=custom_id))


async def test_without_a_group_both_say_what_to_do(bare_town: Town) -> None:
    for command in ("clanstats activity", "clanstats bosses"):
        result = await bare_town.leader.slash(bare_town.general, command)
        assert "/clanstats setup" in words(result.response)


async def test_an_officer_sees_what_the_clan_killed_and_posts_it(
    town: Town, tmp_path: Path
) -> None:
    shown = (await town.officer.slash(town.general, "clanstats bosses")).response
    assert shown is not None
    said = words(shown)
    for part in ("**Bosses**  last 30 days", "**Boss of the month**", "**Raids**", "WOM"):
        assert part in said
    assert "None" not in said
    assert "chat" not in said
    (chart,) = shown.attachments
    (tmp_path / "bosses.png").write_bytes(await chart.read())
    posted = newest(await post_here(town.officer, shown, "Post the summary"))
    assert not posted.ephemeral
    assert "Another period" not in words(posted)
