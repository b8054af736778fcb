"""/clanstats alerts: who may be glad of a word, for officers alone, the gravest first."""

from dataclasses import replace
from datetime import timedelta

from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.clan.alert_groups import GRAVEST_FIRST, AlertGroup, alert_groups
from bot.clan.alerts import Alert
from bot.clan.evidence import Grade
from bot.clan.policy import DEFAULT_POLICY, AlertKind, changed
from bot.clan.profiles import Account
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.people import Officer
from bot.services.review import AlertReview
from cogs.review.alerts import AlertsFound, AlertsScreen, AlertsState
from cogs.review.alerts_words import alerts_on, details_lines, overview_lines, part_lines
from tests.bot.clan.portraits import NOW, account, person
from tests.bot.services import village
from tests.cogs.deciding import options
from tests.cogs.test_me import quiet_player
from tests.cogs.town import START, Town, control, fits, newest, words

LONG = "*_~`|>@everyone"


async def judged_by(town: Town, **rules: object) -> None:
    """Let alerts be told by other bars."""
    clan = await town.clan()
    before = await town.services.policies.of(clan)
    await village.judged_by(town.services.policies, clan, changed(before, alerts=rules))


async def shown_to(town: Town, who: MemberActor | None = None) -> ResponseMessage:
    result = await (who or town.officer).slash(town.general, "clanstats alerts")
    assert result.response is not None
    return result.response


async def went_quiet(town: Town, name: str, messages: int = 120) -> None:
    """Let somebody who surely is a player have written much, and nothing for nine days."""
    who = town.guild.add_member(town.env.create_user("quiet"), nick=name)
    await town.env.settle()
    until = town.env.now() - timedelta(days=9)
    heard = [
        IncomingMessage(
            number,
            ChannelInfo(town.general.id, "general", "text"),
            who.id,
            name,
            "quiet",
            until - timedelta(hours=number),
        )
        for number in range(1, messages + 1)
    ]
    clan = await town.clan()
    await town.services.intake.store(clan, heard)
    await town.services.links.link_by_hand(clan, who.id, name, Officer(town.officer.id))


async def idle_player(town: Town) -> Account:
    """Return an account that nobody plays for a week, though Wise Old Man looked."""
    clan = await town.clan()
    for player in town.world.present(town.env.now()):
        standing = await town.services.review.standing(clan, player.player_id)
        if standing is None or standing.profile.user_id is not None:
            continue
        week = standing.profile.window(7)
        if (week.xp, week.kills) == (0, 0) and week.game.grade is Grade.GOOD:
            return standing.profile.main
    raise AssertionError("the made-up clan has nobody who is idle")


def named(said: str) -> list[str]:
    return [line.split("  ")[0] for line in said.splitlines() if ">  gained" in line]


def told(result: InteractionResult) -> str:
    return words(newest(result))


def alert(kind: AlertKind, number: int, name: str = "Bob") -> Alert:
    who = person(number, accounts=(account(number)._replace(name=name),))
    return Alert(kind, who, f"did {number} things")


def several(*alerts: Alert) -> tuple[AlertGroup, ...]:
    return alert_groups(alerts, of_leaders=True)


async def test_an_officer_sees_alone_who_is_worth_a_word_and_why(town: Town) -> None:
    name = quiet_player(town).name_at(START)
    await went_quiet(town, name)
    shown = await shown_to(town)
    assert shown.ephemeral
    said = words(shown)
    for part in (
        "## People to check in with",
        "each listed once",
        "**Went quiet in chat**",
        "Ask how they are",
        f"**{name}**  wrote 120 messages in 30 days and 0 in the last 7",
        "a reason to say hello",
        "WOM under a minute old",
    ):
        assert part in said
    assert "None" not in said


async def test_a_whole_kind_is_one_pick_away_and_the_way_back_as_well(town: Town) -> None:
    await town.vouch()
    await judged_by(town, on=["churn", "grinder"], grinder_xp=1, grinder_messages=100_000)
    await went_quiet(town, quiet_player(town).name_at(START))
    shown = await shown_to(town)
    assert words(shown).count("gained") == 3
    await town.officer.select(shown, ["kind.grinder"], custom_id=control(shown, "alerts:choose"))
    said = words(shown)
    assert said.count("gained") > 3
    assert "Went quiet" not in said
    await town.officer.select(shown, ["-"], custom_id=control(shown, "alerts:choose"))
    assert "Went quiet in chat" in words(shown)


