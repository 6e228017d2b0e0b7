"""Late data are said to be late, with their times, on the list and on the page of an alert."""

from __future__ import annotations

import pytest
from tests.rig import Rig, offline_walk, walk_out
from tests.web.desk import Desk, at_desk

WAS_OVER = (
    "Late: data from Tue 3 Nov 2026, 01:00 to Tue 3 Nov 2026, 01:30, received Tue 3 Nov 2026, "
    "10:00. It was over by then: send nobody out as if it were now."
)
GOES_ON = (
    "Late: data from Tue 3 Nov 2026, 01:00 on, received Tue 3 Nov 2026, 10:00. It may still go on."
)


def looked_at(rig: Rig) -> tuple[Desk, dict[str, object]]:
    alert = next(one for one in rig.alerts() if one["kind"] == "zone.entered")
    return at_desk(rig, "ann", "officer"), alert


@pytest.mark.parametrize(("is_back", "told"), [(True, WAS_OVER), (False, GOES_ON)])
def test_the_list_and_the_page_say_of_when_late_data_are(
    rig: Rig,
    is_back: bool,  # noqa: FBT001
    told: str,
) -> None:
    offline_walk(rig, rig.wearer(), is_back=is_back)
    ann, alert = looked_at(rig)

    for path in ("/", f"/alerts/{alert['alert_id']}"):
        assert told in ann.get(path).text
    assert ("1 urgent" in ann.get("/").text) is not is_back
    assert (alert["late"], alert["priority"] == "urgent") == (True, not is_back)


def test_negative_control_live_data_are_not_said_to_be_late(rig: Rig) -> None:
    walk_out(rig, rig.wearer())
    ann, alert = looked_at(rig)

    for path in ("/", f"/alerts/{alert['alert_id']}"):
        assert "Late: data from" not in ann.get(path).text
    assert "1 urgent" in ann.get("/").text
    assert (alert["late"], alert["priority"]) == (False, "urgent")
