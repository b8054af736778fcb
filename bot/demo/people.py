"""Who is in the made-up clan: how each persona lives, and what people are called.

Names are unique by the key that WOM compares; some of them are traps on purpose.
"""

from collections.abc import Iterator, Mapping
from random import Random
from typing import NamedTuple

from bot.clan.names import wom_key
from bot.demo.cast import Persona


class Habit(NamedTuple):
    """How a persona lives.

    `share` of 150 members; chance to play on a day and mean hours then; `pace` against an
    efficient player; part of the play that is bosses; chance that WOM looks on a day; progress of
    the account (0-1); messages a day in Discord and in the game's clan chat, before scaling.
    """

    share: int
    play_chance: float
    hours: float
    pace: float
    bossing: float
    observed_chance: float
    progress: float
    chat: float
    clan_chat: float


HABITS: Mapping[Persona, Habit] = {
    Persona.LEADER: Habit(5, 0.70, 1.8, 0.45, 0.45, 0.96, 0.90, 9.0, 3.0),
    Persona.STEADY: Habit(40, 0.60, 1.7, 0.40, 0.40, 0.95, 0.72, 3.0, 1.5),
    Persona.GHOST: Habit(13, 0.40, 1.2, 0.35, 0.30, 0.94, 0.60, 1.0, 0.5),
    Persona.GRINDER: Habit(10, 0.93, 6.0, 0.75, 0.20, 0.97, 0.85, 0.05, 0.03),
    Persona.CASUAL: Habit(28, 0.25, 1.2, 0.35, 0.35, 0.90, 0.60, 0.8, 0.5),
    Persona.OFFICER: Habit(5, 0.65, 1.8, 0.45, 0.40, 0.96, 0.85, 7.0, 3.0),
    Persona.NEWCOMER: Habit(7, 0.75, 2.2, 0.40, 0.20, 0.96, 0.30, 3.0, 2.0),
    Persona.CHATTERER: Habit(6, 0.06, 0.4, 0.25, 0.30, 0.95, 0.60, 60.0, 1.0),
    Persona.ALT: Habit(6, 0.12, 1.0, 0.35, 0.20, 0.92, 0.03, 0.0, 0.0),
    Persona.SPAMMER: Habit(1, 0.30, 1.0, 0.35, 0.30, 0.94, 0.50, 0.6, 0.2),
    Persona.UNTRACKED: Habit(4, 0.40, 1.0, 0.35, 0.30, 0.00, 0.50, 0.05, 0.0),
    Persona.AWAY: Habit(4, 0.60, 1.6, 0.40, 0.40, 0.95, 0.70, 3.0, 1.0),
    Persona.LURKER: Habit(8, 0.20, 1.0, 0.35, 0.30, 0.93, 0.55, 0.0, 0.4),
    Persona.GUEST: Habit(4, 0.12, 0.8, 0.35, 0.30, 0.60, 0.45, 0.6, 0.2),
    Persona.FADING: Habit(4, 0.92, 4.5, 0.70, 0.20, 0.97, 0.80, 18.0, 2.0),
    Persona.BOSSER: Habit(4, 0.85, 3.0, 0.60, 1.00, 0.96, 0.85, 1.5, 1.0),
    Persona.SLUMPED: Habit(1, 0.60, 1.5, 0.45, 0.40, 0.96, 0.88, 4.0, 1.0),
}
"""In order of importance: a clan too small for all has the first ones."""

_NAME_LIMIT = 12
_FIRST = (
    "Iron", "Rune", "Addy", "Mith", "Moss", "Zammy", "Sara", "Guthix", "Vork", "Zuk", "Lumby",
    "Varrock", "Draynor", "Kourend", "Dragon", "Barrows", "Abyssal", "Bronze", "Coal", "Yew",
    "Magic", "Slayer", "Max", "Lazy", "Salty", "Grumpy", "Lucky", "Big", "Old", "Sir", "Lady",
    "Tiny", "Void", "Prayer", "Pure", "Skill", "Lost", "Frost", "Ember", "Ashen", "Pest", "Nex",
    "Olm", "Jad", "Hydra", "Gnome", "Goblin", "Imp", "Wise", "Karam",
)  # fmt: skip
_SECOND = (
    "cat", "fox", "wolf", "egg", "lord", "bow", "kid", "chop", "tank", "mage", "pker", "smith",
    "jar", "ham", "cape", "axe", "maul", "whip", "duck", "cow", "toad", "moss", "beard", "dad",
    "mum", "king", "rat", "bat", "bear", "owl", "elf", "hobo", "druid", "noob", "loot", "drop",
    "main", "afk", "bank", "logs", "fish", "shark", "pie", "stew", "tea", "ale", "hat", "boots",
)  # fmt: skip
TRAP_NAMES = ("__Bones__", "null", "1234567890", "- Lister", "_italics_", "0")
"""Valid names that break programs which guess from the text what it is."""

