"""What the made-up members say: a small phrase book, and the lines of the game's own broadcasts.

A question always reads as one, and nothing else does.
"""

from random import Random

_BOSS_WORDS = (
    "Zulrah", "Vorkath", "CoX", "ToB", "ToA", "Nex", "Cerberus", "Hydra", "Muspah", "Corp", "GWD",
    "Araxxor", "barrows", "the gauntlet", "Jad", "Yama",
)  # fmt: skip
_SKILL_WORDS = (
    "Slayer", "Agility", "Mining", "Sailing", "Farming", "Runecrafting", "Fishing", "Prayer",
    "Construction", "Hunter", "Thieving", "Herblore",
)  # fmt: skip
_WHEN = ("tonight", "tomorrow", "on Saturday", "at 8", "after work", "in an hour", "on reset")
_DROPS = (
    ("Dragon warhammer", 29_000_000), ("Tanzanite fang", 2_100_000), ("Abyssal whip", 1_300_000),
    ("Twisted bow", 1_590_000_000), ("Bandos chestplate", 19_400_000),
    ("Draconic visage", 4_900_000),
    ("Occult necklace", 480_000), ("Hydra leather", 12_300_000), ("Lightbearer", 3_900_000),
    ("Zenyte shard", 11_800_000), ("Ancient icon", 5_200_000), ("Dragon pickaxe", 3_300_000),
)  # fmt: skip

_SAYINGS = (
    "gz!", "gratz on the drop", "lol", "nice one", "no way", "same here tbh", "back in 10",
    "just did {boss} for two hours, dry as the desert", "{boss} again {when}, who knows",
    "finally 99 {skill}, what a grind", "going for {skill} levels {when}", "my bank is empty again",
    "got a clue from an implings jar 😄", "anyone remembers that mass last week, that was fun",
    "I am on world 330 by the fountain", "pet chance is a lie", "afk {skill} is peak gaming",
    "spooned at {boss}, 12 kc", "400 kc at {boss} and nothing", "mass {when}, bring ranged gear",
    "trip {when}: {boss}, two spots left", "count me in {when}", "good night all",
    "o/", "morning o7", "that update looks great", "I need supplies, brb GE",
    "my {skill} is still 70, do not judge", "ok", "haha true", "split was 14m each",
)  # fmt: skip
_QUESTIONS = (
    "anyone up for {boss} {when}?", "what gear do you bring to {boss}?",
    "how much is a fang these days?", "who is hosting the event {when}?",
    "is {skill} faster on the new method?", "what world are we on?",
    "does somebody have a spare spot for {boss}?", "can I bring my iron to the mass {when}?",
    "how do I get the clan cape?", "which boss should I learn first?",
    "what is the fastest way to train {skill}?", "how many points do I need for the next rank?",
    "why does {boss} keep one-shotting me?", "where do you all train {skill}",
)  # fmt: skip
_ANSWERS = (
    "yes, {when} works for me", "sure, give me 5 min", "usual budget setup is fine for {boss}",
    "pinned in #pvm, has gear for each style", "world 330", "I can teach you {when}",
    "the wiki page for {skill} is right, do that", "bring 4 brews and 8 restores",
    "ask an officer, they keep the list", "no idea, sorry", "mage prayer first, then move",
    "count me in", "start with barrows, then {boss}", "about 2m I think",
)  # fmt: skip
_COMMANDS = ("!kc {boss}", "!lvl {skill}", "!price fang", "!gainz week", "!clan")
_BOT_ANSWERS = ("{boss}: 1,204 kills", "{skill}: level 92", "Nothing found.", "Done.")
_BROADCASTS = (
    "**{name}** received a drop: {item} ({coins:,} coins).",
    "**{name}** has reached {skill} level {level}.",
    "**{name}** received a new collection log item: {item} ({slots}/1568)",
)
_BROADCAST_SHARES = (50, 35, 15)
_SPAM = ("LOL", "gz gz gz", "go go go", "x", "🔥🔥🔥", "wtb gf", "hi", "hiiii", "spam", "aaa")

SAY, ASK, ANSWER, COMMAND, BOT, SPAM, BROADCAST = range(7)
_BOOKS = (_SAYINGS, _QUESTIONS, _ANSWERS, _COMMANDS, _BOT_ANSWERS, _SPAM)


def phrase(rng: Random, kind: int) -> str:
    """Return something said of a kind: SAY, ASK, ANSWER, COMMAND, BOT or SPAM."""
    line = rng.choice(_BOOKS[kind])
    if "{" not in line:
        return line
    return line.format(
        boss=rng.choice(_BOSS_WORDS), skill=rng.choice(_SKILL_WORDS), when=rng.choice(_WHEN)
    )


def broadcast(rng: Random, name: str) -> str:
    """Return what the game tells the clan chat about a player: a drop, a level, a log slot."""
    item, coins = rng.choice(_DROPS)
    return rng.choices(_BROADCASTS, _BROADCAST_SHARES)[0].format(
        name=name,
        item=item,
        coins=coins,
        skill=rng.choice(_SKILL_WORDS),
        level=rng.randrange(70, 100),
        slots=rng.randrange(90, 1_100),
    )


def bridged(name: str, text: str) -> str:
    """Return a line of the game's clan chat as a bridge repeats it in Discord."""
    return f"**{name}**: {text}"
