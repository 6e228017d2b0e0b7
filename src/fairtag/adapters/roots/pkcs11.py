"""How is a root key kept in a hardware module? As an AES key that can't be read out of it.

What is wrapped is wrapped inside, with AES-GCM and the context as associated data. Source: OASIS
PKCS #11 v2.40, mechanism CKM_AES_GCM.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fairtag.custody import envelope
from fairtag.custody.refusals import RootRefused, RootUnreachable
from fairtag.terms.errors import SealBroken

_TAG_BITS = 128


class Pkcs11Root:
    """Keeps `fairtag.custody.root.Root` by calls into a PKCS#11 module."""

    def __init__(
        self, place: str, *, module: str, pin: str, chance: Callable[[int], bytes]
    ) -> None:
        """Find the key, named as `TOKEN/KEY` by their labels.

        Raises: RootRefused when python-pkcs11 is not installed, a setting, the token or the key is
        missing, or the key could leave the module; RootUnreachable.
        """
        self._token, _, self._label = place.partition("/")
        if not (module and pin and self._token and self._label):
            detail = "root is in a module: set root to pkcs11:TOKEN/KEY"
            raise RootRefused(f"{detail}, and FAIRTAG_PKCS11_MODULE and _PIN")
        try:
            import pkcs11  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise RootRefused("root is in a module: install fairtag[hsm]") from error
        self._pkcs11 = pkcs11
        self._module, self._pin, self._chance = module, pin, chance
        self._lock = threading.Lock()  # a session does one thing at a time
        self.name = f"pkcs11:{place}"
        self._session, self._key = self._opened()

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Wrap a key."""
        nonce = self._chance(envelope.NONCE_BYTES)
        with self._lock:
            return nonce + self._done("encrypt", key, nonce, context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Undo `wrap`.

        Raises: SealBroken, RootUnreachable.
        """
        if len(wrapped) != envelope.NONCE_BYTES + envelope.KEY_BYTES + _TAG_BITS // 8:
            raise SealBroken
        nonce, rest = wrapped[: envelope.NONCE_BYTES], wrapped[envelope.NONCE_BYTES :]
        with self._lock:
            try:
                return self._done("decrypt", rest, nonce, context)
            except RootUnreachable as error:
                # Modules call a wrong tag by many names, CKR_GENERAL_ERROR among them: one that
                # still wraps is well, and what it refused is broken.
                self._done("encrypt", bytes(envelope.KEY_BYTES), self._chance(12), context)
                raise SealBroken from error

    def close(self) -> None:
        """Log out; a session that is over already is no matter."""
        with self._lock, suppress(self._pkcs11.PKCS11Error):
            self._session.close()

    def _done(self, what: str, data: bytes, nonce: bytes, context: bytes) -> bytes:
        """Encrypt or decrypt; a session that was lost is opened again, once."""
        lost = (
            self._pkcs11.SessionHandleInvalid,
            self._pkcs11.SessionClosed,
            self._pkcs11.KeyHandleInvalid,
            self._pkcs11.UserNotLoggedIn,
            self._pkcs11.DeviceRemoved,
        )
        try:
            return self._call(what, data, nonce, context)
        except lost:
            self._session, self._key = self._opened()
        except self._pkcs11.PKCS11Error as error:
            raise self._away(error) from error
        try:
            return self._call(what, data, nonce, context)
        except self._pkcs11.PKCS11Error as error:
            raise self._away(error) from error

    def _call(self, what: str, data: bytes, nonce: bytes, context: bytes) -> bytes:
        told = {
            "mechanism": self._pkcs11.Mechanism.AES_GCM,
            "mechanism_param": self._pkcs11.GCMParams(nonce, context, _TAG_BITS),
        }
        return bytes(getattr(self._key, what)(data, **told))

    def _opened(self) -> tuple[Any, Any]:
        told = self._pkcs11
        wrong_pin = (told.PinIncorrect, told.PinInvalid, told.PinLenRange, told.PinLocked)
        try:
            session = self._logged_in()
            try:
                return session, self._found(session)
            except BaseException:
                session.close()  # or the process stays logged in
                raise
        except (told.NoSuchToken, told.NoSuchKey, *wrong_pin) as error:
            detail = f"{self.name}: {type(error).__name__}; see the labels and the PIN"
            raise RootRefused(detail) from error
        except told.PKCS11Error as error:
            raise self._away(error) from error

    def _found(self, session: Any) -> Any:
        kind = self._pkcs11.ObjectClass.SECRET_KEY
        key = session.get_key(label=self._label, object_class=kind)
        if key[self._pkcs11.Attribute.EXTRACTABLE]:
            raise RootRefused(f"{self.name}: this key could leave the module; make another")
        return key

    def _logged_in(self) -> Any:
        token = self._pkcs11.lib(self._module).get_token(token_label=self._token)
        try:
            return token.open(user_pin=self._pin)
        except self._pkcs11.UserAlreadyLoggedIn:  # a process is logged in as a whole
            return token.open()

    def _away(self, error: Exception) -> RootUnreachable:
        return RootUnreachable(f"{self.name}: {type(error).__name__}; is the module there?")
