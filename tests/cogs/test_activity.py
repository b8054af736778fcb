"""/clanstats activity and bosses: officers see them, and what is posted blames nobody."""

from pathlib import Path

from tests.cogs.town import Town, newest, post_here, words


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
