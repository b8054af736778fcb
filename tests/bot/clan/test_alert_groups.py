"""Each person is told once, under what is gravest, and leaders' silence to leadership."""

from dataclasses import replace

from bot.clan.alert_groups import GRAVEST_FIRST, AlertGroup, PersonAlert, alert_groups
from bot.clan.alerts import Alert
from bot.clan.policy import AlertKind
from bot.clan.profiles import Profile
from tests.bot.clan.portraits import BUSY, account, person


def alert(kind: AlertKind, profile: Profile) -> Alert:
    return Alert(kind, profile, f"words on {kind}")


def test_every_kind_has_its_place_among_the_gravest() -> None:
    assert sorted(GRAVEST_FIRST) == sorted(AlertKind)


def test_a_person_is_told_once_under_the_gravest_with_the_others_beside_it() -> None:
    one = person(1)
    drift, fading, churn = (
        alert(kind, one) for kind in (AlertKind.DRIFT, AlertKind.FADING, AlertKind.CHURN)
    )
    assert alert_groups([drift, fading, churn], of_leaders=True) == (
        AlertGroup(
            AlertKind.CHURN, (PersonAlert(one, AlertKind.CHURN, churn.words, (fading, drift)),)
        ),
    )


def test_newcomers_whom_nobody_answered_come_first_and_kinds_without_anybody_not_at_all() -> None:
    found = alert_groups(
        [
            alert(AlertKind.CRIER, person(1)),
            alert(AlertKind.GRINDER, person(2)),
            alert(AlertKind.UNANSWERED, person(3)),
        ],
        of_leaders=False,
    )
    assert [each.kind for each in found] == [
        AlertKind.UNANSWERED,
        AlertKind.GRINDER,
        AlertKind.CRIER,
    ]


def test_a_leaders_silence_is_for_leadership_and_another_alert_of_theirs_is_told_instead() -> None:
    leader = person(1, "owner")
    both = [alert(AlertKind.SLUMP, leader), alert(AlertKind.DRIFT, leader)]
    assert [each.kind for each in alert_groups(both, of_leaders=True)] == [AlertKind.SLUMP]
    (found,) = alert_groups(both, of_leaders=False)
    assert found.people == (PersonAlert(leader, AlertKind.DRIFT, "words on drift"),)
    assert alert_groups(both[:1], of_leaders=False) == ()


def test_within_a_kind_the_largest_number_shown_comes_first_then_the_name() -> None:
    """Whoever writes or has most does not come before a number that is larger."""
    chatty = person(1, window=replace(BUSY, messages=900))
    people = [
        (chatty, 5),
        (person(2, accounts=(account(2)._replace(name="Zed"),)), 7),
        (person(3, accounts=(account(3)._replace(name="anna"),)), 7),
        (person(4), 11),
    ]
    drifting = [Alert(AlertKind.DRIFT, each, "...", number) for each, number in people]
    (found,) = alert_groups(drifting, of_leaders=False)
    assert [each.profile.main.player_id for each in found.people] == [4, 3, 2, 1]
    assert [each.number for each in found.people] == [11, 7, 7, 5]
