"""May a matter rest on what a receiver that stands still has told? Units: µs."""

from __future__ import annotations

from fairtag.rules.settings import Settings
from fairtag.terms.instants import SECOND, Micros


def rests_on_frozen(last: Micros | None, since: Micros, at: Micros, settings: Settings) -> bool:
    """Tell whether positions since an instant are those of a receiver that stands still.

    `last` is its last one that was found to be so. For as long as that is in doubt, and no other
    sign makes it longer, only what was seen after it is evidence.
    """
    return last is not None and since <= last and at - last < settings.linger_s * SECOND
