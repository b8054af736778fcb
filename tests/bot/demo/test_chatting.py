from collections import Counter
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.clan.activity import heatmap
from bot.clan.questions import is_question
from bot.demo.cast import ChannelKind, MadeUpMessage, Persona
from bot.demo.world import World
from tests.bot.demo.conftest import NOW

Messages = tuple[MadeUpMessage, ...]


def author(world: World, message: MadeUpMessage) -> Persona | None:
    if message.user is not None:
        return world.users[message.user].persona
    return world.truth[message.player_id] if message.player_id is not None else None


def test_messages_come_in_time_order_with_running_numbers(messages: Messages) -> None:
    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    assert all(before.sent_at <= after.sent_at for before, after in pairwise(messages))
    ids = [message.message_id for message in messages]
    assert all(before < after for before, after in pairwise(ids))


def test_about_four_hundred_messages_a_day_for_150_members(messages: Messages) -> None:
    assert 350 < len(messages) / 200 < 480


def test_every_message_is_attributable_or_of_no_member(world: World, messages: Messages) -> None:
    players = {player.player_id: player for player in world.players}
    for message in messages:
        bridge = world.channels[message.channel].kind is ChannelKind.BRIDGE
        assert (message.player_id is not None) == bridge
        assert message.is_bot == (message.user is None)
        if message.speaker is not None and message.player_id is not None:
            assert message.speaker == players[message.player_id].name_at(message.sent_at)
        if message.user is not None:
            assert 0 <= message.user < len(world.users)


def test_replies_point_backwards_within_the_channel(messages: Messages) -> None:
    replies = [message for message in messages if message.reply_to is not None]
    assert len(replies) > 1_000
    for message in replies:
        target = messages[(message.reply_to or 0) - 1]
        assert target.channel == message.channel
        assert target.sent_at < message.sent_at


def test_the_silent_never_write_while_they_are_silent(world: World, messages: Messages) -> None:
    since = {
        player.player_id: silent_at
        for player in world.players
        if (silent_at := world.silent_since(player))
    }
    assert len(since) > 15
    for message in messages:
        main = message.player_id
        if message.user is not None and world.users[message.user].player_ids:
            main = world.users[message.user].player_ids[0]
        if main in since:
            assert message.sent_at < since[main]


def test_nobody_writes_before_joining_or_after_leaving(world: World, messages: Messages) -> None:
    players = {player.player_id: player for player in world.players}
    for message in messages:
        if message.user is not None and world.users[message.user].player_ids:
            main = players[world.users[message.user].player_ids[0]]
            # A talk that runs past midnight is still yesterday's.
            assert main.stay_at(message.sent_at) or main.stay_at(
                message.sent_at - timedelta(hours=1)
            )


def test_a_spammer_writes_in_bursts(world: World, messages: Messages) -> None:
    mine = [one for one in messages if author(world, one) is Persona.SPAMMER]
    hours = Counter(one.sent_at.replace(minute=0, second=0, microsecond=0) for one in mine)
    assert max(hours.values()) >= 25


def test_chatterers_write_most_and_grinders_hardly(world: World, messages: Messages) -> None:
    written = Counter(author(world, message) for message in messages)
    assert written[Persona.CHATTERER] / 6 > 10 * written[Persona.STEADY] / 44
    assert written[Persona.GRINDER] / 10 < 30
    assert written[Persona.ALT] == 0


def test_texts_change_nothing_else_and_questions_read_as_questions(village: World) -> None:
    worded, bare = list(village.messages()), list(village.messages(texts=False))
    assert [message._replace(text="") for message in worded] == bare
    for message in worded:
        assert message.text
        if message.speaker:
            assert message.text.startswith(f"**{message.speaker}**: ")
        if message.user is not None:
            assert is_question(message.text) == message.is_question
    assert sum(message.is_question for message in worded) > len(worded) / 40


def test_the_bridge_repeats_broadcasts_that_nobody_says(village: World) -> None:
    told = [one for one in village.messages() if one.player_id and one.speaker is None]
    assert told
    assert all(": " not in one.text.split("**")[2][:2] for one in told)


def test_the_rate_can_be_chosen(village: World) -> None:
    few = sum(1 for _ in village.messages(messages_a_day=20, texts=False))
    many = sum(1 for _ in village.messages(messages_a_day=200, texts=False))
    assert 5 * few < many
    assert not list(village.messages(messages_a_day=0, texts=False))


def test_evenings_and_weekends_are_livelier_than_nights(world: World, messages: Messages) -> None:
    week = heatmap(((message.sent_at, 1) for message in messages), ZoneInfo("Europe/London"))
    evening, night = (sum(row[hour] for row in week) for hour in (20, 5))
    assert evening > 2 * night
    assert sum(week[5]) > sum(week[1])
    assert world.now == NOW
