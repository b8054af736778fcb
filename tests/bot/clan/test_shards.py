import pytest

from bot.clan.shards import Shards, ranges_of, shard_fault, shard_ids_in

# An id's upper bits are counted: shard 3 of 4.
GUILD_ID = 7 << 22 | 12345


def test_a_server_is_on_the_shard_that_discord_says() -> None:
    # https://discord.com/developers/docs/events/gateway#sharding
    assert Shards().shard_of(GUILD_ID) == 0
    assert Shards(4, (0, 3)).shard_of(GUILD_ID) == 3
    assert Shards(4, (0, 3)).serves(GUILD_ID)
    assert not Shards(4, (1, 2)).serves(GUILD_ID)
    assert Shards(4, (0,)).serves(0)


def test_without_settings_all_are_served() -> None:
    assert Shards.of(None, None) == Shards()
    assert Shards.of(3, None) == Shards(3, (0, 1, 2))
    assert Shards.of(3, (1,)) == Shards(3, (1,))


def test_every_server_is_served_by_one_of_all_processes() -> None:
    processes = [Shards(5, (0, 1)), Shards(5, (2,)), Shards(5, (3, 4))]
    for number in range(200):
        assert sum(each.serves(number * 98_765_432_109_876) for each in processes) == 1
    assert not any(each.is_whole for each in processes)
    assert Shards().is_whole
    assert Shards(2, (0, 1)).is_whole


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0", (0,)),
        ("0-3,7", (0, 1, 2, 3, 7)),
        (" 7 , 0-1 ", (0, 1, 7)),
        ("2-2,2", (2,)),
        ("9999", (9999,)),
    ],
)
def test_shards_are_written_as_numbers_and_ranges(text: str, numbers: tuple[int, ...]) -> None:
    assert shard_ids_in(text) == numbers


@pytest.mark.parametrize("text", ["all", "1,", "-1", "1.5", "1--2", "0;1", "٣"])
def test_what_is_no_list_of_shards_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a list of shards"):
        shard_ids_in(text)


@pytest.mark.parametrize("text", ["3-1", "0-99999", "10000"])
def test_a_range_that_ends_before_it_begins_or_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"has {text} in it"):
        shard_ids_in(f"0, {text}")


def test_they_are_said_as_they_are_written() -> None:
    assert str(Shards(8, (0, 1, 2, 3, 7))) == "0-3, 7 of 8"
    assert str(Shards()) == "0 of 1"
    assert ranges_of([4, 2, 1]) == "1-2, 4"


def test_what_is_wrong_with_them_is_said_with_what_to_do() -> None:
    assert shard_fault(None, None, is_shared=False) is None
    assert shard_fault(4, None, is_shared=False) is None
    assert shard_fault(4, (0, 1, 2, 3), is_shared=False) is None
    assert shard_fault(4, (1,), is_shared=True) is None
    assert shard_fault(None, (0,), is_shared=True) == (
        "is set without SHARD_COUNT: set both, or none of them"
    )
    assert shard_fault(4, (3, 4, 5), is_shared=True) == (
        "names 4-5, and with SHARD_COUNT=4 there are the shards 0 to 3"
    )
    assert shard_fault(1, (1,), is_shared=True) == (
        "names 1, and with SHARD_COUNT=1 there is shard 0 alone"
    )
    told = shard_fault(4, (0, 1), is_shared=False)
    assert told is not None
    assert "an SQLite file serves one process: leave it empty, or set DATABASE_URL" in told
