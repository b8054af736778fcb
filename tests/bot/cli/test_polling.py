"""`clanstats poll`, from the words typed to what stands on the screen."""

import httpx

from bot.clan.linking import LinkPair
from bot.services.people import Officer
from bot.wiring import Services
from tests.bot.cli.conftest import Line
from tests.bot.services.group import GROUP_ID, Renamed, Someone
from tests.storage.rows import HOUR


def test_the_first_poll_makes_the_clan_of_the_group_and_of_its_server(line: Line) -> None:
    shown = line.types("poll", DISCORD_GUILD_ID="9")
    assert shown.exit_code == 0, shown.stderr
    assert [(each.guild_id, each.wom_group_id, each.name) for each in line.clans()] == [
        (9, GROUP_ID, "Iron Cabbage")
    ]
    assert "updated" in shown.stdout
    assert "10" in shown.stdout


def test_without_a_server_the_clan_waits_under_number_0(line: Line) -> None:
    assert line.types("poll").exit_code == 0
    assert [each.guild_id for each in line.clans()] == [0]


def test_the_only_clan_gets_the_group_of_the_settings(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    assert line.types("poll").exit_code == 0
    assert [each.wom_group_id for each in line.clans()] == [GROUP_ID]


def test_of_several_clans_none_gets_the_group_unless_its_server_is_named(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    line.make(6, "Swamp Tofu")
    assert line.types("poll").exit_code == 1
    assert line.group.requests == []
    line.types("poll", DISCORD_GUILD_ID="6")
    assert [each.wom_group_id for each in line.clans()] == [None, GROUP_ID]


def test_failures_stand_on_the_screen_with_reason_and_names(line: Line) -> None:
    line.group.members[3].updated_at = None
    line.group.members[4] = Someone(4, "[red]Bob", updated_at=None)
    shown = line.types("poll")
    assert shown.exit_code == 0
    assert "2 members never updated on WOM: Player 3, [red]Bob" in shown.stdout


def test_history_that_could_not_be_had_is_told_and_the_poll_went_well_all_the_same(
    line: Line,
) -> None:
    line.group.answers["bulk-gained"] = httpx.Response(500, json={"message": "We are sorry."})
    shown = line.types("poll")
    assert shown.exit_code == 0, shown.stderr
    assert "The year before could not be read yet. The next poll asks again." in shown.stdout


def test_what_changed_stands_on_the_screen(line: Line) -> None:
    line.types("poll")
    line.clock.forward(HOUR)
    line.group.members[2].role = "zenyte"
    del line.group.members[10]
    shown = line.types("poll")
    assert "Player 2 promoted: member -> zenyte" in shown.stdout
    assert "Player 10 left" in shown.stdout


def test_of_many_names_and_changes_only_the_first_are_shown(line: Line) -> None:
    line.types("poll")
    line.clock.forward(HOUR)
    line.group.members |= {number: Someone(number, updated_at=None) for number in range(11, 41)}
    shown = line.types("poll")
    assert "30 members never updated on WOM: Player 11, " in shown.stdout
    assert "Player 16 and 24 more" in " ".join(shown.stdout.split())
    assert "and 10 more changes" in shown.stdout


def test_a_poll_by_hand_is_recorded_like_the_hourly_one(line: Line) -> None:
    line.types("poll")
    assert line.run("poll").outcome == "done"
    assert line.run("poll").detail["members"] == 10


def test_a_roster_that_is_not_believed_ends_with_1(line: Line) -> None:
    line.types("poll")
    line.group.members = {1: line.group.members[1]}
    shown = line.types("poll")
    assert shown.exit_code == 1
    assert "Nothing was changed: 9 of 10 members are missing" in shown.stdout
    assert line.run("poll").outcome == "refused"


def test_a_poll_that_the_bot_overtook_says_so_and_ends_with_1(line: Line) -> None:
    line.types("poll")
    del line.group.members[10]
    line.group.before_hiscores = lambda: line.says("UPDATE clans SET polled_at = polled_at + 1")
    line.group.members[9].rises(line.clock.now, 1)
    shown = line.types("poll")
    assert shown.exit_code == 1
    told = " ".join(shown.stdout.split())
    assert "another poll of the clan was stored meanwhile. Run it again." in told
    assert line.run("poll").outcome == "overtaken"


def test_a_roster_that_an_officer_believes_is_taken_as_it_is(line: Line) -> None:
    line.types("poll")
    line.group.members = {1: line.group.members[1]}
    assert "add --believe" in line.types("poll").stdout
    shown = line.types("poll", "--believe")
    assert shown.exit_code == 0
    assert "Player 9 left" in shown.stdout
    assert line.run("poll").outcome == "done"
    assert line.types("poll").exit_code == 0


def test_of_several_clans_only_a_named_one_is_believed(line: Line) -> None:
    line.make(5, "Iron Cabbage", GROUP_ID)
    line.make(6, "Swamp Tofu")
    shown = line.types("poll", "--believe")
    assert shown.exit_code == 1
    assert "add --clan" in shown.stderr
    assert line.group.requests == []
    assert line.types("poll", "--believe", "--clan", "5").exit_code == 0


def test_a_possible_rename_stands_on_the_screen_until_it_is_decided(line: Line) -> None:
    line.types("poll")
    at = line.clock.now + HOUR / 2
    del line.group.members[2]
    line.group.members[22] = Someone(22, "Newer", created_at=at)
    line.group.events = [(2, "left", at), (22, "joined", at)]
    line.group.names = [Renamed(2, "Player 2", "Newer", "pending")]
    line.clock.forward(HOUR)
    assert "Player 2 may be Newer now" in line.types("poll").stdout
    assert line.run("poll").detail["held"] == ["Player 2 -> Newer"]


def test_without_a_contact_nothing_is_asked(line: Line) -> None:
    shown = line.types("poll", WOM_CONTACT="")
    assert shown.exit_code == 2
    assert shown.stderr.startswith("WOM_CONTACT is not set; right is ")
    assert line.group.requests == []


def test_without_a_clan_and_a_group_the_words_say_what_to_set(line: Line) -> None:
    shown = line.types("poll", WOM_GROUP_ID="")
    assert shown.exit_code == 1
    assert "set WOM_GROUP_ID" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_clan_without_a_group_is_told_to_set_up(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    shown = line.types("poll", WOM_GROUP_ID="")
    assert shown.exit_code == 1
    assert "/clanstats setup, or set WOM_GROUP_ID" in shown.stderr


def test_only_the_named_clan_is_polled_by_name_or_server(line: Line) -> None:
    line.make(5, "Iron Cabbage", GROUP_ID)
    line.make(6, "Swamp Tofu")
    for named in ("iron cabbage", "5"):
        line.group.asked()
        assert line.types("poll", "--clan", named).exit_code == 0
        assert line.group.asked()[0] == "group"


def test_a_name_that_nobody_has_is_told_with_those_there_are(line: Line) -> None:
    line.make(5, "Iron Cabbage", GROUP_ID)
    shown = line.types("poll", "--clan", "Tofu")
    assert shown.exit_code == 1
    assert shown.stderr == "No clan is called 'Tofu'; choose from Iron Cabbage (5).\n"


def test_one_clan_that_fails_does_not_stop_the_next(line: Line) -> None:
    line.make(4, "Lost", 999)
    line.make(5, "Found", GROUP_ID)
    line.group.answers["v2/groups/999"] = httpx.Response(404, json={"message": "none"})
    shown = line.types("poll")
    assert shown.exit_code == 1
    assert "Lost: " in shown.stderr
    assert "check WOM_GROUP_ID" in shown.stderr
    assert "Found" in shown.stdout


def test_when_wise_old_man_is_down_the_words_say_so_and_the_old_numbers_stand(line: Line) -> None:
    line.types("poll")
    line.group.answers["group"] = httpx.Response(502, text="<html>bad gateway</html>")
    shown = line.types("poll")
    assert shown.exit_code == 1
    assert "try again later" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert line.run("poll").outcome == "failed"


def test_a_key_that_wom_does_not_know_is_told_without_being_shown(line: Line) -> None:
    refusal = {"message": "Invalid API Key."}
    line.group.answers["group"] = httpx.Response(403, json=refusal)
    shown = line.types("poll", WOM_API_KEY="my-very-own-key")
    assert shown.exit_code == 1
    assert "set WOM_API_KEY" in shown.stderr
    assert "my-very-own-key" not in shown.stdout + shown.stderr


def test_the_settings_may_stand_in_a_file(line: Line) -> None:
    line.env_file.write_text("WOM_GROUP_ID=abc\nPOLL_EVERY=often\n", "utf-8")
    del line.environment["WOM_GROUP_ID"]
    shown = line.types("poll")
    assert shown.exit_code == 2
    assert [fault.split()[0] for fault in shown.stderr.splitlines()] == [
        "WOM_GROUP_ID",
        "POLL_EVERY",
        "Settings",
    ]


def test_a_database_that_is_newer_than_the_program_is_left_alone(line: Line) -> None:
    line.ages("9999")
    shown = line.types("poll")
    assert shown.exit_code == 1
    assert "install the newest version" in shown.stderr
    assert line.group.requests == []


def test_a_poll_names_nobody_who_opted_out_and_counts_them(line: Line) -> None:
    line.types("poll")

    async def opt_out(services: Services) -> None:
        (clan,) = await services.clans.every()
        for player_id in (2, 3):
            pair = LinkPair(player_id, 700 + player_id)
            assert (await services.links.confirm(clan, pair, Officer(1))).refusal is None
            await services.privacy.opt_out(clan, 700 + player_id)

    line.ask(opt_out)
    line.clock.forward(HOUR)
    line.group.members[2].role = "zenyte"
    line.group.members[3].updated_at = None
    line.group.members[4].updated_at = None
    line.group.members[5].role = "zenyte"
    shown = line.types("poll").stdout
    assert "Player 5 promoted: member -> zenyte" in shown
    assert "1 member never updated on WOM: Player 4" in shown
    assert "Player 2" not in shown
    assert "Player 3" not in shown
