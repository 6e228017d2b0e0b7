"""Guarantee 3: sealed in every file, and opened by a grant, for its window, while it is good."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.app.test_openings import agree, asked, broken
from tests.rig import Rig, opened_rig, walk_out

from fairtag.adapters.vault import KeyVault
from fairtag.alerts.model import Cause
from fairtag.app.books import Person
from fairtag.app.handle_alert import close
from fairtag.app.open_record import open_evidence
from fairtag.app.openings import read
from fairtag.app.openings.grants import grant_alert, take_window
from fairtag.app.openings.read import read_positions
from fairtag.custody.opening import Grant
from fairtag.terms.errors import FairtagError, NotPermitted, OpeningRefused, UnknownGrant
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

NOT_YET_PROVED = "backups of keys and a root outside this machine have no proof yet"

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


def beyond(rig: Rig) -> list[str]:
    """Try everything that a grant must not do; tells what went through."""
    first, second = rig.pair()
    device = rig.wearer()
    since = rig.clock.at
    for _ in range(4):
        rig.pass_time(MINUTE)
        rig.say(device, rig.line(device))
    upto = rig.clock.at
    rig.pass_time(2 * HOUR)
    walk_out(rig, device)
    alert = next(one["alert_id"] for one in rig.alerts() if one["kind"] == "zone.entered")
    proposal = asked(rig, first, since, upto)
    agree(rig, second, proposal)
    window = take_window(rig.house, first, proposal.proposal_id)
    of_alert = grant_alert(rig.house, AlertId(alert), person=first, purpose="handle_alert")
    life = broken(rig, first)
    went = []
    told = read_positions(rig.house, window.grant_id, person=first).positions
    if any(not since <= one.at < upto for one in told) or not told:
        went.append("a window opens another time")
    told = read_positions(rig.house, of_alert.grant_id, person=first).positions
    if any(one.at < of_alert.since for one in told):
        went.append("an alert opens more than the hour before it")
    close(rig.house, AlertId(alert), person=second, cause=Cause.TEST, reason="A rehearsal it was.")
    went += tried(rig, of_alert.grant_id, first, "a closed alert opens")
    went += tried(rig, life.grant_id, second, "another person's grant opens")
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    went += tried(rig, life.grant_id, first, "broken glass opens after 30 minutes")
    rig.clock.at = Micros(rig.clock.at + 30 * MINUTE)
    went += tried(rig, window.grant_id, first, "a lease opens after an hour")
    return went + tried(rig, "g_none", first, "no grant opens")


def tried(rig: Rig, grant_id: str, person: Person, what: str) -> list[str]:
    try:
        read_positions(rig.house, grant_id, person=person)
    except (OpeningRefused, UnknownGrant):
        return []
    return [what]


def test_a_grant_opens_its_own_window_to_its_own_person_while_it_is_good(rig: Rig) -> None:
    assert beyond(rig) == []


def test_negative_control_a_grant_that_ignores_its_window_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = Interval(start=Micros(0), end=Micros(2**62))
    monkeypatch.setattr(Grant, "window", lambda *_: everything)
    assert "a window opens another time" in beyond(rig)


def test_negative_control_a_grant_that_ignores_its_end_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "demand_good", lambda *_, **__: None)
    assert beyond(rig) == [
        "a closed alert opens",
        "another person's grant opens",
        "broken glass opens after 30 minutes",
        "a lease opens after an hour",
    ]
