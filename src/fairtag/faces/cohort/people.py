"""Which faces may a score be held against? A cohort: a file that says whose they are, and why.

Two strangers score higher in some groups of people than in others. A cohort tells how high a face
scores with strangers, so that this can be taken off (`faces.cohort.norm`). It is other people's
biometric data, and so it comes from people who agreed freely, or is synthetic. It never comes from
wearers: whoever is under an order isn't free to agree. None ships.

A wearer's template can't get in by mistake: it is a `Template`, turned by that wearer's key, and a
member is plain numbers that an engine gave. Copied in by force it would be a direction like any
other: it is near nobody, not even its own wearer (`faces.strangers`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.faces.model import EngineInfo
from fairtag.faces.refusals import CohortRefused

Doubles = NDArray[np.float64]
Source = Literal["consented", "synthetic", "public"]
# Fewer people help less, or harm: with 200, two of three groups gained; with 50 to 100 the right
# person was sent to people two to three times as often. Source: research on the reference engine.
LEAST_PEOPLE = 200
# How many of the most alike are asked: 40 of 200 and 60 of 600. Source: the same.
LEAST_NEAREST, NEAREST_SHARE = 40, 0.1
LEAST_TOLD = 10  # a smaller group is not told of: it might be one person
MOST_BYTES = 64 << 20


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a cohort, without a name."""

    vector: bytes  # float32, little endian: the mean of what the engine made of the pictures
    pictures_sha256: tuple[str, ...]  # so that nobody is measured against themselves


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """People to hold scores against, as one engine sees them.

    Raises: CohortRefused when it is built of anything that it may not be.
    """

    format: Literal["fairtag-cohort/1"] = "fairtag-cohort/1"
    name: str
    engine: str  # `EngineInfo.name`
    weights_sha256: tuple[str, ...]
    source: Source  # `public`: to measure with; it never decides
    basis: str  # how they agreed and who keeps it, or how the pictures were made
    members: tuple[Member, ...]
    groups: Mapping[str, int] = {}  # how many of which, as they said and agreed to have told

    def __post_init__(self) -> None:
        """Demand that it says whose it is, and that every member is a direction of its own."""
        if not self.name.strip() or not self.basis.strip():
            raise CohortRefused("it doesn't say what it is called, or on what ground it stands")
        if self.groups and self.source != "consented":
            raise CohortRefused("groups are told only of people who agreed to it")
        if any(count < LEAST_TOLD for count in self.groups.values()):
            raise CohortRefused(f"a group of fewer than {LEAST_TOLD} is not told of")
        if not all(type(one) is Member for one in self.members):
            raise CohortRefused("a member is plain numbers; a wearer's template is none")
        if len({one.vector for one in self.members}) != len(self.members):
            raise CohortRefused("somebody is in it twice")
        _table(self.members)

    @property
    def nearest(self) -> int:
        """Tell how many of the most alike are asked."""
        return max(LEAST_NEAREST, math.floor(len(self.members) * NEAREST_SHARE))

    @property
    def pictures(self) -> frozenset[str]:
        """List the digests of all pictures in it."""
        return frozenset(each for one in self.members for each in one.pictures_sha256)

    @property
    def data_sha256(self) -> str:
        """Name the pictures that it was made of."""
        return hashlib.sha256("\n".join(sorted(self.pictures)).encode()).hexdigest()

    def table(self) -> Doubles:
        """Give all members, each of length 1. Shapes: (people, dims)."""
        return _table(self.members)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A cohort, and the digest of the file that it came from: a profile names it by that."""

    cohort: Cohort
    sha256: str


def read(raw: bytes) -> Named:
    """Read a cohort's file.

    Raises: CohortRefused. Fails: closed.
    """
    if len(raw) > MOST_BYTES:
        raise CohortRefused("the file is too long")
    try:
        found = msgspec.json.decode(raw, type=Cohort)
    except msgspec.MsgspecError as error:
        raise CohortRefused(f"this is no cohort: {error}") from error
    return Named(cohort=found, sha256=hashlib.sha256(raw).hexdigest())


def written(cohort: Cohort) -> bytes:
    """Write a cohort as a file; the same cohort gives the same bytes."""
    return msgspec.json.encode(cohort, order="deterministic") + b"\n"


def demand_fit(named: Named, engine: EngineInfo) -> None:
    """Go on only with a cohort of this engine that is large enough to say something.

    Raises: CohortRefused.
    """
    found = named.cohort
    if found.engine != engine.name or found.weights_sha256 != engine.weights_sha256:
        raise CohortRefused(f"it was made with {found.engine}, not with {engine.name} as it runs")
    if len(found.members) < LEAST_PEOPLE:
        few = len(found.members)
        raise CohortRefused(f"{few} people are too few to tell; at least {LEAST_PEOPLE} are asked")


def demand_deciding(named: Named) -> None:
    """Go on only with a cohort that may stand beside decisions.

    Raises: CohortRefused.
    """
    if named.cohort.source == "public":
        raise CohortRefused("nobody in it agreed: it may be measured with, and never decides")


def _table(members: tuple[Member, ...]) -> Doubles:
    sizes = {len(one.vector) for one in members}
    if len(sizes) != 1 or not sizes <= set(range(4, 1 << 16, 4)):
        raise CohortRefused("nobody is in it, or numbers are missing")
    told = np.array([np.frombuffer(one.vector, "<f4") for one in members], dtype=np.float64)
    lengths = np.linalg.norm(told, axis=1, keepdims=True)
    if not np.isfinite(told).all() or not lengths.all():
        raise CohortRefused("numbers that are no direction")
    return np.asarray(told / lengths)
