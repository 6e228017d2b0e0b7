"""Cohorts for tests: directions drawn by chance, all on one side as the reference engine's are."""

from __future__ import annotations

from typing import Any

import numpy as np

from fairtag.faces.cohort.people import Cohort, Member
from fairtag.faces.model import Template

DIMS = 32


def drawn(count: int, *, seed: int = 1, side: np.ndarray | None = None, apart: float = 0.5):
    """Draw faces round one direction. Shapes: (count, DIMS), each of length 1."""
    middle = np.full(DIMS, 1.0) if side is None else side
    chance = np.random.default_rng(seed)
    noise = chance.normal(0, apart * np.linalg.norm(middle) / np.sqrt(DIMS), (count, DIMS))
    told = middle + noise
    return told / np.linalg.norm(told, axis=1, keepdims=True)


def member(vector: np.ndarray, name: str) -> Member:
    return Member(vector=vector.astype("<f4").tobytes(), pictures_sha256=(name,))


def cohort(vectors: np.ndarray | None = None, **changed: Any) -> Cohort:
    found = drawn(200) if vectors is None else vectors
    told: dict[str, Any] = {
        "name": "staff who agreed",
        "engine": "e@1",
        "weights_sha256": ("aa",),
        "source": "consented",
        "basis": "signed forms at the office",
        "members": tuple(member(one, f"picture {n}") for n, one in enumerate(found)),
    }
    return Cohort(**(told | changed))


def template(vector: np.ndarray, engine: str = "e@1") -> Template:
    return Template(engine=engine, vector=vector.astype("<f4").tobytes())
