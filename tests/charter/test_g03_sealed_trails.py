"""Guarantee 3, storage part: no copy of the files shows a place, a name or a date of birth."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.rig import Rig, opened_rig, walk_out

from fairtag.adapters.vault import KeyVault
from fairtag.app.open_record import open_evidence
from fairtag.terms.errors import FairtagError, NotPermitted, OpeningRefused
from fairtag.terms.instants import DAY

NOT_YET_PROVED = "grants of other windows, break-glass and backups have no proof yet"

# Places, however they are written, names, date of birth, nationality.
CANARIES = re.compile(
    rb"53\.48\d|53\.505|-2\.24\d|-2\.237|Canaryella|Sealington|1991-02-03|Freedonian"
)


def leaks(folder: Path) -> list[str]:
    return [
        f"{path.name}: {found[0]!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (found := CANARIES.search(path.read_bytes()))
    ]


def lived(rig: Rig) -> None:
    """Everything that may be written down: trail, alert, evidence, contact, quarantine."""
    device = rig.wearer()
    walk_out(rig, device)
    rig.say(device, rig.line(device, lat=53.4811, accuracy_m="Canaryella"))
    (alert,) = rig.alerts()
    told = {"cause": "test", "reason": "Spoke to Canaryella Sealington at 53.505."}
    path = f"/api/v1/alerts/{alert['alert_id']}/close"
    assert rig.client.post(path, headers=rig.staff(), json=told).status_code == 200


def test_no_file_shows_anything_personal(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    shutil.copytree(rig.folder, tmp_path / "copy")
    assert leaks(tmp_path / "copy") == []


def test_negative_control_an_unsealed_house_leaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unchanged(vault: KeyVault, told: bytes, **bound: object) -> bytes:
        del vault, bound
        return told

    monkeypatch.setattr(KeyVault, "seal", unchanged)
    monkeypatch.setattr(KeyVault, "unseal", unchanged)
    with opened_rig(tmp_path / "open") as rig:
        lived(rig)
        assert leaks(rig.folder) != []


def test_without_its_keys_a_copy_opens_nothing(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    copy = tmp_path / "copy"
    shutil.copytree(rig.folder, copy)
    keys = copy / "keys"
    assert keys.exists()
    if keys.is_dir():
        shutil.rmtree(keys)
    else:
        keys.unlink()
    with pytest.raises(FairtagError):
        reopened(copy)


def reopened(copy: Path) -> None:
    with opened_rig(copy) as other:
        other.house.store.read(lambda tx: tx.journal.after(0, limit=100))


def test_negative_control_with_its_keys_a_copy_opens(rig: Rig, tmp_path: Path) -> None:
    lived(rig)
    shutil.copytree(rig.folder, tmp_path / "copy")
    reopened(tmp_path / "copy")


def test_outside_the_window_nothing_opens(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    (alert,) = rig.alerts()
    rig.staff()
    rig.staff("adam", "admin")
    people = {one.name: one for one in rig.house.store.read(lambda tx: tx.people.listed())}
    name = alert["alert_id"]
    opened = open_evidence(rig.house, name, person=people["olga"], purpose="handle_alert")
    assert opened.positions
    with pytest.raises(NotPermitted):
        open_evidence(rig.house, name, person=people["adam"], purpose="handle_alert")
    path = f"/api/v1/alerts/{name}/close"
    told = {"cause": "test", "reason": "This was a rehearsal."}
    assert rig.client.post(path, headers=rig.staff(), json=told).status_code == 200
    rig.pass_time(DAY)
    with pytest.raises(OpeningRefused):
        open_evidence(rig.house, name, person=people["olga"], purpose="handle_alert")
