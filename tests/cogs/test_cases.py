"""/clanstats cases: officers see decisions on the inactive; on promotions, who may promote."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.cases import CaseKind, Life, Move
from bot.clan.linking import LinkPair
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.services.people import Officer
from bot.services.review import CaseAction, Decided, Judged, Suggestion
from bot.services.setup import Clan
from tests.cogs.deciding import press
from tests.cogs.test_me import hero, quiet_player
from tests.cogs.town import START, Town, newest, words

AWKWARD = "he said *no* <@1> @everyone"


class Judges:
    """Suggests whoever is asked for."""

    def __init__(self, names: dict[int, str]) -> None:
        self.names = names

    async def suggestions(
        self, _clan: Clan, kind: CaseKind, player_ids: Sequence[int], _days: int | None = None
    ) -> Judged:
        target = "administrator" if kind is CaseKind.PROMOTION else None
        numbers = ("4 messages in 30 days", "under 10k XP")
        return Judged(
            tuple(
                Suggestion(each, self.names[each], "member", target, numbers, 3)
                for each in player_ids
            )
        )

    async def living(self, _clan: Clan) -> dict[int, Life]:
        return {}


@pytest.fixture(autouse=True)
def judges(town: Town) -> None:
    present = town.world.present(START)
    judges = Judges({each.player_id: each.name_at(START) for each in present})
    town.services.cases._judges = judges


async def decide(  # noqa: PLR0913 - all of a decision
    town: Town,
    kind: CaseKind,
    player_id: int,
    move: Move,
    seen: int = 0,
    *,
    why: str = "because",
    until_at: datetime | None = None,
) -> Decided:
    made = CaseAction(kind, player_id, move, seen)
    decided = await town.services.cases.decide(
        await town.clan(), made, town.leader.id, why=why, until_at=until_at
    )
    assert decided.refusal is None
    return decided


async def ask(town: Town, who: MemberActor, **options: object) -> ResponseMessage:
    result: InteractionResult = await who.slash(town.general, "clanstats cases", **options)
    assert result.ephemeral
    found = [each for each in (result.response, *result.followups) if each is not None]
    return found[-1]


async def test_officers_see_what_waits_by_what_it_waits_for(town: Town) -> None:
    one, two, three = (each.player_id for each in town.world.present(START)[:3])
    await decide(town, CaseKind.INACTIVITY, one, Move.NOTICE, why=AWKWARD)
    await decide(town, CaseKind.INACTIVITY, two, Move.APPROVE)
    await decide(town, CaseKind.PROMOTION, three, Move.NOT_YET)
    said = words(await ask(town, town.officer))
    assert "**Noticed, waiting for a sign of life**  1" in said
    assert "**Waiting for the game**  1" in said
    assert f"notice given by <@{town.leader.id}> <t:" in said
    assert f"added to the removal list by <@{town.leader.id}> <t:" in said
    assert "he said \\*no\\*" in said
    assert "@everyone" not in said
    assert "romotion to" not in said
    assert "promotions are shown to who may promote" in said
    assert "Excluded for a while" in words(await ask(town, town.leader))


async def test_who_may_promote_sees_promotions_too(town: Town) -> None:
    player = quiet_player(town)
    await decide(town, CaseKind.PROMOTION, player.player_id, Move.APPROVE)
    assert "promotion to Administrator" in words(await ask(town, town.leader))
    assert "promotion to" not in words(await ask(town, town.officer, player=player.name_at(START)))


async def test_nobody_else_sees_any_of_it(town: Town) -> None:
    player = quiet_player(town)
    await decide(town, CaseKind.INACTIVITY, player.player_id, Move.NOTICE)
    for who in (town.member, town.guest):
        said = words(await ask(town, who))
        assert "Only officers may" in said
        assert player.name_at(START) not in said


async def test_without_any_case_it_says_where_they_begin(town: Town) -> None:
    assert "Cases begin with a decision" in words(await ask(town, town.officer))
    assert "No case is closed yet" in words(await ask(town, town.officer, show="closed"))


async def test_a_player_s_whole_history_has_who_when_why_and_the_numbers(town: Town) -> None:
    player = quiet_player(town)
    await decide(town, CaseKind.INACTIVITY, player.player_id, Move.NOTICE, why=AWKWARD)
    await decide(town, CaseKind.INACTIVITY, player.player_id, Move.CLOSE, 2, why="they answered")
    said = words(await ask(town, town.officer, player=player.name_at(START)))
    for told in (
        f"## Cases of {player.name_at(START)}",
        "by version 3 of the settings",
        "suggested <t:",
        "4 messages in 30 days",
        f"notice given by <@{town.leader.id}>",
        f"closed by <@{town.leader.id}>",
        "they answered",
    ):
        assert told in said, told
    assert "@everyone" not in said


async def test_of_whom_nothing_was_decided_and_who_is_nobody_is_said(town: Town) -> None:
    name = quiet_player(town).name_at(START)
    assert "Nothing was ever decided" in words(await ask(town, town.officer, player=name))
    assert "Nobody of that name" in words(await ask(town, town.officer, player="no such name"))
    offered = await town.officer.autocomplete(town.general, "clanstats cases", "player", name[:4])
    assert name in [each["value"] for each in offered]


async def many(town: Town) -> None:
    for player in town.world.present(START)[:14]:
        await decide(town, CaseKind.INACTIVITY, player.player_id, Move.NOTICE, why="long " * 60)


async def test_pages_turn_after_a_restart_as_well(town: Town) -> None:
    await many(town)
    shown = await ask(town, town.officer)
    assert "1 of 2" in words(shown)
    await press(town, shown, "cases:last", town.officer)
    assert "2 of 2" in words(shown)
    await town.restart()
    await press(town, shown, "cases:back", town.officer)
    assert "1 of 2" in words(shown)
    await press(town, shown, "cases:tab:closed", town.officer)
    assert "No case is closed yet" in words(shown)
    await press(town, shown, "cases:tab:standing", town.officer)
    assert "Noticed, waiting" in words(shown)


async def test_whoever_is_no_officer_any_more_is_refused_at_the_button(town: Town) -> None:
    await many(town)
    shown = await ask(town, town.officer)
    await town.services.clans.set_permissions(await town.clan(), DEFAULT_PERMISSIONS)
    refused = await press(town, shown, "cases:on", town.officer)
    assert "Only officers may" in words(newest(refused))
    assert "1 of 2" in words(shown)


async def test_whoever_may_not_promote_any_more_turns_to_a_page_without_promotions(
    town: Town,
) -> None:
    await decide(town, CaseKind.PROMOTION, quiet_player(town).player_id, Move.APPROVE)
    chief = town.guild.add_member(town.env.create_user("chief"), roles=[town.leadership_role])
    shown = await ask(town, chief)
    assert "promotion to" in words(shown)
    both = frozenset({town.officer_role.id, town.leadership_role.id})
    officers = replace(DEFAULT_PERMISSIONS, discord_officers=both)
    await town.services.clans.set_permissions(await town.clan(), officers)
    await press(town, shown, "cases:tab:standing", chief)
    assert "promotion to" not in words(shown)


async def test_officers_see_the_newest_lines_on_a_card_and_nobody_else_does(town: Town) -> None:
    actor = await hero(town)
    player = quiet_player(town)
    name = player.name_at(START)
    for seen, move in enumerate((Move.NOTICE, Move.SNOOZE, Move.REOPEN, Move.NOTICE)):
        await decide(town, CaseKind.INACTIVITY, player.player_id, move, seen + 1 if seen else 0)
    await decide(town, CaseKind.PROMOTION, player.player_id, Move.NOT_YET, why="too new")
    leader = words((await town.leader.slash(town.general, "member", player=name)).response)
    assert "too new" in leader
    assert leader.count(f"by <@{town.leader.id}>") == 4
    officer = words((await town.officer.context_menu(town.general, "Clan card", actor)).response)
    assert "inactive: reopened by" in officer
    assert "too new" not in officer
    for hidden in (
        await town.guest.slash(town.general, "member", player=name),
        await actor.slash(town.general, "me"),
    ):
        assert "Cases" not in words(hidden.response)
        assert "inactive:" not in words(hidden.response)


async def test_whose_account_it_is_hears_what_was_decided_but_not_by_whom_or_why(
    town: Town,
) -> None:
    one, two = (each.player_id for each in town.world.present(START)[:2])
    clan = await town.clan()
    for player_id in (one, two):
        pair = LinkPair(player_id, town.member.id)
        await town.services.links.confirm(clan, pair, Officer(town.owner.id))
    await decide(town, CaseKind.INACTIVITY, one, Move.SNOOZE, why="their words")
    await decide(town, CaseKind.PROMOTION, two, Move.CLOSE, why="their words")
    await decide(town, CaseKind.PROMOTION, two, Move.REOPEN, 2)
    said = words((await town.member.slash(town.general, "privacy show")).response)
    assert "inactivity: snoozed since <t:" in said
    assert "promotion: open since <t:" in said
    assert "their words" not in said
    assert str(town.leader.id) not in said
    nothing = words((await town.guest.slash(town.general, "privacy show")).response)
    assert "**Decisions**" not in nothing


async def test_the_history_is_of_the_person_by_whichever_account(town: Town) -> None:
    one, two = town.world.present(START)[:2]
    clan = await town.clan()
    for player in (one, two):
        pair = LinkPair(player.player_id, town.member.id)
        await town.services.links.confirm(clan, pair, Officer(town.owner.id))
    await decide(town, CaseKind.INACTIVITY, one.player_id, Move.NOTICE, why="by the main one")
    said = words(await ask(town, town.officer, player=two.name_at(START)))
    assert f"## Cases of {one.name_at(START)}" in said
    assert "by the main one" in said
