"""How is a root key kept in HashiCorp Vault? As a transit key: it never comes into our memory.

Each wrap and unwrap is a request; the context goes along as associated data of AES-256-GCM, which
Vault knows since 1.9. Source: Vault's API, transit secrets engine (encrypt, decrypt).
Units: seconds.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

from fairtag.custody.refusals import RootRefused, RootUnreachable
from fairtag.terms.errors import SealBroken

TIMEOUT_S = 5.0  # a request; a Vault that hangs must not hang us
WAITS_S = (0.1, 0.4, 1.6)  # before each further try
_MOUNT = "transit"


class TransitRoot:
    """Keeps `fairtag.custody.root.Root` by requests to a Vault."""

    def __init__(
        self,
        place: str,
        *,
        address: str,
        token: str,
        timeout_s: float = TIMEOUT_S,
        waits_s: tuple[float, ...] = WAITS_S,
    ) -> None:
        """Name the key as `KEY`, or `MOUNT/KEY` when the engine is not mounted at `transit`.

        Raises: RootRefused when hvac is not installed or a setting is missing.
        """
        if not address or not token:
            raise RootRefused("root is in a Vault: set FAIRTAG_VAULT_ADDRESS and _VAULT_TOKEN")
        try:
            import hvac  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise RootRefused("root is in a Vault: install fairtag[vault]") from error
        mount, _, self._key = place.rpartition("/")
        self._mount = mount or _MOUNT
        self._waits_s = waits_s
        self._client = hvac.Client(url=address, token=token, timeout=timeout_s)
        self.name = f"transit:{place}"

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Wrap a key; the answer names the version of Vault's key, as `vault:v1:…`."""
        told = self._asked(self._client.secrets.transit.encrypt_data, context, plaintext=_text(key))
        return str(told["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Undo `wrap`, also when Vault's key has newer versions.

        Raises: SealBroken, RootRefused, RootUnreachable.
        """
        decrypt = self._client.secrets.transit.decrypt_data
        told = self._asked(decrypt, context, ciphertext=wrapped.decode("ascii", "replace"))
        return base64.b64decode(told["plaintext"])

    def close(self) -> None:
        """Close the connections."""
        self._client.adapter.close()

    def _asked(self, ask: Callable[..., Any], context: bytes, **told: str) -> dict[str, Any]:
        """Ask, again when Vault is away; every foreign error becomes ours here."""
        import requests  # noqa: PLC0415 - comes with hvac
        from hvac import exceptions  # noqa: PLC0415 - an extra

        away = (
            requests.RequestException,
            exceptions.VaultDown,
            exceptions.InternalServerError,
            exceptions.BadGateway,
            exceptions.RateLimitExceeded,
        )
        for wait_s in (*self._waits_s, None):
            try:
                answer = ask(
                    self._key, mount_point=self._mount, associated_data=_text(context), **told
                )
                return dict(answer["data"])
            except exceptions.InvalidRequest as error:
                if "ciphertext" in told:
                    raise SealBroken from error
                raise RootRefused(f"{self.name}: Vault knows no such key of this use") from error
            except away as error:
                if wait_s is None:
                    detail = f"{self.name}: {type(error).__name__}; is the Vault up and unsealed?"
                    raise RootUnreachable(detail) from error
                time.sleep(wait_s)
            except exceptions.VaultError as error:
                detail = f"{self.name}: {type(error).__name__}; see the token, its policy, the key"
                raise RootRefused(detail) from error
        raise RootUnreachable(self.name)  # pragma: no cover - the last wait is None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
