"""What the bot says of a town through its real services, beside what its people really did."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS
from bot.clan.spans import Period, last_days
from bot.demo.cast import DAY_MS, to_ms
from bot.reports.worker import Inline
from bot.services.publish import Publish
from bot.services.review import Review
from bot.services.setup import Clan
from storage.engine import Database
from storage.migrate import bring_up
from tests.truth.life import is_steady
from tests.truth.lives import NOW, Account, Kind, Life, Town, town
from tests.truth.staging import stage

MONTH_MS, ENOUGH_XP = 30 * DAY_MS, 10_000
_RISING = ("zulrah", "vorkath", "chambers_of_xeric", "tombs_of_amascut", "clue_scrolls_all")
_LOOKED_LATELY_MS, _OLDEST_START_MS = 2 * DAY_MS, 34 * DAY_MS
_PERIODS = {Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90}

Tally = Counter[str]


def judged(seed: int, members: int | None = None) -> Tally:
    """Return what came of one town, as counts to be summed."""
    return asyncio.run(_judged(town(seed, members)))


def table(found: Tally) -> str:
    """Return what came of many towns, a line for each figure."""
    wronged = sum(count for name, count in found.items() if name.startswith("wronged"))
    rows = {
        "members of all clans": f"{found['members']:,}",
        "called inactive": f"{found['flagged']:,}",
        "of them wrongly": f"{wronged:,}",
        "found of the silent and well observed": _of(
            found["found of the well observed"], found["well observed"]
        ),
        "found of all the silent": _of(found["found"], found["silent"]),
        "who qualify for a promotion": _of(found["qualified"], found["members"]),
        "steady ones on the first list": _of(
            found["steady on the first list"], found["first list"]
        ),
        "due for a rise and on one of the lists": _of(found["due and on a list"], found["due"]),
        "message counts that are wrong": _of(found["messages wrong"], found["messages compared"]),
        "unmarked gains that are wrong": _of(found["gains wrong"], found["gains compared"]),
    }
    others = {name: f"{count:,}" for name, count in sorted(found.items()) if _is_fault(name, count)}
    lines = [f"| {name} | {value} |" for name, value in (rows | others).items()]
    return "\n".join(["| measured | |", "|---|---:|", *lines])


def _is_fault(name: str, count: int) -> bool:
    return count > 0 and name.partition(":")[0] in {"wronged", "missed", "raised"}


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.1%})" if whole else "none"


async def _judged(place: Town) -> Tally:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'clan_data.db'}")
        try:
            await bring_up(database, NOW)
            clan = await stage(database, place)
            found = await _inactivity(database, clan, place)
            found += await _promotions(database, clan, place)
            return found + await _numbers(database, clan, place)
        finally:
            await database.close()


async def _inactivity(database: Database, clan: Clan, place: Town) -> Tally:
    review = await Review(database, lambda: NOW).inactive(clan)
    flagged = {each.player_id for row in review.listed.sure for each in row.profile.accounts}
    found: Tally = Counter({"flagged": len(flagged)})
    for life in place.lives:
        mine = {each.player_id for each in life.accounts if _is_here(each)}
        if is_silent(life):
            found["silent"] += len(mine)
            found["found"] += len(mine & flagged)
            if is_well_observed(place, life):
                found["well observed"] += len(mine)
                found["found of the well observed"] += len(mine & flagged)
                found[f"missed: {life.kind}"] += len(mine - flagged)
        else:
            found[f"wronged: {life.kind}"] += len(mine & flagged)
    return found


def is_silent(life: Life) -> bool:
    """Tell whether somebody did nothing at all for a month, on any side, and may be told so."""
    since_ms = to_ms(NOW) - MONTH_MS
    newest = max(account.stays[-1].from_at for account in life.accounts if _is_here(account))
    if life.away or to_ms(newest) > since_ms or any(day < 30 for day in life.voice_days):
        return False
    if any(line.at_ms >= since_ms for line in life.lines):
        return False
    rose = any(each.gained(metric, since_ms) for each in life.accounts for metric in _RISING)
    seasonal = any(each.gained("league_points", since_ms) for each in life.accounts)
    xp = sum(each.gained("overall", since_ms) for each in life.accounts)
    return not rose and not seasonal and xp < ENOUGH_XP


def is_well_observed(place: Town, life: Life) -> bool:
    """Tell whether both sides of somebody were there to be seen for the whole month."""
    now_ms = to_ms(NOW)
    start_ms = now_ms - MONTH_MS
    is_linked = life.has_no_discord or (
        {each for _, each in life.linked} == set(life.users)
        and {each for each, _ in life.linked} == {each.player_id for each in life.accounts}
    )
    return (
        is_linked
        and not any(end > start_ms for _, end in place.deaf)
        and all(_is_seen(account, now_ms) for account in life.accounts)
    )


def _is_seen(account: Account, now_ms: int) -> bool:
    near_start = [at for at in account.looks if at <= now_ms - MONTH_MS]
    return (
        bool(near_start)
        and now_ms - account.looks[-1] <= _LOOKED_LATELY_MS
        and now_ms - near_start[-1] <= _OLDEST_START_MS
    )


def _is_here(account: Account) -> bool:
    return account.stays[-1].to_at is None


_NEVER = (Kind.GHOST, Kind.TRICKLE, Kind.FADED, Kind.AWAY, Kind.SHARED)
_DUE_DAYS = 90


async def _promotions(database: Database, clan: Clan, place: Town) -> Tally:
    lists = (await Review(database, lambda: NOW).promotions(clan)).promotions
    lives = {each.player_id: life for life in place.lives for each in life.accounts}
    first, others, under = ([each.profile.main.player_id for each in some] for some in lists)
    steady = {
        player_id
        for player_id, life in lives.items()
        if is_steady(_days_played(life) | _days_written(life))
    }
    due = {each for each in steady if _may_rise(place, lives[each])}
    found: Tally = Counter({"members": sum(map(_is_here, _accounts(place)))})
    found["qualified"] = len(first) + len(others)
    found["first list"] = len(first)
    found["steady on the first list"] = len(steady.intersection(first))
    found["due"] = len(due)
    found["due and on a list"] = len(due.intersection([*first, *others, *under]))
    for each in (*first, *others):
        if lives[each].kind in _NEVER:
            found[f"raised: {lives[each].kind}"] += 1
    kinds = [lives[each].kind for each in first]
    spammer = kinds.index(Kind.SPAMMER) if Kind.SPAMMER in kinds else len(kinds)
    found["raised: a spammer before a steady one"] = kinds[spammer:].count(Kind.STEADY)
    return found


def _may_rise(place: Town, life: Life) -> bool:
    """Tell whether a steady human has done their time, on both sides, where it could be seen."""
    main, bar = life.accounts[0], DEFAULT_POLICY.promotion.steady
    seen = {(to_ms(NOW) - at) // DAY_MS for at in main.looks}
    return (
        main.role in _BELOW_THE_LAST
        and (NOW - main.stays[-1].from_at).days >= _DUE_DAYS
        and len(_days_played(life)) >= bar.game_days
        and len(_days_written(life)) >= bar.chat_days
        and bool(life.linked)
        and not life.away
        and sum(day < STEADY_DAYS for day in seen) >= STEADY_DAYS // 2
        and not any(end > to_ms(NOW) - STEADY_DAYS * DAY_MS for _, end in place.deaf)
    )


_BELOW_THE_LAST = ("member", "prospector")


def _days_played(life: Life) -> set[int]:
    ages = (
        (to_ms(NOW) - at) // DAY_MS
        for each in life.accounts
        for at, _ in each.rises.get("overall", ())
    )
    return {age for age in ages if age < STEADY_DAYS}


def _days_written(life: Life) -> set[int]:
    ages = ((to_ms(NOW) - line.at_ms) // DAY_MS for line in life.lines)
    return {age for age in ages if age < STEADY_DAYS}


def _accounts(place: Town) -> Iterator[Account]:
    return (account for life in place.lives for account in life.accounts)


async def _numbers(database: Database, clan: Clan, place: Town) -> Tally:
    """Compare messages and gains of the report with what can be counted the slow way."""
    report = await Publish(database, Inline(), lambda: NOW).clan_report(clan, Period.QUARTER)
    members = report.roster.by_player()
    found: Tally = Counter()
    for life in place.lives:
        for account in life.accounts:
            member = members.get(account.player_id)
            if member is None:
                continue
            for period, days in _PERIODS.items():
                span = last_days(days, NOW, clan.zone)
                start_ms = to_ms(span.start)
                gains = member.gains(period)
                if gains.xp is not None and not gains.partial and not gains.thin:
                    found["gains compared"] += 1
                    found["gains wrong"] += gains.xp != _gain(account, start_ms)
                if member.alt_of is None and _is_known(life, account):
                    found["messages compared"] += 1
                    wrote = sum(line.at_ms >= start_ms for line in place.heard(life))
                    found["messages wrong"] += member.messages(period) != wrote
    return found


def _gain(account: Account, start_ms: int) -> float:
    """Return the newest value that was looked at, less the newest one up to the start."""
    before = [at for at in account.looks if at <= start_ms]
    if not before:
        return float("nan")
    first, last = account.values("overall", (before[-1], account.looks[-1]))
    return last - first


def _is_known(life: Life, account: Account) -> bool:
    confirmed = {player_id for player_id, _ in life.linked}
    return account.player_id in confirmed and len(life.users) == 1
