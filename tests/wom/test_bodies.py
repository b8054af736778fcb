import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wom.recorded import recorded
from wom import bodies


def first_of(name: str) -> Any:  # noqa: ANN401 - JSON
    """The first element of a recorded array."""
    return json.loads(recorded(name).body)[0]


def one(raw: object) -> bytes:
    """An array of one element."""
    return json.dumps([raw]).encode()


def test_a_group_comes_with_everybody_in_it() -> None:
    group, unreadable = bodies.group(recorded("group-details").body)
    assert unreadable == 0
    assert (group.name, len(group.memberships)) == ("Frostbourne Keep", 300)
    assert group.role_orders
    assert [order.index for order in group.role_orders] == sorted(
        order.index for order in group.role_orders
    )
    assert all(member.player_id == member.player.id for member in group.memberships)


def test_a_member_who_was_never_updated_is_unknown_not_old() -> None:
    group, _ = bodies.group(recorded("group-details").body)
    never = [member for member in group.memberships if member.player.updated_at is None]
    assert never
    assert all(member.player.type == "unknown" for member in never)


def test_every_member_of_bulk_hiscores_is_read_with_every_metric() -> None:
    everybody, unreadable = bodies.hiscores(recorded("group-bulk-hiscores").body)
    assert (len(everybody), unreadable) == (291, 0)
    assert {
        (len(one.skills), len(one.bosses), len(one.activities), len(one.computed))
        for one in everybody
    } == {(25, 71, 15, 2)}
    mosskid = everybody[0]
    assert mosskid.player.id == 51240
    assert mosskid.taken_at == datetime(2026, 11, 20, 17, 29, 44, tzinfo=UTC)
    assert mosskid.skills["overall"] == 246375875
    assert isinstance(mosskid.skills["overall"], int)
    assert isinstance(mosskid.computed["ehp"], float)


def test_unranked_stays_minus_one() -> None:
    everybody, _ = bodies.hiscores(recorded("group-bulk-hiscores").body)
    assert everybody[0].activities["colosseum_glory"] == -1


def test_gains_are_first_and_last_values_as_they_came() -> None:
    everybody, unreadable = bodies.gained(recorded("group-bulk-gained-dates").body)
    assert unreadable == 0
    mosskid = next(member for member in everybody if member.player.id == 51240)
    assert mosskid.values["overall"] == (246142960, 246336358)
    assert mosskid.values["bounty_hunter_hunter"] == (-1, -1)
    assert mosskid.started_at == datetime(2026, 10, 31, 10, 42, 53, 547000, tzinfo=UTC)
    assert mosskid.ended_at == datetime(2026, 11, 13, 11, 8, 5, 503000, tzinfo=UTC)
    assert len(mosskid.values) == 113


def test_activity_says_who_did_what_and_when() -> None:
    events, unreadable = bodies.activity(recorded("group-activity").body)
    assert (len(events), unreadable) == (50, 0)
    assert {event.type for event in events} == {"joined", "left", "changed_role"}
    assert [event.created_at for event in events] == sorted(
        (event.created_at for event in events), reverse=True
    )


def test_renames_name_both_names_and_the_player() -> None:
    changes, _ = bodies.name_changes(recorded("group-name-changes").body)
    assert (changes[0].player_id, changes[0].old_name, changes[0].new_name) == (
        55863,
        "varrock jar",
        "Bandosbow63",
    )


def test_a_pending_rename_is_not_resolved() -> None:
    changes, _ = bodies.name_changes(recorded("names-search-pending").body)
    assert {change.status for change in changes} == {"pending"}


def test_a_search_finds_groups_or_none() -> None:
    found, _ = bodies.groups(recorded("groups-search-name").body)
    assert [(group.id, group.member_count) for group in found] == [
        (4821, 300),
        (11912, 3),
        (11915, 2),
        (11920, 0),
    ]
    assert bodies.groups(recorded("groups-search-no-match").body) == ((), 0)


def test_a_player_comes_with_the_latest_snapshot() -> None:
    player, _ = bodies.player(recorded("player-by-id").body)
    assert player.latest_snapshot is not None
    assert player.latest_snapshot.taken_at == player.updated_at
    assert player.latest_snapshot.skills["attack"] == 20639465


def test_a_player_who_was_never_updated_has_no_snapshot() -> None:
    player, _ = bodies.player(recorded("player-never-updated-details").body)
    assert (player.latest_snapshot, player.updated_at) == (None, None)


def test_an_update_of_everybody_says_how_many() -> None:
    counted = json.loads(recorded("update-all-200").body)["count"]
    assert bodies.update_all(recorded("update-all-200").body).value.count == counted


