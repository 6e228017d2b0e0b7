"""What is sealed together opens as if it had been sealed one by one, each at its own place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.vault import KeyVault
from fairtag.custody.envelope import NONCE_BYTES
from fairtag.custody.kinds import RecordKind, period_of
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


def test_what_is_opened_together_opens_as_one_by_one(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path, chance=os.urandom)
    for kind in (RecordKind.JOURNAL, RecordKind.STATE):
        sealed = KeyVault(keys, chance=os.urandom).seal_many(TOLD, kind=kind, at=AT)
        told = [(whose, row, one) for (whose, row, _), one in zip(TOLD, sealed, strict=True)]
        vault = KeyVault(keys, chance=os.urandom)  # in which nothing is open yet

        assert vault.unseal_many(told, kind=kind, at=AT) == [plain for *_, plain in TOLD]
        swapped = [(told[0][0], told[0][1], told[2][2]), *told[1:]]
        with pytest.raises(SealBroken):
            vault.unseal_many(swapped, kind=kind, at=AT)
    vault.end_wearer(WearerId("W-1"))
    left = [one for one in told if one[0] != "W-1"]
    assert len(vault.unseal_many(left, kind=RecordKind.STATE, at=AT)) == len(left)
    with pytest.raises(SealBroken):
        vault.unseal_many(told, kind=RecordKind.STATE, at=AT)


def test_the_end_of_a_journal_key_ends_what_is_opened_together(tmp_path: Path) -> None:
    vault = KeyVault(KeyStore(tmp_path, chance=os.urandom), chance=os.urandom)
    sealed = vault.seal_many(TOLD, kind=RecordKind.JOURNAL, at=AT)
    told = [(whose, row, one) for (whose, row, _), one in zip(TOLD, sealed, strict=True)]
    assert vault.end_journal(period_of(RecordKind.JOURNAL, AT))

    with pytest.raises(SealBroken):
        vault.unseal_many(told, kind=RecordKind.JOURNAL, at=AT)
