from datetime import timedelta

from bot.clan.metrics import SKILLS
from bot.demo.cast import Lull, Persona, from_ms, to_ms
from bot.demo.hiscores import BOSSES, METRICS
from bot.demo.people import HABITS
from bot.demo.playing import play
from bot.demo.rhythm import lots
from bot.demo.world import World
from tests.bot.demo.conftest import NOW

SPAN_MS = (to_ms(NOW - timedelta(days=60)), to_ms(NOW))


def test_nothing_ever_falls(world: World) -> None:
    for player in world.players:
        for metric, path in player.path.items():
            assert list(path.at_ms) == sorted(path.at_ms), metric
            assert list(path.values) == sorted(path.values), metric


def test_overall_is_the_sum_of_the_ranked_skills_at_any_instant(world: World) -> None:
    for player in world.players:
        for days in (150, 33, 0, -5):
            values = world.snapshot(player, NOW - timedelta(days=days))
            total = sum(max(0, values[skill]) for skill in SKILLS)
            assert values["overall"] == (total if total >= 20_000 else -1)


def test_a_snapshot_names_all_metrics_in_the_order_of_wom(world: World) -> None:
    values = world.snapshot(world.players[0], NOW)
    assert tuple(values) == METRICS
    whole = {metric for metric, value in values.items() if isinstance(value, int)}
    assert whole == set(METRICS) - {"ehp", "ehb"}


def test_bosses_are_unranked_until_five_kills(world: World) -> None:
    kills = [player.path[boss].value_at(NOW) for player in world.players for boss in BOSSES]
    assert -1 in kills
    assert not set(kills) & {0, *range(2, 5)} - {1, 2, 3, 4}
    assert all(player.path["zulrah"].value_at(NOW) not in range(5) for player in world.players)


def test_nobody_plays_in_a_lull() -> None:
    lull = Lull(to_ms(NOW - timedelta(days=40)), to_ms(NOW - timedelta(days=20)))
    ledger = play(lots("lull"), HABITS[Persona.GRINDER], (lull,), 0, SPAN_MS)
    assert len(ledger.played_ms) > 20
    assert not any(lull.covers(at_ms) for at_ms in ledger.played_ms)


def test_a_boss_hunter_kills_and_hardly_trains() -> None:
    ledger = play(lots("bosses"), HABITS[Persona.BOSSER], (), 0, SPAN_MS)
    paths = ledger.paths()
    week_ago = NOW - timedelta(days=7)
    killed = sum(
        max(0, paths[boss].value_at(NOW)) - max(0, paths[boss].value_at(week_ago))
        for boss in BOSSES
    )
    assert killed > 150
    assert paths["overall"].value_at(NOW) - paths["overall"].value_at(week_ago) < 500_000


def test_efficient_hours_rise_with_play() -> None:
    paths = play(lots("hours"), HABITS[Persona.GRINDER], (), 0, SPAN_MS).paths()
    start, end = (from_ms(at_ms) for at_ms in SPAN_MS)
    assert 40 < paths["ehp"].value_at(end) - paths["ehp"].value_at(start) < 500
