"""What do store and out folder promise about disclosures and their recipients? Units: µs UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fairtag.disclosure.course import Asked, How, Step
from fairtag.disclosure.recipients import Recipient
from fairtag.terms.ids import WearerId


class DisclosureBook(Protocol):
    """Recipients, disclosures and their steps: rows that are added and never changed.

    Each addition gives the digest of its row as it stands in the store, for the log's entry.
    """

    def register(self, recipient: Recipient, *, by: str, second: str) -> str:
        """Add a body's newest entry of the register."""
        ...

    def recipients(self) -> list[Recipient]:
        """List the newest entry of each body, by reference."""
        ...

    def recipient(self, recipient_id: str) -> Recipient:
        """Give one, also one whose standing ended.

        Raises: RecipientRefused when it was never registered.
        """
        ...

    def ask(self, asked: Asked) -> str:
        """Store what is asked for; its texts are sealed."""
        ...

    def add(self, step: Step) -> str:
        """Store what was done next; what was told is sealed.

        Raises: UnknownDisclosure.
        """
        ...

    def get(self, disclosure_id: str) -> tuple[Asked, tuple[Step, ...]]:
        """Give a disclosure and its steps, oldest first, with their texts.

        Raises: UnknownDisclosure.
        """
        ...

    def listed(
        self, *, wearer_id: WearerId | None = None, how: How | None = None
    ) -> list[tuple[Asked, tuple[Step, ...]]]:
        """List disclosures, newest first, without their texts."""
        ...

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every row is: kind or step, reference, digest as it stands now."""
        ...


class Parcels(Protocol):
    """Where sealed packages wait for their recipients."""

    def seal(self, files: Mapping[str, bytes], public_key: str) -> bytes:
        """Pack files and seal them to one key.

        Raises: RecipientRefused when the key is none.
        """
        ...

    def keep(self, name: str, sealed: bytes) -> None:
        """Put a sealed package where it waits, whole or not at all; durable on return."""
        ...

    def take(self, name: str) -> bytes:
        """Give a package.

        Raises: DisclosureStateRefused when it is not there.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a package; nothing when there is none."""
        ...

    def names(self) -> list[str]:
        """List what waits."""
        ...
