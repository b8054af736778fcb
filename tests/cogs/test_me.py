"""/me, /member and the right-click: cards for the asker alone."""

from simcord.actors import MemberActor

from bot.clan.linking import LinkPair
from bot.demo.cast import MadeUpPlayer, Persona
from bot.services.people import Officer
from tests.cogs.town import START, Town, newest, post_here, words


def quiet_player(town: Town) -> MadeUpPlayer:
    """Return a member whom no Discord user of the made-up world plays."""
    played = {player_id for user in town.world.users for player_id in user.player_ids}
    return next(
        player
        for player in town.world.present(START)
        if player.player_id not in played and player.persona is not Persona.UNTRACKED
    )


async def hero(town: Town, messages: int = 40) -> MemberActor:
    """Return a Discord user whose nickname is a player's name, and who wrote."""
    name = quiet_player(town).name_at(START)
    actor = town.guild.add_member(town.env.create_user("hero"), nick=f"{name} | GMT")
    await town.env.settle()
    if messages:
        await town.wrote(actor, messages)
    return actor


async def sure_hero(town: Town, messages: int = 40) -> MemberActor:
    """Return a hero whom an officer confirmed."""
    actor, name = await hero(town, messages), quiet_player(town).name_at(START)
    officer = Officer(town.owner.id)
    await town.services.links.link_by_hand(await town.clan(), actor.id, name, officer)
    return actor


async def test_a_member_sees_their_own_card_alone(town: Town) -> None:
    actor = await hero(town)
    result = await actor.slash(town.general, "me")
    shown = result.response
    assert shown is not None
    assert shown.ephemeral
    said = words(shown)
    assert quiet_player(town).name_at(START) in said
    assert "**Messages**  40" in said
    assert "#" in said
    assert "Writes most" in said
    assert [each.filename for each in shown.attachments] == ["member_card.png"]


async def test_somebody_who_never_wrote_has_a_card_with_dashes_not_zeros(town: Town) -> None:
    actor = await hero(town, messages=0)
    said = words((await actor.slash(town.general, "me", period=7)).response)
    assert "XP gained" in said
    assert "None" not in said


async def test_whoever_is_unknown_hears_what_was_tried_and_what_to_do(town: Town) -> None:
    visitor = town.guild.add_member(town.env.create_user("hand_le"), nick="@here *boss*")
    await town.env.settle()
    result = await visitor.slash(town.general, "me")
    assert result.ephemeral
    said = words(result.response)
    assert "\\*boss\\*" in said
    assert "hand\\_le" in said
    assert "nickname" in said
    assert "@here" not in said


async def test_without_a_group_cards_say_what_to_do(bare_town: Town) -> None:
    town = bare_town
    for asked in (
        await town.guest.slash(town.general, "me"),
        await town.guest.slash(town.general, "member", player="anybody"),
        await town.guest.context_menu(town.general, "Clan card", town.member),
    ):
        assert asked.ephemeral
        assert "/clanstats setup" in words(asked.response)


async def test_my_card_says_what_i_have_left_and_what_the_next_rank_lacks(town: Town) -> None:
    actor = await hero(town)
    said = words((await actor.slash(town.general, "me")).response)
    assert "**Before you are called inactive**  30 days left (game " in said
    assert "one message or 10,000 XP resets it" in said
    assert "\n**For " in said


async def test_how_i_stand_is_not_on_what_i_post(town: Town) -> None:
    actor = await hero(town)
    shown = (await actor.slash(town.general, "me")).response
    assert shown is not None
    for _ in range(2):
        (posted,) = (await post_here(actor, shown, "Post my card")).followups
        assert "Boss kills" in words(posted)
        assert "called inactive" not in words(posted)
        assert "**For " not in words(posted)
        shown = (await actor.slash(town.general, "me")).response
        assert shown is not None
        await town.restart()


