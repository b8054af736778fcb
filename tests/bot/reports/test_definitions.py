from bot.clan.enforcement import Need
from bot.clan.policy import DEFAULT_POLICY, changed
from bot.reports.definitions import help_words, inactive_words, promotion_words


def test_inactive_is_defined_by_the_clans_own_numbers() -> None:
    rules = {"window_days": 21, "least_xp": 5_000, "limits": {"owner": 60, "deputy_owner": 90}}
    words = inactive_words(changed(DEFAULT_POLICY, enforcement=rules))

    assert words == (
        (
            "Sure",
            (
                "In the clan for 30 days, with enough game and Discord data. "
                "On all accounts, in their rank's limit (21 days, deputy owner 90, owner 60): "
                "no message, voice, reaction or command, no kill or other score that rose, "
                "and under 5,000 XP."
            ),
        ),
        (
            "Can't tell",
            "Not seen, and too little game or Discord data to be sure. See what would help.",
        ),
        (
            "Away or exempt",
            "Excluded: away, exempt, to be asked again later, or playing in another game mode.",
        ),
    )


def test_what_would_help_is_told_in_the_same_order_everywhere() -> None:
    assert help_words({Need.TIME, Need.UPDATE}) == ("an update on Wise Old Man", "more time")
    assert help_words(tuple(Need)) == help_words(frozenset(Need))
    assert help_words(()) == ()


def test_promotions_are_defined_by_the_signals_that_are_on() -> None:
    rules = {"signals": ["steady", "pillar"], "seen_days": 1, "hour_cap": 1_000}
    words = promotion_words(changed(DEFAULT_POLICY, promotion=rules))

    assert words == (
        (
            "Suggested",
            (
                "At least one signal (social pillar, steady), in the clan for 30 days "
                "(recruits 14), seen on 8 of the last 30 days, the last time within 1 day. "
                "At most 5% of the clan or 5: those seen on the most days of 8 weeks."
            ),
        ),
        (
            "Also qualify",
            "They qualify too, but were seen on fewer days. Nobody has to be promoted.",
        ),
        ("Just under", "They reach at least 80% of everything that is asked."),
        (
            "Counted",
            (
                "At most 1,000 messages an hour, and days on which somebody was seen. "
                "Writing a lot at once does not help."
            ),
        ),
    )


def test_a_clan_without_signals_is_told_so() -> None:
    words = promotion_words(changed(DEFAULT_POLICY, promotion={"signals": []}))
    assert words[0][1].startswith("At least one signal (none is on), in the clan")