def test_an_empty_group_is_empty_everywhere() -> None:
    group, _ = bodies.group(recorded("empty-group-details").body)
    assert (group.memberships, group.role_orders) == ((), ())
    assert bodies.hiscores(recorded("empty-group-bulk-hiscores").body) == ((), 0)
    assert bodies.gained(recorded("empty-group-bulk-gained").body) == ((), 0)
    assert bodies.activity(recorded("empty-group-activity").body) == ((), 0)


def test_unknown_metrics_roles_and_statuses_pass() -> None:
    raw = first_of("group-bulk-hiscores")
    raw["player"]["shoeSize"] = 46
    raw["data"]["data"]["bosses"]["ice_worm"] = {"metric": "ice_worm", "kills": 3}
    raw["data"]["data"]["pets"] = {}
    ((member,), unreadable) = bodies.hiscores(one(raw))
    assert unreadable == 0
    assert member.bosses["ice_worm"] == 3
    whole = json.loads(recorded("group-details").body)
    whole["memberships"][0]["player"]["status"] = "frozen"
    group, unreadable = bodies.group(json.dumps(whole).encode())
    assert (group.memberships[0].player.status, unreadable) == ("frozen", 0)


@pytest.mark.parametrize(
    "entry", [None, 7, {}, {"kills": None}, {"kills": True}, {"kills": "9"}, {"kills": 10**400}]
)
def test_a_metric_that_cannot_be_read_is_left_out_alone(entry: object) -> None:
    raw = first_of("group-bulk-hiscores")
    raw["data"]["data"]["bosses"]["zulrah"] = entry
    raw["data"]["data"]["bosses"]["not a metric"] = {"kills": 1}
    ((member,), unreadable) = bodies.hiscores(one(raw))
    assert (len(member.bosses), unreadable) == (70, 0)
    assert "not a metric" not in member.bosses


def test_an_infinite_number_is_no_number() -> None:
    raw = first_of("group-bulk-hiscores")
    raw["data"]["data"]["skills"]["overall"]["experience"] = "forever"
    ((member,), _) = bodies.hiscores(one(raw).replace(b'"forever"', b"1e999"))
    assert "overall" not in member.skills


def test_a_section_that_cannot_be_read_is_empty() -> None:
    raw = first_of("group-bulk-hiscores")
    raw["data"]["data"]["activities"] = "gone"
    ((member,), unreadable) = bodies.hiscores(one(raw))
    assert (member.activities, len(member.skills), unreadable) == ({}, 25, 0)


@pytest.mark.parametrize(
    "spoil",
    [
        {"player": None},
        {"data": None},
        {"data": {"createdAt": "2026-11-20T17:29:44.000Z", "data": []}},
        {"data": {"createdAt": "2026-11-20T17:29:44.000Z", "data": {"skills": {}}}},
        {"data": {"createdAt": "yesterday", "data": {"computed": {"ehp": {"value": 1}}}}},
        {"data": {"createdAt": "2026-11-20T17:29:44", "data": {"computed": {"ehp": {"value": 1}}}}},
    ],
)
def test_a_member_who_cannot_be_read_is_counted_and_the_others_are_read(
    spoil: dict[str, object],
) -> None:
    good = first_of("group-bulk-hiscores")
    body = json.dumps([good | spoil, good, "not a member"]).encode()
    everybody, unreadable = bodies.hiscores(body)
    assert (len(everybody), unreadable) == (1, 2)


def test_a_membership_that_cannot_be_read_is_counted() -> None:
    raw = json.loads(recorded("group-details").body)
    raw["memberships"][0]["role"] = None
    raw["memberships"][1]["player"]["id"] = True
    raw["memberships"][2]["player"]["updatedAt"] = "0001-01-01T00:00:00+23:59"
    raw["roleOrders"][0] = None
    group, unreadable = bodies.group(json.dumps(raw).encode())
    assert (len(group.memberships), unreadable) == (297, 3)
    assert group.role_orders is not None
    assert len(group.role_orders) == len(raw["roleOrders"]) - 1


def test_a_group_of_which_all_was_lost_that_we_can_do_without_is_read() -> None:
    raw = json.loads(recorded("group-details").body)
    kept = []
    for each in raw["memberships"]:
        player = {name: each["player"][name] for name in ("id", "displayName", "updatedAt")}
        kept.append({"role": each["role"], "player": player})
    group, unreadable = bodies.group(json.dumps({"memberships": kept}).encode())
    assert (len(group.memberships), unreadable) == (300, 0)
    assert (group.name, group.role_orders) == (None, None)
    found = group.memberships[0]
    assert (found.created_at, found.client_sync_joined_at) == (None, None)
    assert (found.player.type, found.player.status) == (None, None)
    assert found.player.last_changed_at is None


@pytest.mark.parametrize("orders", [None, {}, "gone", [None, {"role": 3}]])
def test_an_order_of_roles_that_is_lost_is_unknown_and_not_empty(orders: object) -> None:
    raw = json.loads(recorded("group-details").body)
    group, unreadable = bodies.group(json.dumps(raw | {"roleOrders": orders}).encode())
    assert (group.role_orders, unreadable) == (None, 0)


