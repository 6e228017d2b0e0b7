"""Which rows belong to a stretch of wearers (`fairtag.app.turns`)? Conditions for statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, column, or_, select, table

_WORN = table("activations", column("device_id"), column("order_id"), column("wearer_id"))

Among = tuple[str, str | None]


def between(wearer_id: ColumnElement[Any], among: Among) -> ColumnElement[bool]:
    """Say that a wearer is among them."""
    after, upto = among
    beyond = wearer_id > after
    return beyond if upto is None else beyond & (wearer_id <= upto)


def worn_by(device_id: ColumnElement[Any], among: Among) -> ColumnElement[bool]:
    """Say that a device is ever worn by one of them; the last stretch has those nobody wears."""
    worn = select(_WORN.c.device_id).where(between(_WORN.c.wearer_id, among))
    if among[1] is not None:
        return device_id.in_(worn)
    return or_(device_id.in_(worn), device_id.not_in(select(_WORN.c.device_id)))


def of_wearers(order_id: ColumnElement[Any], among: Among) -> ColumnElement[bool]:
    """Say that an order is of one of them, and has a device."""
    return order_id.in_(select(_WORN.c.order_id).where(between(_WORN.c.wearer_id, among)))
