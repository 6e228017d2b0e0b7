"""How does a person sign off exactly one thing? By proving again who they are, for its digest.

`Signing` is the seam: today a password, checked at that moment; a WebAuthn key takes the digest as
its challenge. Nothing here takes a token, and nothing here signs for anybody else.
"""

from __future__ import annotations

from typing import Protocol

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.sign_in import confirm
from fairtag.review.sign_off import SignOff


class Signing(Protocol):
    """One way in which a person proves who they are at the moment of a decision."""

    def sign(self, house: House, person: Person, *, digest: str, given: str) -> SignOff:
        """Check what the person gave, for this digest.

        Raises: SignInRefused, SignInPaused.
        """
        ...


class PasswordSigning:
    """By the person's own password, typed with the decision."""

    def sign(self, house: House, person: Person, *, digest: str, given: str) -> SignOff:
        """Check the password.

        Raises: SignInRefused, SignInPaused.
        """
        confirm(house, person, given)
        return SignOff(by=person.user_id, method="password", digest=digest, at=house.clock.now())


BY_PASSWORD = PasswordSigning()
