"""What would the machine allow at most? Memory, the disk's flushes, bare HTTP."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

_MB = 1_000_000
_COPIED = 400 * _MB
_FLUSHES = 200
ROUNDS = 5


def told() -> dict[str, Any]:
    """Measure what bounds every stage; medians of five."""
    return {
        "memory_copy_gb_s": round(statistics.median(_copies()), 1),
        "memory_random_reads_m_s": round(statistics.median(_reads()), 1),
        "fdatasync_s": round(statistics.median(_flushes())),
    }


def _copies() -> list[float]:
    source = np.ones(_COPIED // 8)
    target = np.empty_like(source)
    np.copyto(target, source)
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        np.copyto(target, source)
        found.append(2 * _COPIED / (time.perf_counter() - begun) / 1e9)
    return found


def _reads() -> list[float]:
    """Read independent places of a large array; millions a second."""
    source = np.arange(_COPIED // 8)
    places = np.random.default_rng(1).integers(0, len(source), 2_000_000)
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        source.take(places).sum()
        found.append(len(places) / (time.perf_counter() - begun) / 1e6)
    return found


def _flushes() -> list[float]:
    """Append 16 KiB and wait until it is on the disk, again and again; a second."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = os.open(Path(folder) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            for _ in range(_FLUSHES):
                os.write(file, bytes(16_384))
                os.fdatasync(file)
            found.append(_FLUSHES / (time.perf_counter() - begun))
        os.close(file)
    return found
