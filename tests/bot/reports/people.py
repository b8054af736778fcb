"""Who is on the lists that are turned into files: one for each part, or a whole clan."""

from dataclasses import replace
from datetime import date

from bot.clan.enforcement import InactivityList, inactivity
from bot.clan.leave import Leave
from bot.clan.policy import changed
from bot.clan.profiles import Profile
from bot.clan.promotion import Promotions, promotion_cases
from bot.clan.standings import Link
from bot.reports.lists import Suggestions, suggestions
from tests.bot.clan.portraits import BUSY, LADDER, NONE, NOW, POLICY, ZERO, account, person, silent

RULES = changed(POLICY, enforcement={"limits": {"owner": 60}})
LEAVE = Leave(1003, None, date(2026, 5, 1), date(2026, 6, 3), set_by=1)


def named(profile: Profile, *names: str) -> Profile:
    """Return the person with these accounts instead."""
    main = profile.main
    accounts = (main._replace(player_id=main.player_id + n, name=x) for n, x in enumerate(names))
    return replace(profile, accounts=tuple(accounts))


SURE = named(silent(1), "Ann", "Ann Alt")
UNSURE = named(
    silent(
        11,
        user_id=None,
        link=Link.NONE,
        window=replace(ZERO, messages=None, capped=None, chat=NONE),
    ),
    "Bob",
)
AWAY = named(silent(21, leave=LEAVE), "Cat")
STEADY = named(person(31, window=replace(BUSY, messages=130, capped=110)), "Dan", "Dan Alt")
NEARLY = named(
    person(
        41,
        accounts=(account(41, joined=80),),
        recent_raids=None,
        window=replace(BUSY, messages=50, capped=50),
    ),
    "Eve",
)


def found(*profiles: Profile) -> tuple[Promotions, InactivityList]:
    """Return both lists as the rules make them."""
    return (
        promotion_cases(profiles, LADDER, RULES, NOW),
        inactivity(profiles, LADDER, RULES, NOW),
    )


def suggested(*profiles: Profile) -> Suggestions:
    """Return what is suggested about these people."""
    return suggestions(*found(*profiles), RULES, NOW)


def everybody() -> Suggestions:
    """Return a list with one person in every part."""
    return suggested(SURE, UNSURE, AWAY, STEADY, NEARLY)


def crowd(how_many: int = 500) -> Suggestions:
    """Return a clan with each person on one of the lists."""
    kinds = (SURE, UNSURE, AWAY, STEADY, NEARLY)
    return suggested(
        *(
            named(
                replace(kind, accounts=(kind.main._replace(player_id=number),)), f"Player {number}"
            )
            for number in range(how_many)
            for kind in [kinds[number % len(kinds)]]
        )
    )
