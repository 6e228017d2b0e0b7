"""Who holds this credential? Kept in memory; what changes anywhere is known soon.

What this process changes bites at once, what another one changes within `LOOK_S`.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from typing import Final

from fairtag.app.books import Bearer, Gateway
from fairtag.app.ports import Store
from fairtag.terms.ids import DeviceId

LOOK_S: Final = 0.1
_MOST: Final = 2_000_000  # credentials; some 400 bytes each


class Registry:
    """Credentials and gateways; of one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bearers: dict[bytes, tuple[bytes, Bearer]] = {}
        self._hashes: dict[DeviceId, bytes] = {}
        self._gateways: dict[DeviceId, Gateway | None] = {}
        self._news = store.read(lambda tx: tx.devices.news(0))[0]
        self._changes, self._looked_s = store.changes(), time.monotonic()

    def bearer(self, token_hash: bytes) -> Bearer | None:
        """Find who holds this credential, unless revoked."""
        return self.bearers((token_hash,))[0]

    def bearers(self, token_hashes: Sequence[bytes]) -> list[Bearer | None]:
        """Find who holds these credentials, unless revoked."""
        self._look()
        return [self._bearer(one) for one in token_hashes]

    def _bearer(self, token_hash: bytes) -> Bearer | None:
        found = self._bearers.get(token_hash)
        if found is None:
            return self._read(token_hash)
        return found[1] if hmac.compare_digest(found[0], token_hash) else None

    def gateway(self, gateway_id: DeviceId) -> Gateway | None:
        """Give what a gateway may speak for."""
        self._look()
        if gateway_id not in self._gateways:
            found = self._store.read(lambda tx: tx.devices.gateway(gateway_id))
            self._gateways[gateway_id] = found
        return self._gateways[gateway_id]

    def _read(self, token_hash: bytes) -> Bearer | None:
        bearer = self._store.read(lambda tx: tx.devices.bearer(token_hash))
        if bearer is not None:
            self._bearers[token_hash] = (token_hash, bearer)
            self._hashes[bearer.device_id] = token_hash
        return bearer

    def _look(self) -> None:
        """Drop what changed: this process's commits are counted, those of others are looked for."""
        changes, now_s = self._store.changes(), time.monotonic()
        if changes == self._changes and now_s - self._looked_s < LOOK_S:
            return
        # First the count, then the look: a commit between them makes the next call look again.
        self._changes, self._looked_s = changes, now_s
        after = self._news
        self._news, changed = self._store.read(lambda tx: tx.devices.news(after))
        if changed is None or len(self._bearers) > _MOST:
            self._bearers.clear()
            self._hashes.clear()
            self._gateways.clear()
        for device_id in changed or ():
            self._bearers.pop(self._hashes.pop(device_id, b""), None)
            self._gateways.pop(device_id, None)
