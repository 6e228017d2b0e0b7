"""What is sealed together opens as if it had been sealed one by one, each at its own place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.vault import KeyVault
from fairtag.custody.envelope import NONCE_BYTES
from fairtag.custody.kinds import RecordKind
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros

AT = Micros(20_000 * DAY)
TOLD = [(WearerId(f"W-{n % 2}"), f"journal/{n}", b"what %d said" % n) for n in range(1, 6)]


def opened(vault: KeyVault, sealed: bytes, n: int, *, whose: int | None = None) -> bytes:
    wearer_id = TOLD[n if whose is None else whose][0]
    kind = RecordKind.JOURNAL
    return vault.unseal(sealed, wearer_id=wearer_id, kind=kind, at=AT, row=TOLD[n][1])


def test_each_opens_at_its_own_place_and_ends_with_its_wearer(tmp_path: Path) -> None:
    vault = KeyVault(KeyStore(tmp_path, chance=os.urandom), chance=os.urandom)

    sealed = vault.seal_many(TOLD, kind=RecordKind.JOURNAL, at=AT)

    assert [opened(vault, one, n) for n, one in enumerate(sealed)] == [told for *_, told in TOLD]
    assert len({one[:NONCE_BYTES] for one in sealed}) == len(TOLD)  # no nonce twice
    with pytest.raises(SealBroken):
        opened(vault, sealed[0], 2)  # the same wearer's, in another row
    with pytest.raises(SealBroken):
        opened(vault, sealed[0], 0, whose=1)
    vault.end_wearer(WearerId("W-1"))
    with pytest.raises(SealBroken):
        opened(vault, sealed[0], 0)
    assert opened(vault, sealed[1], 1) == TOLD[1][2]
