"""Pages that are lent from one test's house to the next show the house whose turn it is."""

from __future__ import annotations

from pathlib import Path

from tests import quick
from tests.rig import Rig, opened_rig


def shown(rig: Rig) -> list[str]:
    return [one["alert_id"] for one in rig.alerts()]


def test_a_house_is_shown_in_its_turn_only(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "first") as first:
        first.event(first.wearer(), "strap_open")
        seen = shown(first)
        lent = first.client.app._lent
    with opened_rig(tmp_path / "second") as second:
        assert shown(second) == []
        assert second.client.app._lent is lent

    assert len(seen) == 1
    assert lent.lodger.house is None


def test_two_houses_at_once_have_pages_of_their_own(rig: Rig, tmp_path: Path) -> None:
    rig.event(rig.wearer(), "strap_open")
    with opened_rig(tmp_path / "other") as other:
        assert (len(shown(rig)), shown(other)) == (1, [])


def test_negative_control_pages_that_keep_their_house_are_noticed(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(quick.Doors, "_give_back", lambda _: None)
    with opened_rig(tmp_path / "first") as first:
        shown(first)
        lent = first.client.app._lent

    assert lent.lodger.house is not None
    lent.lodger.house = None
    quick._FREE.append(lent)
