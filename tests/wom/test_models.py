from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from wom.models import MAX_ID, NameChange, RoleOrder, UpdateAll

RENAME = {
    "id": 7,
    "playerId": 51240,
    "oldName": "Old",
    "newName": "New",
    "status": "approved",
    "createdAt": "2026-11-20T13:53:16.825+02:00",
}


def test_instants_become_utc_and_names_of_the_wire_become_ours() -> None:
    change = NameChange.model_validate(RENAME)
    assert change.player_id == 51240
    assert change.created_at == datetime(2026, 11, 20, 11, 53, 16, 825_000, tzinfo=UTC)


def test_a_field_that_we_do_not_read_and_a_status_that_we_do_not_know_pass() -> None:
    change = NameChange.model_validate({**RENAME, "status": "fancy", "reviewContext": {}})
    assert change.status == "fancy"


def test_an_id_is_a_whole_number_that_wom_can_have() -> None:
    for wrong in (0, -1, MAX_ID + 1, True, "x"):
        with pytest.raises(ValidationError):
            NameChange.model_validate({**RENAME, "playerId": wrong})


def test_a_truth_value_is_no_count() -> None:
    with pytest.raises(ValidationError):
        UpdateAll.model_validate({"count": True, "message": ""})


def test_an_answer_is_never_changed() -> None:
    order = RoleOrder(role="owner", index=0)
    with pytest.raises(ValidationError):
        order.index = 1  # type: ignore[misc]


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        NameChange.model_validate({**RENAME, "createdAt": "2026-11-19T00:00:00"})
