"""How is a record sealed, and a key wrapped in another? AES-256-GCM; the nonce is passed in.

Units: keys are 32 bytes, nonces 12 bytes; a sealed record is nonce, ciphertext, 16-byte tag.
Source: NIST SP 800-38D (96-bit nonces); design.md §5.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.terms.errors import SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12


def bound_to(*parts: str) -> bytes:
    """Name what a seal is bound to; a part can't run into its neighbour."""
    return b"fairtag-seal/1" + b"".join(
        len(part.encode()).to_bytes(4) + part.encode() for part in parts
    )


def bound_further(bound: bytes, part: str) -> bytes:
    """Name what a seal is bound to by one part more; the same as all parts told at once."""
    told = part.encode()
    return bound + len(told).to_bytes(4) + told


def seal(cipher: AESGCM, plain: bytes, *, nonce: bytes, bound: bytes) -> bytes:
    """Seal bytes; the same nonce must never be used twice under a key."""
    return nonce + cipher.encrypt(nonce, plain, bound)


def unseal(cipher: AESGCM, sealed: bytes, *, bound: bytes) -> bytes:
    """Undo `seal`.

    Raises: SealBroken when a byte, the key or what it is bound to differs.
    """
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
