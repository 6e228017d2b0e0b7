"""What is known of devices? Credentials as hashes only, who wears them, when they last spoke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, LiteralString

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.ordered.stretch import of_wearers, worn_by
from fairtag.adapters.sqlite.schema import metadata
from fairtag.adapters.sqlite.taking.news import news, tell_changes
from fairtag.app.books import ActivationFacts, Bearer, Gateway, InstallStep, LastSeen
from fairtag.app.ports import Vault
from fairtag.terms.errors import UnknownDevice
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

devices = Table(
    "devices",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("registered_at", Integer, nullable=False),
    Column("revoked_at", Integer),
    Column("heard_at", Integer),
    Column("fixed_at", Integer),
    Column("battery_pct", Float),
    Column("unordered", Integer, nullable=False, default=0),
    # Of this epoch, numbers are here up to this one, beyond the last of `held`; None: no further.
    Column("epoch", Integer),
    Column("upto", Integer),
)
credentials = Table(
    "credentials",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("device_id", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
)
gateways = Table(
    "gateways",
    metadata,
    Column("gateway_id", String, primary_key=True),
    Column("operator", String, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("devices", String, nullable=False),  # ids, one a line
)
steps = Table(
    "install_steps",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("device_id", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
)


for _table, _column in ((credentials, "device_id"), (gateways, "gateway_id")):
    tell_changes(_table, _column)


class SqliteDeviceBook:
    """Keeps `fairtag.app.books.DeviceBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        del vault  # nothing here is personal
        self._db = connection
        self._hot = driver(connection)  # for what every request asks

    def add(
        self,
        device_id: DeviceId,
        *,
        token_hash: bytes,
        at: Micros,
        kind: Literal["device", "gateway"],
    ) -> None:
        """Register a device, or give a known one a new credential; the former one is revoked."""
        fresh = insert(devices).values(
            device_id=device_id, kind=kind, registered_at=at, unordered=0
        )
        self._db.execute(
            fresh.on_conflict_do_update(
                index_elements=["device_id"], set_={"revoked_at": None, "kind": kind}
            )
        )
        self._end_credentials(device_id, at)
        self._db.execute(
            insert(credentials).values(
                token_hash=token_hash, device_id=device_id, kind=kind, since=at
            )
        )

    def revoke(self, device_id: DeviceId, *, at: Micros) -> None:
        """Refuse the device's credential from now on.

        Raises: UnknownDevice.
        """
        done = self._db.execute(
            update(devices).where(devices.c.device_id == device_id).values(revoked_at=at)
        )
        if done.rowcount == 0:
            raise UnknownDevice(device_id)
        self._end_credentials(device_id, at)

    def bearer(self, token_hash: bytes) -> Bearer | None:
        """Find who holds this credential, unless revoked."""
        found = self._hot.execute(
            "SELECT device_id, kind FROM credentials WHERE token_hash = ? AND until IS NULL",
            (token_hash,),
        ).fetchone()
        return None if found is None else Bearer(device_id=found[0], kind=found[1])

    def bearers(self, *, among: tuple[str, str | None] | None = None) -> list[tuple[bytes, Bearer]]:
        """List all live credentials."""
        wanted = select(credentials).where(credentials.c.until.is_(None))
        if among is not None:
            is_gateway = credentials.c.kind == "gateway"
            wanted = wanted.where(is_gateway | worn_by(credentials.c.device_id, among))
        found = self._db.execute(wanted)
        return [(row.token_hash, Bearer(device_id=row.device_id, kind=row.kind)) for row in found]

    def news(self, after: int) -> tuple[int, list[DeviceId] | None]:
        """Tell whose credentials, activations or gateway changed since a number."""
        return news(self._hot, after)

    def activations(self, *, among: tuple[str, str | None] | None = None) -> list[ActivationFacts]:
        """List who wore which device when."""
        if among is None:
            return self._activations("", ())
        after, upto = among
        chosen = "WHERE device_id IN (SELECT device_id FROM activations WHERE wearer_id > ?"
        if upto is None:
            return self._activations(f"{chosen})", (after,))
        return self._activations(f"{chosen} AND wearer_id <= ?)", (after, upto))

    def serving(self, device_id: DeviceId) -> list[ActivationFacts]:
        """List the activations of one device; its credential serves no wearer after a former one.

        It does when it was issued after the former wearer's activation was over (contract §3).
        """
        rows = self._activations("WHERE device_id = ?", (device_id,))
        if len({one.wearer_id for one in rows}) < 2:  # noqa: PLR2004 - nobody wore it before
            return rows
        since = self._hot.execute(
            "SELECT since FROM credentials WHERE device_id = ? AND until IS NULL", (device_id,)
        ).fetchone()
        found, former_end = [], Micros(0)
        for n, one in enumerate(rows):
            if n and rows[n - 1].wearer_id != one.wearer_id:
                former_end = rows[n - 1].during.end
            is_old = since is not None and since[0] < former_end
            found.append(msgspec.structs.replace(one, is_handed_on=is_old))
        return found

    def put_gateway(self, gateway: Gateway) -> None:
        """Register what a gateway is and which devices it may speak for."""
        values = {
            "operator": gateway.operator,
            "retention_days": gateway.retention_days,
            "devices": "\n".join(sorted(gateway.devices)),
        }
        fresh = insert(gateways).values(gateway_id=gateway.gateway_id, **values)
        self._db.execute(fresh.on_conflict_do_update(index_elements=["gateway_id"], set_=values))

    def gateway(self, gateway_id: DeviceId) -> Gateway | None:
        """Give one."""
        row = self._db.execute(select(gateways).where(gateways.c.gateway_id == gateway_id)).first()
        if row is None:
            return None
        return Gateway(
            gateway_id=row.gateway_id,
            operator=row.operator,
            retention_days=row.retention_days,
            devices=frozenset(row.devices.split("\n")),
        )

    def record_step(self, step: InstallStep) -> None:
        """Record a step of an installation, once."""
        self.record_steps([(step.order_id, step.device_id, step.step, step.at, step.by)])

    def record_steps(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Record steps, once each; rows of this table."""
        self._hot.executemany(
            "INSERT OR IGNORE INTO install_steps VALUES (?, ?, ?, ?, ?)", rows
        ).close()

    def steps(
        self,
        order_id: OrderId | None = None,
        *,
        among: tuple[str, str | None] | None = None,
    ) -> list[InstallStep]:
        """List the recorded steps."""
        wanted = select(steps).order_by(steps.c.order_id, steps.c.device_id, steps.c.at)
        if order_id is not None:
            wanted = wanted.where(steps.c.order_id == order_id)
        if among is not None:
            wanted = wanted.where(of_wearers(steps.c.order_id, among))
        return [
            InstallStep(
                order_id=row.order_id,
                device_id=row.device_id,
                step=row.step,
                at=row.at,
                by=row.by,
            )
            for row in self._db.execute(wanted)
        ]

    def saw(
        self,
        device_id: DeviceId,
        *,
        received_at: Micros,
        at: Micros,
        has_fix: bool,
        battery_pct: float | None,
    ) -> None:
        """Remember when a device last spoke and last had a usable position."""
        self._hot.execute(
            "UPDATE devices SET heard_at = ?, fixed_at = coalesce(?, fixed_at),"
            " battery_pct = coalesce(?, battery_pct) WHERE device_id = ?",
            (received_at, at if has_fix else None, battery_pct, device_id),
        ).close()

    def count_unordered(self, device_id: DeviceId, *, received_at: Micros, number: int) -> None:
        """Count messages outside every order."""
        self._hot.execute(
            "UPDATE devices SET unordered = unordered + ?, heard_at = ? WHERE device_id = ?",
            (number, received_at, device_id),
        ).close()

    def last_seen(self, *, among: tuple[str, str | None] | None = None) -> list[LastSeen]:
        """List when each registered device last spoke."""
        wanted = select(devices).where(devices.c.kind == "device").order_by(devices.c.device_id)
        if among is not None:
            wanted = wanted.where(worn_by(devices.c.device_id, among))
        return [
            LastSeen(
                device_id=row.device_id,
                registered_at=row.registered_at,
                revoked_at=row.revoked_at,
                heard_at=row.heard_at,
                fixed_at=row.fixed_at,
                battery_pct=row.battery_pct,
                unordered=row.unordered,
            )
            for row in self._db.execute(wanted)
        ]

    def _activations(self, where: LiteralString, values: tuple[str, ...]) -> list[ActivationFacts]:
        found = self._hot.execute(
            'SELECT device_id, order_id, wearer_id, start, "end", order_ends_at FROM activations'  # noqa: S608
            f" {where} ORDER BY device_id, start",
            values,
        )
        return [
            ActivationFacts(
                device_id=device_id,
                order_id=order_id,
                wearer_id=wearer_id,
                during=Interval(start=start, end=end),
                order_ends_at=order_ends_at,
            )
            for device_id, order_id, wearer_id, start, end, order_ends_at in found.fetchall()
        ]

    def _end_credentials(self, device_id: DeviceId, at: Micros) -> None:
        self._db.execute(
            update(credentials)
            .where(credentials.c.device_id == device_id, credentials.c.until.is_(None))
            .values(until=at)
        )