def test_what_is_malformed_and_not_needed_is_unknown_alone() -> None:
    raw = json.loads(recorded("group-details").body)
    first = raw["memberships"][0]
    first |= {"createdAt": "soon", "clientSyncJoinedAt": 7}
    first["player"] |= {"lastChangedAt": [], "type": 3, "registeredAt": {}, "build": None}
    group, unreadable = bodies.group(json.dumps(raw | {"name": None}).encode())
    assert unreadable == 0
    assert group.memberships[0].created_at is None
    assert group.memberships[0].player.type is None


def test_every_other_answer_does_without_what_nobody_uses() -> None:
    needed = {
        "group-activity": ({"playerId", "type", "createdAt"}, bodies.activity),
        "group-name-changes": (
            {"playerId", "oldName", "newName", "status", "createdAt"},
            bodies.name_changes,
        ),
        "groups-search-name": ({"id", "name"}, bodies.groups),
    }
    for name, (fields, read) in needed.items():
        raw = json.loads(recorded(name).body)
        kept = [{field: each[field] for field in fields} for each in raw]
        value, unreadable = read(json.dumps(kept).encode())
        assert (len(value), unreadable) == (len(raw), 0), name
    for name, reads in (
        ("group-bulk-hiscores", bodies.hiscores),
        ("group-bulk-gained-dates", bodies.gained),
    ):
        bare = first_of(name) | {"player": {"id": 7}}
        ((member,), unreadable) = reads(one(bare))
        assert (member.player.id, unreadable) == (7, 0)


def test_text_that_no_database_keeps_is_mended_and_stops_nobody() -> None:
    raw = json.loads(recorded("group-details").body)
    raw["name"] = "Half \ud83d and a\0nul" + "!" * 500
    raw["memberships"][0]["player"]["displayName"] = "\udc00Zezima"
    group, unreadable = bodies.group(json.dumps(raw).encode())
    assert unreadable == 0
    assert group.name is not None
    assert group.name.startswith("Half \N{REPLACEMENT CHARACTER} and anul!")
    assert len(group.name) == 100
    assert group.memberships[0].player.display_name.endswith("Zezima")
    json.dumps(group.name, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "delta", [None, {}, {"metric": "zulrah", "start": 1}, {"metric": 7, "start": 1, "end": 2}]
)
def test_a_gain_that_cannot_be_read_is_left_out_alone(delta: object) -> None:
    raw = first_of("group-bulk-gained-dates")
    raw["data"][0] = delta
    raw["data"].append({"metric": "no metric", "start": 1, "end": 2})
    ((member,), unreadable) = bodies.gained(one(raw))
    assert (len(member.values), unreadable) == (112, 0)


def test_gains_without_any_number_are_unreadable_but_no_gains_are_none() -> None:
    raw = first_of("group-bulk-gained-dates")
    ((member,), _) = bodies.gained(one(raw | {"data": [], "startDate": None}))
    assert (member.values, member.started_at) == ({}, None)
    body = json.dumps([raw, raw | {"data": ["x"]}, raw | {"data": {}}]).encode()
    assert bodies.gained(body).unreadable == 2


def test_a_shape_that_changed_altogether_is_an_error_and_not_an_empty_clan() -> None:
    with pytest.raises(ValueError, match="none of the elements"):
        bodies.hiscores(b'[{"member": {}}, {"member": {}}]')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{}",
        b"[",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[1 2]",
        b"[]x",
        b"[][]",
        b"[NaN]",
        b"[-Infinity]",
        b"[\xff]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_a_malformed_array_is_a_value_error_however_it_is_read(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the decoder's
        list(bodies.elements(body))
    if body != b"{}":
        with pytest.raises(ValueError):  # noqa: PT011 - the words are the decoder's
            bodies.document(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(json_values, max_size=6), st.sampled_from([None, 1, "\t", "\r\n"]))
def test_element_by_element_gives_what_all_at_once_gives(
    values: list[object], indent: int | str | None
) -> None:
    text = json.dumps(values, indent=indent)
    assert list(bodies.elements(f" {text}\n".encode())) == values


def test_a_single_snapshot_is_read_and_where_it_tells_no_time_that_of_the_caller() -> None:
    told = first_of("group-bulk-hiscores")["data"]
    stats = bodies.snapshot(json.dumps(told))
    assert stats.taken_at == datetime.fromisoformat(told["createdAt"])
    at = datetime(2025, 1, 2, tzinfo=UTC)
    assert bodies.snapshot(json.dumps(told | {"createdAt": "once"}), at).taken_at == at


@pytest.mark.parametrize("text", ["", "null", "[" * 9_000, '{"data": {}}', '{"data": \ud800}'])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        bodies.snapshot(text)