async def test_my_card_shows_no_case_no_snooze_and_not_why_i_am_exempt(town: Town) -> None:
    actor = await hero(town)
    name = quiet_player(town).name_at(START)
    await town.services.exemptions.add(
        await town.clan(), (name, None), reason="a secret", until_text=None, by=town.leader.id
    )
    said = words((await actor.slash(town.general, "me")).response)
    assert "**Before you are called inactive**  not judged now (exempt)" in said
    assert "a secret" not in said
    assert "cooldown" not in said
    assert "Cases" not in said


async def test_officers_see_the_slack_of_others_and_members_do_not(town: Town) -> None:
    actor = await hero(town)
    name = quiet_player(town).name_at(START)
    for who, sees in ((town.officer, True), (town.member, False), (actor, False)):
        looked = await who.slash(town.general, "member", player=name)
        clicked = await who.context_menu(town.general, "Clan card", actor)
        for result in (looked, clicked):
            said = words(result.response)
            assert ("**Before they are called inactive**  30 days left" in said) is sees
            assert "**For " not in said


async def test_the_owner_posts_their_card_after_hearing_who_will_see_it(town: Town) -> None:
    actor = await hero(town)
    shown = (await actor.slash(town.general, "me", period=90)).response
    assert shown is not None
    question = newest(await actor.click(shown, label="Post here"))
    assert "Everybody in this channel will see your card" in words(question)
    (posted,) = (await actor.click(question, label="Post my card")).followups
    assert not posted.ephemeral
    assert quiet_player(town).name_at(START) in words(posted)
    assert "**Last 90 days**" in words(posted)


async def test_a_card_that_is_nobodys_any_more_is_not_posted(town: Town) -> None:
    actor = await hero(town)
    shown = (await actor.slash(town.general, "me")).response
    assert shown is not None
    question = newest(await actor.click(shown, label="Post here"))
    pair = LinkPair(quiet_player(town).player_id, actor.id)
    await town.services.links.reject(await town.clan(), pair, Officer(town.owner.id))
    await actor.click(question, label="Post my card")
    assert "There is nothing to post any more" in words(question)
    assert town.general.history() == []


async def test_after_a_restart_the_button_posts_the_card_of_whoever_presses(town: Town) -> None:
    actor = await hero(town)
    shown = (await actor.slash(town.general, "me")).response
    assert shown is not None
    await town.restart()
    (posted,) = (await post_here(actor, shown, "Post my card")).followups
    assert quiet_player(town).name_at(START) in words(posted)


async def test_anybody_may_look_up_a_member_but_not_post_the_card(town: Town) -> None:
    name = quiet_player(town).name_at(START)
    result = await town.guest.slash(town.general, "member", player=name.upper())
    assert result.ephemeral
    assert name in words(result.response)
    assert "Post here" not in words(result.response)


async def test_typing_offers_members_by_name(town: Town) -> None:
    name = quiet_player(town).name_at(START)
    offered = await town.guest.autocomplete(town.general, "member", "player", name[:4].lower())
    assert name in [each["value"] for each in offered]
    everybody = await town.guest.autocomplete(town.general, "member", "player", "")
    assert len(everybody) == 25
    assert await town.guest.autocomplete(town.general, "member", "player", "@@@@") == []


async def test_a_name_that_nobody_bears_is_said_back_safely(town: Town) -> None:
    result = await town.guest.slash(town.general, "member", player="<@1> **x** @everyone")
    said = words(result.response)
    assert "No member of the clan is called" in said
    assert "@everyone" not in said
    assert "<@1>" not in said


async def test_a_right_click_shows_the_card_of_a_user(town: Town) -> None:
    actor = await hero(town)
    result = await town.guest.context_menu(town.general, "Clan card", actor)
    assert result.ephemeral
    assert quiet_player(town).name_at(START) in words(result.response)
    unknown = await town.guest.context_menu(town.general, "Clan card", town.member)
    assert "I do not know which member" in words(unknown.response)
