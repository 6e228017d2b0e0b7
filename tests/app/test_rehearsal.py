"""When does a house take orders of invented people only, and what does it say then?

By a guarantee that is not proved, in a demo, under a root key in a file that nobody allowed; and
not at all otherwise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.rig import START, HandClock, Rig, opened_rig, order_of
from tests.vaults import TOKEN as VAULT_TOKEN
from tests.vaults import FakeVault
from tests.web.desk import at_desk
from tests.web.test_portal import come_in
from typer.testing import CliRunner

from fairtag import bootstrap
from fairtag.app.charter import CHARTER, rehearsal
from fairtag.app.house import House
from fairtag.app.put_order import put_order
from fairtag.bootstrap import open_house, open_with_keys
from fairtag.cli import app
from fairtag.custody.refusals import RootRefused
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.errors import OrderRefused
from fairtag.terms.instants import DAY, Micros

ALLOWED = "FAIRTAG_ROOT_FILE_ALLOWED"
LESS = (replace(CHARTER[0], is_proved=False), *CHARTER[1:])


def put(house: House, **changed: Any) -> None:
    document = json.dumps(order_of(1, **changed)).encode()
    put_order(house, document, scheme=seed_scheme(), by="test")


def refusal(house: House) -> str:
    """Try to store the order of a real person; gives why it is refused."""
    with pytest.raises(OrderRefused) as refused:
        put(house, simulated=False)
    (told,) = [do for path, do in refused.value.problems if path == "$.simulated"]
    return told


@contextmanager
def opened(folder: Path, **told: Any) -> Iterator[House]:
    with open_house(folder, clock=HandClock(Micros(START + DAY)), **told) as house:
        yield house


def says(rig: Rig) -> dict[str, bool]:
    """Tell what the pages, the wearer's app and the machines' door say about it."""
    desk = at_desk(rig, "sue", "supervisor")
    return {
        "console": "Rehearsal." in desk.get("/").text,
        "charter": "This one takes orders of invented people only." in desk.get("/charter").text,
        "portal": "Rehearsal." in come_in(rig).page().text,
        "app": rig.client.get("/app/config.json").json()["is_rehearsal"],
        "readyz": rig.client.get("/readyz").json()["rehearsal"],
    }


def test_a_guarantee_that_is_not_proved_makes_it_a_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, "yes")
    monkeypatch.setattr(bootstrap, "rehearsal", partial(rehearsal, charter=LESS))
    with opened_rig(tmp_path / "data") as rig:
        assert "until all ten guarantees are proved" in refusal(rig.house)
        rig.wearer()  # of an invented person one is taken
        assert says(rig) == dict.fromkeys(says(rig), True)
        assert (
            "Not all ten guarantees are proved yet."
            in at_desk(rig, "sal", "supervisor").get("/").text
        )


def test_a_root_in_a_file_that_nobody_allowed_makes_it_a_rehearsal(rig: Rig) -> None:
    told = refusal(rig.house)
    assert "FAIRTAG_ROOT_FILE_ALLOWED" in told
    assert "docs/keys.md" in told
    rig.wearer()
    assert says(rig) == dict.fromkeys(says(rig), True)
    assert (
        "The root key is a file beside the data." in at_desk(rig, "sal", "supervisor").get("/").text
    )


def test_a_root_in_a_file_that_somebody_allowed_takes_real_orders_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, "yes")
    with opened_rig(tmp_path / "data") as rig:
        rig.wearer(simulated=False)
        assert says(rig) == dict.fromkeys(says(rig), False)
        assert (
            "This one takes orders of real people."
            in at_desk(rig, "sal", "supervisor").get("/charter").text
        )


def test_a_root_in_a_vault_takes_real_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vault: FakeVault
) -> None:
    vault.make("fairtag")
    monkeypatch.setenv("FAIRTAG_ROOT", "transit:fairtag")
    monkeypatch.setenv("FAIRTAG_VAULT_ADDRESS", vault.address)
    monkeypatch.setenv("FAIRTAG_VAULT_TOKEN", VAULT_TOKEN)
    with opened(tmp_path / "data", kind="service") as house:
        put(house, simulated=False)
        assert house.rehearsal == ""


def test_a_demo_stays_a_demo_whatever_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOWED, "yes")
    with opened(tmp_path / "data", kind="demo") as house:
        assert "This is a demo." in refusal(house)
        put(house)
        assert (house.is_demo, house.rehearsal) == (True, "demo")
    with opened(tmp_path / "data") as house:
        assert house.rehearsal == "demo"


def lived(folder: Path, patch: pytest.MonkeyPatch, **changed: Any) -> Path:
    """Give a folder that took an order while a root in a file was allowed; it is no longer."""
    patch.setenv(ALLOWED, "yes")
    with opened(folder, kind="service") as house:
        put(house, **changed)
    patch.delenv(ALLOWED)
    return folder


def test_a_folder_with_a_real_order_never_opens_again_under_a_root_that_nobody_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = lived(tmp_path / "data", monkeypatch, simulated=False)
    shutil.copytree(data, tmp_path / "copy")
    for folder in (data, tmp_path / "copy"):
        with pytest.raises(RootRefused, match=ALLOWED), opened(folder, kind="service"):
            pass
        with pytest.raises(RootRefused, match=ALLOWED), opened(folder):
            pass
        with pytest.raises(RootRefused, match=ALLOWED), open_with_keys(folder):
            pass
    # Nor when the guarantees of an older or newer fairtag are not all proved.
    monkeypatch.setattr(bootstrap, "rehearsal", partial(rehearsal, charter=LESS))
    with pytest.raises(RootRefused, match=ALLOWED), opened(data):
        pass
    monkeypatch.setenv(ALLOWED, "yes")
    with opened(data, kind="service"):
        pass


def test_negative_control_a_house_that_does_not_look_for_real_orders_opens_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = lived(tmp_path / "data", monkeypatch, simulated=False)
    monkeypatch.setattr(bootstrap, "holds_live", lambda _: False)
    with opened(data, kind="service") as house:
        assert house.store.read(lambda tx: tx.orders.facts())


def test_a_folder_with_invented_orders_only_opens_as_a_rehearsal_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = lived(tmp_path / "data", monkeypatch)
    with opened(data, kind="service") as house:
        assert house.rehearsal == "root"


def served(data: Path, patch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run `fairtag serve` up to the point where it listens; gives its exit code and words."""
    patch.setattr("fairtag.cli.serve.run_site", lambda *_, **__: None)
    done = CliRunner().invoke(app, ["serve", "--data", str(data)])
    return done.exit_code, f"{done.stderr} {done.exception or ''}"


def test_serve_on_a_fresh_folder_says_what_it_takes_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = served(tmp_path / "fresh", monkeypatch)
    assert code == 0
    for word in ("REHEARSAL", "invented people", "FAIRTAG_ROOT ", ALLOWED, "docs/keys.md"):
        assert word in told
    monkeypatch.setenv(ALLOWED, "yes")
    code, told = served(tmp_path / "fresh", monkeypatch)
    assert (code, "LIVE: orders of real people" in told) == (0, True)
    assert "REHEARSAL" not in told


def test_serve_on_a_folder_with_real_orders_says_which_root_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = served(lived(tmp_path / "data", monkeypatch, simulated=False), monkeypatch)
    assert code != 0
    for word in ("orders of real people", ALLOWED, "docs/keys.md"):
        assert word in told
