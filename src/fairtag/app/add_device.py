"""Register a device or gateway and give it a credential, once."""

from __future__ import annotations

import base64
import hashlib

import msgspec

from fairtag.app.books import Gateway
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import DeviceId, is_id

_TOKEN_BYTES = 32


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed once (contract §2); only the hash is kept."""

    device_id: DeviceId
    token: str
    owntracks: dict[str, str]
    epoch: int  # of its numbers; a device that was set up anew counts from the start in a new one


def add_device(
    house: House, device_id: str, *, by: str, gateway: Gateway | None = None
) -> Credential:
    """Register a device; a known one gets a new credential and its former one is refused.

    Raises: UsageError.
    """
    if not is_id(device_id):
        raise UsageError("a device id has 1 to 64 letters, digits, dots, dashes or underscores")
    now, token = house.clock.now(), new_token(house)

    def work(tx: Transaction) -> int:
        tx.devices.add(
            DeviceId(device_id),
            token_hash=hash_of(token),
            at=now,
            kind="device" if gateway is None else "gateway",
        )
        if gateway is not None:
            tx.devices.put_gateway(gateway)
        what = {"device": device_id}
        tx.audit.append(Entry(at=now, operation="admin", actor=by, what="device.add", details=what))
        return tx.journal.next_epoch(DeviceId(device_id))

    epoch = house.store.transact(work)
    return Credential(
        device_id=DeviceId(device_id),
        token=token,
        owntracks={"user": device_id, "password": token},
        epoch=epoch,
    )


def revoke_device(house: House, device_id: str, *, by: str) -> None:
    """Refuse a device's credential from now on.

    Raises: UnknownDevice.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        tx.devices.revoke(DeviceId(device_id), at=now)
        what = {"device": device_id}
        tx.audit.append(
            Entry(at=now, operation="admin", actor=by, what="device.revoke", details=what)
        )

    house.store.transact(work)


def new_token(house: House) -> str:
    """Make a secret that is safe in a path."""
    return base64.urlsafe_b64encode(house.chance(_TOKEN_BYTES)).decode().rstrip("=")


def hash_of(token: str) -> bytes:
    """Give what is kept of a secret; 256 random bits need no salt."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
