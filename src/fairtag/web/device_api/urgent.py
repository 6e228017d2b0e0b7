"""Does a device's message have to pass before all others? Read from its bytes alone."""

from __future__ import annotations

from typing import Final

# Source: contract §5, the urgent kinds; a zone is found by the judge, no device tells it.
_URGENT: Final = (b'"strap_open"', b'"sos"')


def is_urgent(body: bytes) -> bool:
    """Tell whether a body says so: it only decides who waits."""
    for word in _URGENT:  # noqa: SIM110 - asked of every request; this is twice as fast
        if word in body:
            return True
    return False
