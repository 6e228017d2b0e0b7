"""Who evaluated, and is the report still theirs? An Ed25519 signature beside the report.

`report.sig` holds the 64 raw bytes over the bytes of `report.json`, `evaluator.pub` the public key
as PEM. OpenSSL checks it without fairtag:
`openssl pkeyutl -verify -rawin -pubin -inkey evaluator.pub -sigfile report.sig -in report.json`.
Source: RFC 8032 (Ed25519), RFC 8410 (its keys).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fairtag.faces.refusals import ReportRefused
from fairtag.terms.errors import UsageError

REPORT, SIGNATURE, PUBLIC_KEY = "report.json", "report.sig", "evaluator.pub"


def key_at(path: Path) -> tuple[Ed25519PrivateKey, bool]:
    """Read the evaluator's key, or make one where there is none; tells whether it is new.

    Raises: UsageError.
    """
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        told = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise UsageError(f"--key {path}: {error.strerror}") from error
        with os.fdopen(handle, "wb") as file:
            file.write(told)
        return made, True
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"--key {path}: no private key in PEM") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise UsageError(f"--key {path}: no Ed25519 key")
    return found, False


def sign(out: Path, key: Ed25519PrivateKey) -> None:
    """Sign the report of a folder; signature and public key lie beside it."""
    (out / SIGNATURE).write_bytes(key.sign((out / REPORT).read_bytes()))
    told = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (out / PUBLIC_KEY).write_bytes(told)


def checked(report: bytes, signature: bytes, public: bytes) -> str:
    """Check a report; gives the fingerprint of the key that signed it.

    Raises: ReportRefused.
    Fails: closed.
    """
    try:
        key = load_pem_public_key(public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ReportRefused("the evaluator's key is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ReportRefused("the evaluator's key is no Ed25519 key")
    try:
        key.verify(signature, report)
    except InvalidSignature as error:
        raise ReportRefused("the signature does not fit: changed, or another key") from error
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()