async def test_controls_live_on_after_a_restart_and_turn_from_what_is_on_the_screen(
    town: Town,
) -> None:
    await town.vouch()
    await judged_by(town, on=["grinder"], grinder_xp=1, grinder_messages=100_000)
    shown = await shown_to(town)
    await town.officer.select(shown, ["kind.grinder"], custom_id=control(shown, "alerts:choose"))
    everybody = int(words(shown).split("**Silent grinders**  ")[1].split("\n")[0])
    await town.restart()
    copied = told(await town.officer.click(shown, custom_id=control(shown, "alerts:copy")))
    assert "Silent grinders" in copied
    assert len(copied.split("```")[1].split("\n")) - 2 == everybody
    await town.officer.select(shown, ["-"], custom_id=control(shown, "alerts:choose"))
    assert words(shown).count("gained") == 3


async def test_a_long_kind_is_turned_by_pages_also_after_a_restart(town: Town) -> None:
    await town.vouch()
    rules = {"grinder_xp": 1, "grinder_messages": 100_000, "bosser_kills": 1, "bosser_xp": 10**9}
    rules |= {"crier_messages": 1, "crier_xp": 10**9}
    await judged_by(town, on=["grinder", "bosser", "crier"], **rules)
    shown = await shown_to(town)
    await town.officer.select(shown, ["kind.grinder"], custom_id=control(shown, "alerts:choose"))
    first = words(shown)
    await town.restart()
    await town.officer.click(shown, custom_id=control(shown, "alerts:on"))
    second = words(shown)
    assert "1 of 2" in first
    assert "2 of 2" in second
    assert not set(named(first)) & set(named(second))
    assert named(second)
    await town.officer.click(shown, custom_id=control(shown, "alerts:back"))
    assert words(shown) == first


async def test_the_names_of_what_is_shown_can_be_copied(town: Town) -> None:
    await judged_by(town, on=["churn", "grinder"], grinder_xp=1, grinder_messages=10)
    name = quiet_player(town).name_at(START)
    await went_quiet(town, name)
    shown = await shown_to(town)
    every = told(await town.officer.click(shown, custom_id=control(shown, "alerts:copy")))
    assert "Everybody to check in with" in every
    assert name in every.splitlines()
    await town.officer.select(shown, ["kind.churn"], custom_id=control(shown, "alerts:choose"))
    some = told(await town.officer.click(shown, custom_id=control(shown, "alerts:copy")))
    assert "Went quiet in chat" in some
    assert name in some.splitlines()
    assert set(some.splitlines()[2:-1]) < set(every.splitlines())


async def test_the_names_of_whoever_is_picked_are_copied_alone_and_details_stand_beside(
    town: Town,
) -> None:
    await town.vouch()
    await judged_by(town, on=["grinder"], grinder_xp=1, grinder_messages=100_000)
    shown = await shown_to(town)
    await town.officer.select(shown, ["kind.grinder"], custom_id=control(shown, "alerts:choose"))
    (one, two), names = [*options(shown, "pick").values()][:2], [*options(shown, "pick")][:2]
    await town.restart()
    await town.officer.select(shown, [one, two], custom_id=control(shown, "alerts:pick"))
    copied = told(await town.officer.click(shown, custom_id=control(shown, "alerts:copy")))
    assert copied.split("```")[1].strip().split("\n") == names
    found = await town.officer.select(shown, [one], custom_id=control(shown, "alerts:details"))
    assert newest(found).ephemeral
    assert names[0] in told(found)
    assert "gained" in told(found)


async def test_names_of_a_kind_that_is_empty_by_now_are_not_made_up(town: Town) -> None:
    await went_quiet(town, quiet_player(town).name_at(START))
    shown = await shown_to(town)
    await town.officer.select(shown, ["kind.churn"], custom_id=control(shown, "alerts:choose"))
    await judged_by(town, on=[])
    pressed = await town.officer.click(shown, custom_id=control(shown, "alerts:copy"))
    assert "Nobody is left there" in told(pressed)
    assert newest(pressed).ephemeral


async def test_a_leaders_silence_is_told_to_leadership_only(town: Town) -> None:
    leader = await idle_player(town)
    await went_quiet(town, leader.name, 3)
    permissions = (await town.clan()).permissions
    alone = replace(permissions, tier_1=(leader.role,), tier_2=(), officer_roles=frozenset())
    await town.services.clans.set_permissions(await town.clan(), alone)
    assert "Leaders with a week of silence" in words(await shown_to(town, town.leader))
    said = words(await shown_to(town))
    assert "Leaders with a week of silence" not in said
    assert "without XP, boss kills or messages" not in said


async def test_whoever_is_no_officer_any_more_is_refused_at_each_control(town: Town) -> None:
    await went_quiet(town, quiet_player(town).name_at(START))
    shown = await shown_to(town)
    permissions = replace((await town.clan()).permissions, discord_officers=frozenset())
    await town.services.clans.set_permissions(await town.clan(), permissions)
    copied = await town.officer.click(shown, custom_id=control(shown, "alerts:copy"))
    picked = await town.officer.select(
        shown, ["kind.churn"], custom_id=control(shown, "alerts:choose")
    )
    for refused in (copied, picked):
        assert newest(refused).ephemeral
        assert "Only officers may" in words(newest(refused))
    assert "1 of 1" not in words(shown)


