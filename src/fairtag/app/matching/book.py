"""What does the store promise about threshold profiles? Units: µs UTC."""

from __future__ import annotations

from typing import Protocol

import msgspec

from fairtag.faces.model import ThresholdProfile
from fairtag.terms.instants import Micros

# The entries of the access log, and where in their details the profile's digest stands.
IN_FORCE, OUT_OF_FORCE = "face.profile.in-force", "face.profile.out-of-force"
DIGEST = "profile"


class KeptProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile that two people put in force, or that it was taken out of force."""

    profile: ThresholdProfile | None  # None: taken out, everything is referred
    at: Micros
    by: str
    entry: int  # of the access log, where the digest stands that was agreed to


class ProfileBook(Protocol):
    """Profiles as they were put in force, one after the other; none is ever changed."""

    def put(self, kept: KeptProfile) -> None:
        """Store one; it is in force from now on."""
        ...

    def current(self) -> KeptProfile | None:
        """Give the newest; None when there never was one."""
        ...

    def listed(self) -> list[KeptProfile]:
        """List all, newest first."""
        ...
