"""How fast are keys? Sealing, making, ending, another root, a copy; on one core and this disk."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from fairtag.adapters.clock import MachineClock
from fairtag.adapters.keys.copies import copy_out
from fairtag.adapters.keys.rotation import rotation
from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.roots.file import FileRoot
from fairtag.adapters.vault import KeyVault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import WearerId

_WEARERS = 10_000
_AUTHORITIES = 30_000  # far more than a house has: what a root has to wrap anew
_SEALS = 50_000
_FIX = bytes(64)


def measure() -> dict[str, Any]:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        told = _root() | _of_wearers(folder / "wearers")
        return {f"keys_{name}": value for name, value in (told | _of_root(folder / "root")).items()}


def _root() -> dict[str, Any]:
    root = FileRoot(os.urandom(32), chance=os.urandom)
    key, wrapped = os.urandom(32), root.wrap(bytes(32), context=b"x")
    wrap_s = _seconds(lambda: [root.wrap(key, context=b"x") for _ in range(_SEALS)])
    unwrap_s = _seconds(lambda: [root.unwrap(wrapped, context=b"x") for _ in range(_SEALS)])
    return {"wrap_per_s": round(_SEALS / wrap_s), "unwrap_per_s": round(_SEALS / unwrap_s)}


def _of_wearers(folder: Path) -> dict[str, Any]:
    """Make and end a month of many wearers, and seal for one."""
    wearers = [WearerId(f"W-{n:06}") for n in range(_WEARERS)]
    now = MachineClock().now()
    with closing(KeyStore(folder, chance=os.urandom)) as keys:
        vault = KeyVault(keys, chance=os.urandom)
        keys.make_many([("authority/ho", None)])
        enrol_s = _seconds(lambda: keys.make_many((f"wearer/{w}", "authority/ho") for w in wearers))
        month = [RecordKind.TRAIL]
        prepare_s = _seconds(lambda: vault.prepare("2026-12", wearers, kinds=month))
        told = {"wearer_id": wearers[0], "kind": RecordKind.TRAIL, "at": now, "row": "r"}
        seal_s = _seconds(lambda: [vault.seal(_FIX, **told) for _ in range(_SEALS)])  # type: ignore[arg-type]
        copy_s = _seconds(lambda: copy_out(keys.path, keys.epochs, folder / "copy", now=now))
        size = keys.path.stat().st_size
        end_s = _seconds(lambda: vault.end_wearers(wearers))
    return {
        "enrolled_per_s": round(_WEARERS / enrol_s),
        "prepared_per_s": round(_WEARERS / prepare_s),
        "bytes_per_key": round(size / (2 * _WEARERS)),
        "sealed_per_s": round(_SEALS / seal_s),
        "copied_s": round(copy_s, 3),
        "ended_per_s": round(2 * _WEARERS / end_s),
    }


def _of_root(folder: Path) -> dict[str, Any]:
    with closing(KeyStore(folder, chance=os.urandom)) as keys:
        keys.make_many((f"authority/{n}", None) for n in range(_AUTHORITIES))
        took_s = _seconds(lambda: list(rotation(keys, to=None, chance=os.urandom)))
    return {"rotated": _AUTHORITIES, "rotated_s": round(took_s, 2)}


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
