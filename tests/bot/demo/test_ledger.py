from bot.demo.hiscores import SKILL_XP_CAP, XP_PER_HOUR
from bot.demo.ledger import Ledger
from bot.demo.rhythm import lots

START_MS = 1_700_000_000_000


def small_ledger() -> Ledger:
    return Ledger(lots("small"), 0.0, START_MS, ())


def test_a_skill_that_crosses_the_threshold_enters_the_sum_whole() -> None:
    ledger = small_ledger()
    ledger.skills = dict.fromkeys(ledger.skills, 0)
    ledger._ranked_sum = 0
    ledger.train("magic", 250, START_MS + 1)
    ledger.close(START_MS + 1)
    ledger.train("magic", 25_000, START_MS + 2)
    ledger.close(START_MS + 2)
    paths = ledger.paths()
    assert paths["magic"].value_at_ms(START_MS + 2) == 25_250
    assert paths["overall"].value_at_ms(START_MS + 2) == 25_250


def test_no_skill_rises_beyond_the_cap() -> None:
    ledger = small_ledger()
    ledger.train("cooking", 2 * SKILL_XP_CAP, START_MS + 1)
    before = ledger.ehp
    ledger.train("cooking", 1_000, START_MS + 2)
    assert ledger.paths()["cooking"].value_at_ms(START_MS + 2) == SKILL_XP_CAP
    assert ledger.ehp == before


def test_an_hour_of_efficient_training_is_an_efficient_hour() -> None:
    ledger = small_ledger()
    before = ledger.ehp
    ledger.train("slayer", XP_PER_HOUR["slayer"], START_MS + 1)
    assert round(ledger.ehp - before, 9) == 1


def test_kills_count_unseen_until_they_are_listed() -> None:
    ledger = small_ledger()
    ledger.counts["zulrah"] = 0
    ledger.add("zulrah", 4, START_MS + 1)
    ledger.close(START_MS + 1)
    ledger.add("zulrah", 2, START_MS + 2)
    ledger.close(START_MS + 2)
    zulrah = ledger.paths()["zulrah"]
    assert zulrah.value_at_ms(START_MS + 1) == -1
    assert zulrah.value_at_ms(START_MS + 2) == 6
