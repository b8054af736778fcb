"""The game's own lines are told apart by their exact wording, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.broadcasts import Broadcast, BroadcastKind, broadcast


@pytest.mark.parametrize(
    ("line", "kind", "name", "words"),
    [
        (
            "Y-Pr3datorrr received a drop: 7 x Dragon plateskirt (1,126,713 coins).",
            BroadcastKind.DROP,
            "Y-Pr3datorrr",
            "7 x Dragon plateskirt (1,126,713 coins)",
        ),
        (
            "WhoTheFk received a drop: Hydra's claw (48,810,952 coins) from Alchemical Hydra.",
            BroadcastKind.DROP,
            "WhoTheFk",
            "Hydra's claw (48,810,952 coins) from Alchemical Hydra",
        ),
        (
            "Solver received a clue item: 3rd age full helmet.",
            BroadcastKind.DROP,
            "Solver",
            "3rd age full helmet",
        ),
        (
            "ImJ o n received special loot from a raid: Avernic defender hilt.",
            BroadcastKind.RAID_LOOT,
            "ImJ o n",
            "Avernic defender hilt",
        ),
        (
            "Clipper has a funny feeling like he's being followed: Rocky at 5,850,317 XP.",
            BroadcastKind.PET,
            "Clipper",
            "Rocky at 5,850,317 XP",
        ),
        (
            "NUT_TY has a funny feeling like he would have been followed: Nexling.",
            BroadcastKind.PET,
            "NUT_TY",
            "Nexling",
        ),
        ("A has a funny feeling like they're being followed", BroadcastKind.PET, "A", ""),
        (
            "Dash Inc feels something weird sneaking into his backpack: Heron at 8,426,283 XP.",
            BroadcastKind.PET,
            "Dash Inc",
            "Heron at 8,426,283 XP",
        ),
        (
            "A b feels like she's acquired something special: Yami at 5 kills.",
            BroadcastKind.PET,
            "A b",
            "Yami at 5 kills",
        ),
        ("Bob has reached Slayer level 99.", BroadcastKind.LEVEL, "Bob", "Slayer level 99"),
        ("Bob has reached combat level 104.", BroadcastKind.LEVEL, "Bob", "combat level 104"),
        (
            "Bob has reached a total level of 2,225.",
            BroadcastKind.LEVEL,
            "Bob",
            "a total level of 2,225",
        ),
        (
            "Sad Bug has reached the highest possible total level of 2277!",
            BroadcastKind.LEVEL,
            "Sad Bug",
            "the highest possible total level of 2277",
        ),
        ("Bob has reached level 85 in Attack.", BroadcastKind.LEVEL, "Bob", "level 85 in Attack"),
        (
            "Bob has reached the highest level in Slayer.",
            BroadcastKind.LEVEL,
            "Bob",
            "the highest level in Slayer",
        ),
        (
            "Noble Five has reached 78,000,000 XP in Fishing.",
            BroadcastKind.XP_MILESTONE,
            "Noble Five",
            "78,000,000 XP in Fishing",
        ),
        (
            "Bob has completed a quest: Desert Treasure II - The Fallen Empire",
            BroadcastKind.QUEST,
            "Bob",
            "Desert Treasure II - The Fallen Empire",
        ),
        (
            "Bob has completed the Elite Lumbridge & Draynor diary.",
            BroadcastKind.DIARY,
            "Bob",
            "Elite Lumbridge & Draynor diary",
        ),
        (
            "Bob received a new collection log item: Robe bottom of darkness (533/1477)",
            BroadcastKind.COLLECTION_LOG,
            "Bob",
            "Robe bottom of darkness (533/1477)",
        ),
        (
            (
                "Ze R Word has achieved a new Theatre of Blood: Hard mode (Team Size: 3) "
                "personal best: 21:13"
            ),
            BroadcastKind.PERSONAL_BEST,
            "Ze R Word",
            "Theatre of Blood: Hard mode (Team Size: 3) personal best: 21:13",
        ),
        (
            "hype mann has completed an elite combat task: Perfect Crystalline Hunllef.",
            BroadcastKind.COMBAT_ACHIEVEMENT,
            "hype mann",
            "Perfect Crystalline Hunllef",
        ),
        (
            "Bob has unlocked the Grandmaster tier of rewards from Combat Achievements!",
            BroadcastKind.COMBAT_ACHIEVEMENT,
            "Bob",
            "",
        ),
        ("Bob has completed all hard combat tasks.", BroadcastKind.COMBAT_ACHIEVEMENT, "Bob", ""),
        (
            "W ez has defeated long daddy t and received (737,126 coins) worth of loot!",
            BroadcastKind.PVP,
            "W ez",
            "long daddy t and received (737,126 coins)",
        ),
        (
            (
                "Potamski has been defeated by Amoy in The Wilderness and lost (785,081 coins) "
                "worth of loot....and now everyone knows."
            ),
            BroadcastKind.PVP,
            "Potamski",
            "",
        ),
        ("Bob has been defeated by Amoy in The Wilderness.", BroadcastKind.PVP, "Bob", ""),
        (
            "Med-iocore has opened a loot key worth 489,181 coins!",
            BroadcastKind.PVP,
            "Med-iocore",
            "",
        ),
        ("Hey B has left the clan.", BroadcastKind.LEFT, "Hey B", ""),
        (
            "Bob has withdrawn 25,000,000 coins from the coffer.",
            BroadcastKind.COFFER,
            "Bob",
            "withdrawn 25,000,000 coins from the coffer",
        ),
        (
            "Bob has deposited 1 coins into the coffer.",
            BroadcastKind.COFFER,
            "Bob",
            "deposited 1 coins into the coffer",
        ),
        ("Bob has joined.", BroadcastKind.OTHER, "Bob", ""),
        ("Bob has left.", BroadcastKind.OTHER, "Bob", ""),
        ("Bob has died and lost their Hardcore Ironman status.", BroadcastKind.OTHER, "Bob", ""),
        ("Bob has unlocked their tier 3 League relic!", BroadcastKind.OTHER, "Bob", ""),
        ("Bob has earned the Rune rank!", BroadcastKind.OTHER, "Bob", ""),
    ],
)
def test_the_game_s_wording_tells_the_kind(
    line: str, kind: BroadcastKind, name: str, words: str
) -> None:
    assert broadcast(line) == Broadcast(kind, name, words)


def test_who_let_somebody_in_or_out_is_told_apart_from_whom() -> None:
    assert broadcast("SirTeddy25 has been invited into the clan by Zhou Tail.") == Broadcast(
        BroadcastKind.JOINED, "SirTeddy25", by="Zhou Tail"
    )
    expelled = Broadcast(BroadcastKind.KICKED, "Leina Dragon", by="M3rchm3now")
    assert broadcast("M3rchm3now has expelled Leina Dragon from the clan.") == expelled
    assert broadcast("Leina Dragon has been kicked from the clan by M3rchm3now.") == expelled


@pytest.mark.parametrize(
    "line",
    [
        "To talk in your clan's channel, start each line of chat with // or /c.",
        "Attempting to join clan channel...",
        "You have left the clan channel.",
    ],
)
def test_a_notice_of_the_channel_is_nobody_s(line: str) -> None:
    assert broadcast(line) == Broadcast(BroadcastKind.OTHER)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "gz!!",
        "imagine if I received a drop lol",
        "Bob: Alice has left the clan.",
        "**Bob**: Alice has left the clan.",
        "this name is too long received a drop: Twisted bow.",
        "Bob has left the clan. lol",
        "Bob has completed the diary, finally",
        "Bob has reached the level cap of patience",
        "/Bob has left the clan.",
    ],
)
def test_what_people_write_is_no_broadcast(line: str) -> None:
    assert broadcast(line) is None


@given(st.text())
def test_a_line_with_a_speaker_in_front_is_never_a_broadcast(text: str) -> None:
    assert broadcast(f"Bob: {text}") is None


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("Bob received a rare drop: Abyssal whip.", BroadcastKind.DROP, "Abyssal whip"),
        (
            "Bob received a valuable drop: Dragon boots (150,000 coins).",
            BroadcastKind.DROP,
            "Dragon boots (150,000 coins)",
        ),
        ("Bob received an untradeable drop: Eye.", BroadcastKind.DROP, "Eye"),
        (
            "Bob has a funny feeling like he\u2019s being followed: Rocky.",
            BroadcastKind.PET,
            "Rocky",
        ),
        (
            "Bob received a drop: Hydra\u2019s claw (48,810,952 coins).",
            BroadcastKind.DROP,
            "Hydra's claw (48,810,952 coins)",
        ),
        ("Bob has reached Sailing level 99.", BroadcastKind.LEVEL, "Sailing level 99"),
        ("Bob has reached level 99 in Sailing!", BroadcastKind.LEVEL, "level 99 in Sailing"),
        ("Bob has reached level 99 Sailing.", BroadcastKind.LEVEL, "level 99 Sailing"),
        ("Bob has reached 99 Deep Delving.", BroadcastKind.LEVEL, "99 Deep Delving"),
        (
            "Bob has reached Deep Delving level 99.",
            BroadcastKind.LEVEL,
            "Deep Delving level 99",
        ),
        (
            "Bob has reached the highest possible level in Deep Delving.",
            BroadcastKind.LEVEL,
            "the highest possible level in Deep Delving",
        ),
        (
            "Bob has reached 200,000,000 XP in Deep Delving.",
            BroadcastKind.XP_MILESTONE,
            "200,000,000 XP in Deep Delving",
        ),
        ("Bob has died and lost their Hardcore Ironman status.", BroadcastKind.OTHER, ""),
        (
            "Bob has lost their Hardcore Group Ironman status with a total level of 1,204.",
            BroadcastKind.OTHER,
            "",
        ),
        ("Bob has died, and lost his hardcore status!", BroadcastKind.OTHER, ""),
        ("Bob is no longer a Hardcore Ironman.", BroadcastKind.OTHER, ""),
    ],
)
def test_rare_drops_new_skills_curly_apostrophes_and_lost_lives_are_broadcasts(
    line: str, kind: BroadcastKind, words: str
) -> None:
    assert broadcast(line) == Broadcast(kind, "Bob", words)


@pytest.mark.parametrize(
    "line",
    [
        "Bob has lost his mind over that status",
        "Bob has reached the level cap of patience",
        "Bob has lost their status",
        "Bob received a rare compliment: nice",
    ],
)
def test_what_only_resembles_them_is_none(line: str) -> None:
    assert broadcast(line) is None