async def test_a_leader_who_leads_no_more_does_not_hear_of_leaders_at_the_next_press(
    town: Town,
) -> None:
    leader = await idle_player(town)
    await went_quiet(town, leader.name, 3)
    permissions = replace((await town.clan()).permissions, tier_1=(leader.role,), tier_2=())
    await town.services.clans.set_permissions(await town.clan(), permissions)
    marked = town.guild.add_member(
        town.env.create_user("marked"), roles=[town.leadership_role, town.officer_role]
    )
    await town.env.settle()
    shown = await shown_to(town, marked)
    assert "Leaders with a week of silence" in words(shown)
    await town.services.clans.set_permissions(
        await town.clan(), replace(permissions, discord_leadership=frozenset())
    )
    await marked.select(shown, ["kind.slump"], custom_id=control(shown, "alerts:choose"))
    assert "Leaders with a week of silence" not in words(shown)


async def test_members_do_not_see_it(town: Town) -> None:
    result = await town.member.slash(town.general, "clanstats alerts")
    assert result.ephemeral
    assert "Only officers may" in words(result.response)


async def test_when_nobody_needs_a_word_or_alerts_are_off_that_is_said(town: Town) -> None:
    await judged_by(town, on=["drift"], drift_days=14)
    said = words(await shown_to(town))
    assert "Nobody to check in with: nobody went quiet" in said
    assert "Copy" not in said
    await judged_by(town, on=[])
    assert "All alerts are off" in words(await shown_to(town))


async def test_without_a_group_it_says_what_to_do(bare_town: Town) -> None:
    said = words(await shown_to(bare_town))
    assert "/clanstats setup" in said


def test_the_first_few_of_each_are_told_with_the_rest_counted() -> None:
    found = several(*(alert(AlertKind.CRIER, n) for n in range(1, 6)))
    (block,) = overview_lines(found)
    assert block.count("**Bob**") == 3
    assert block.endswith("-# and 2 more")


def test_what_else_is_known_of_somebody_stands_beside_in_small_print() -> None:
    found = several(alert(AlertKind.CHURN, 1), alert(AlertKind.FADING, 1))
    (block,) = overview_lines(found)
    assert block.endswith("-# also plays far less")
    (block,) = part_lines(found[0].people, found[0].people)
    assert block.endswith("**Bob** <@1001>  did 1 things\n-# also plays far less")
    details = "\n".join(details_lines(found[0].people[0]))
    assert details.startswith("## **Bob** <@1001>\n")
    assert details.count("did 1 things") == 2


def test_a_list_is_shown_by_kind_or_by_rank_and_everybody_is_of_one_of_each() -> None:
    found = several(*(alert(AlertKind.CHURN, n) for n in (1, 2)), alert(AlertKind.CRIER, 3))
    parts = alerts_on(found)
    assert {each.key: len(rows) for each, rows in parts.by_part.items()} == {
        "kind.churn": 2,
        "kind.crier": 1,
        f"rank.{found[0].people[0].profile.main.role}": 3,
    }
    blocks = part_lines(parts.rows, parts.rows[1:])
    assert [each.split("\n")[0] for each in blocks] == [
        "**Went quiet in chat**  2",
        "**Town criers**  1",
    ]


def test_a_name_cannot_ping_or_format() -> None:
    (block,) = overview_lines(several(alert(AlertKind.CHURN, 1, LONG)))
    assert "@everyone" not in block
    assert "\\*\\_" in block


def test_one_person_of_one_kind_is_told_in_the_singular() -> None:
    (block,) = overview_lines(several(alert(AlertKind.UNANSWERED, 1)))
    assert block.startswith("**New, and nobody answered**  1\n")


async def test_five_hundred_people_with_awkward_names_fit_discord(town: Town) -> None:
    words_each = "wrote 1,000,000 messages in 30 days and 1,000,000 in the last 7, " * 2
    alerts = tuple(
        alert(kind, number, LONG * 4)._replace(words=words_each)
        for number in range(500)
        for kind in (GRAVEST_FIRST[number % 9], AlertKind.CRIER)
    )
    review = AlertReview(alerts, DEFAULT_POLICY, NOW, ("how well it was seen " * 3,) * 8)
    found = several(*alerts)
    assert len(found) == len(AlertKind)
    screen = AlertsScreen(town.services)
    assert fits(screen.render(AlertsState(), AlertsFound(review, found)).view)
    for part in alerts_on(found).by_part:
        for page in (0, 1, 10_000):
            rendered = screen.render(AlertsState(page, part.key), AlertsFound(review, found))
            assert fits(rendered.view)
