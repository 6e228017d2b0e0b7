"""What is shown to a wearer about who looked, and what stays of it when their key is destroyed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.app.test_verify_log import live
from tests.rig import Rig
from tests.watched import DirectWitness, outside, tend, watched

from fairtag.app.log.reason import reason_of
from fairtag.app.log.tend import tend_log
from fairtag.app.prove_look import prove_entry, prove_look
from fairtag.audit.refusals import NoProof, WitnessRefused
from fairtag.cli.log.audit import _looked
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId
from fairtag_witness.keep import Witness as Kept
from fairtag_witness.proof import check
from fairtag_witness.tlog import Bad, key_from

WEARER = WearerId("W-1")


def test_the_wearers_entries_are_proved_to_anyone(rig: Rig) -> None:
    live(rig)
    with pytest.raises(NoProof):
        rig.house.store.read(lambda tx: prove_look(tx, WEARER))
    house = tend(rig)

    told = rig.house.store.read(lambda tx: prove_look(tx, WEARER))

    words = check(
        json.dumps(told),
        key=key_from(house.signer.key()),
        witnesses=[key_from(house.witnesses[0].key)],
    )
    entries = [json.loads(one["entry"]) for one in told["entries"]]
    assert {one["wearer_id"] for one in entries} == {"W-1"}
    assert "alert.evidence" in {one["what"] for one in entries}
    assert sum("is in this tree" in one for one in words) == len(entries)
    told["entries"][0]["entry"] = told["entries"][0]["entry"].replace("test", "else")
    with pytest.raises(Bad):
        check(json.dumps(told), key=None, witnesses=[])


def test_what_is_newer_than_the_checkpoint_says_that_it_has_no_proof_yet(rig: Rig) -> None:
    live(rig)
    tend(rig)
    rig.wearer(2, wearer=rig_wearer())

    told = rig.house.store.read(lambda tx: prove_look(tx, WearerId("W-2")))

    assert {one["proof"] for one in told["entries"]} == {None}
    assert any("no proof yet" in one for one in check(json.dumps(told), key=None, witnesses=[]))
    with pytest.raises(NoProof):
        rig.house.store.read(lambda tx: prove_entry(tx, tx.audit.last()))


def rig_wearer() -> dict[str, object]:
    return {
        "wearer_id": "W-2",
        "names": {"given": "Ottoline", "family": "Other"},
        "date_of_birth": "1980-05-06",
        "language": "en",
    }


def test_after_the_key_is_destroyed_nobody_reads_the_reason_and_the_log_holds(rig: Rig) -> None:
    live(rig)
    tend(rig)
    entries = rig.house.store.read(lambda tx: tx.audit.about(WEARER))
    (closing,) = [one.entry for one in entries if one.entry.what == "alert.close"]
    assert reason_of(rig.house.vault, closing) == "This was a rehearsal."
    assert b"rehearsal" not in log_bytes(rig.folder)

    rig.house.vault.end_wearer(WEARER)

    with pytest.raises(SealBroken):
        reason_of(rig.house.vault, closing)
    assert _looked(rig.folder, None, []).broken is None


def log_bytes(folder: Path) -> bytes:
    return (folder / "log" / "access.log").read_bytes()


@dataclass(frozen=True)
class Odd:
    """A witness that answers with something else than its signature, or with more."""

    key: str
    says: str
    signs: DirectWitness | None = None

    def cosign(self, note: str, *, old: int, proof: Sequence[bytes]) -> str | int:
        mine = "" if self.signs is None else self.signs.cosign(note, old=old, proof=proof)
        return mine if isinstance(mine, int) else self.says + mine


@pytest.mark.parametrize("says", ["", "hello", "hello\n", "\n\n", "— a b\n", "9" * 5000])
def test_a_witness_that_answers_nonsense_stops_no_other(
    rig: Rig, tmp_path: Path, says: str
) -> None:
    house = watched(rig.house, tmp_path / "signer", tmp_path / "good")
    bad = Kept(tmp_path / "bad", "odd.example")
    live(rig)

    with pytest.raises(WitnessRefused):
        tend_log(replace(house, witnesses=(Odd(str(bad.key), says), *house.witnesses)))

    newest = rig.house.store.read(lambda tx: tx.audit.checkpoint())
    assert [name for name, _ in newest.cosigned] == ["inspectorate.example"]
    assert outside(tmp_path / "good")
    assert _looked(rig.folder, None, []).broken is None


def test_of_an_answer_the_witnesss_own_signature_is_kept_and_nothing_else(
    rig: Rig, tmp_path: Path
) -> None:
    """A line of somebody else, kept in the checkpoint, would later look like a forged signature."""
    house = watched(rig.house, tmp_path / "signer", tmp_path / "good")
    (good,) = house.witnesses
    line = f"— odd.example {base64.b64encode(b'1234' + b'x' * 72).decode()}\n"
    live(rig)

    assert tend_log(replace(house, witnesses=(Odd(good.key, line, good),))) > 0

    newest = rig.house.store.read(lambda tx: tx.audit.checkpoint())
    assert [name for name, _ in newest.cosigned] == ["inspectorate.example"]
    assert "odd.example" not in newest.note
    assert _looked(rig.folder, None, []).broken is None
