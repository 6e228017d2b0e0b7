"""A signer and a witness in the test's own process, and a store in which everything was done."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from tests.rig import Rig

from fairtag.adapters.logproof.signer import LogSigner
from fairtag.app.house import House
from fairtag.app.log.tend import tend_log
from fairtag.audit.notes import key_from, note_from
from fairtag.audit.refusals import SignerRefused, WitnessRefused
from fairtag_witness.keep import Witness as Kept


@dataclass(frozen=True)
class DirectSigner:
    """Asks a signer without a socket between."""

    signer: LogSigner

    def key(self) -> str:
        return self.signer.key.text

    def head(self) -> int:
        return self.signer.head.size

    def sign(self, *, size: int, root: bytes, old: int, proof: Sequence[bytes]) -> str:
        asked = {"what": "sign", "size": size, "root": root, "old": old, "proof": proof}
        answer = self.signer.answer(msgspec.json.encode(asked))
        if "note" not in answer:
            raise SignerRefused(answer["refused"])
        return str(answer["note"])


@dataclass(frozen=True)
class DirectWitness:
    """Asks a witness without a network between."""

    kept: Kept

    @property
    def key(self) -> str:
        return str(self.kept.key)

    def cosign(self, note: str, *, old: int, proof: Sequence[bytes]) -> str | int:
        steps = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
        status, told = self.kept.add_checkpoint(f"old {old}\n{steps}\n{note}".encode())
        if status == 200:
            return told
        if status == 409 and int(told) != old:
            return int(told)
        raise WitnessRefused(f"answered {status}")


def watched(house: House, signer: Path, witness: Path) -> House:
    """Give a house whose log is signed and witnessed by folders of these paths."""
    signs = LogSigner(signer)
    kept = Kept(witness, "inspectorate.example")
    (witness / "logs").write_text(signs.key.text + "\n")
    return replace(house, signer=DirectSigner(signs), witnesses=(DirectWitness(kept),))


def tend(rig: Rig, folder: Path | None = None, witness: Path | None = None) -> House:
    """Sign and witness what the log of a rig holds now."""
    house = watched(
        rig.house, folder or rig.folder / "signer", witness or rig.folder.parent / "witness"
    )
    tend_log(house)
    return house


def outside(witness: Path) -> str:
    """Give the checkpoint that a witness keeps."""
    (file,) = witness.glob("*.checkpoint")
    told = file.read_text()
    key = (witness / "logs").read_text()
    assert note_from(told).is_signed_by(key_from(key))
    return told