TRAP_NICKNAMES = ("=cmd", "@everyone", "__x__", "*Star* `dust`", "<@123>")
"""Discord nicknames that a file or an embed must not obey."""

_NICKNAMES = (
    "Dave", "Sophie", "Marek", "Big Al", "Jules", "Mr. Tea", "Nana", "Kev", "Ollie", "Priya",
    "Tomasz", "Ingrid", "Beans", "Chip", "Wren", "Hugo", "Mei", "Sunny", "Lars", "Ruby", "Gaz",
    "Noor", "Pip", "Teo", "Astrid", "Moe", "Kit", "Bram", "Zed", "Fern",
)  # fmt: skip
_NAME_FORMS = (
    "{first}{second}", "{first} {second}", "{first}_{second}", "{first}-{second}",
    "{first}  {second}", "{first}{second}{number}", "{first} {capital} {number}",
    "x{first}x{second}", "{second} {lower}", "{lower}{second}",
)  # fmt: skip
_NAME_SHARES = (8, 8, 6, 5, 2, 25, 12, 8, 14, 12)
_SHOWN_FORMS = (
    "{name}", "{lower}", "{upper}", "[{title}] {name}", "{emoji} {name}", "{nickname} | {name}",
    "{nickname}",
)  # fmt: skip
_SHOWN_SHARES = (42, 10, 4, 10, 8, 8, 18)
_TITLES = ("Captain", "PvM", "GIM", "Maxed", "AFK", "Mod", "Iron")
_EMOJI = ("🔥", "⚔️", "🎣", "✨", "🐸", "🍺", "🌙")


def parts_of(members: int) -> list[Persona]:
    """Return who plays which part: one of each as far as they go, the rest by share."""
    parts = list(HABITS)[:members]
    rest = members - len(parts)
    total = sum(habit.share - 1 for habit in HABITS.values())
    for persona, habit in HABITS.items():
        parts += [persona] * (rest * (habit.share - 1) // total)
    parts += [Persona.STEADY] * (members - len(parts))
    return parts


def player_names(rng: Random) -> Iterator[str]:
    """Yield ever new account names, the traps scattered among the first hundred."""
    used: set[str] = set()
    traps = dict(zip(rng.sample(range(12, 90), len(TRAP_NAMES)), TRAP_NAMES, strict=True))
    place = 0
    while True:
        name = traps.get(place) or _made_up(rng)
        if wom_key(name) not in used:
            used.add(wom_key(name))
            place += 1
            yield name


def _made_up(rng: Random) -> str:
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    name = rng.choices(_NAME_FORMS, _NAME_SHARES)[0].format(
        first=first,
        second=second,
        lower=first.lower(),
        capital=second.capitalize(),
        number=rng.randrange(100),
    )
    return name[:_NAME_LIMIT].strip(" _-")


def display_name(rng: Random, player_name: str) -> str:
    """Return what somebody is called in Discord: often like the account, not always."""
    return rng.choices(_SHOWN_FORMS, _SHOWN_SHARES)[0].format(
        name=player_name,
        lower=player_name.lower(),
        upper=player_name.upper(),
        title=rng.choice(_TITLES),
        emoji=rng.choice(_EMOJI),
        nickname=rng.choice(_NICKNAMES),
    )


def handle(rng: Random, shown: str, index: int) -> str:
    """Return a Discord user name: lower case, no spaces, unique by the index in it."""
    letters = "".join(mark for mark in shown.lower() if mark.isascii() and mark.isalnum())
    return f"{letters[:20] or 'user'}{rng.choice('._')}{index}"
