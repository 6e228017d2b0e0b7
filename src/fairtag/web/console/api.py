"""What may a program of the staff ask? Findings, alerts, orders; no positions, no names.

Every refusal is `{"code": "FT-…", "what": …, "do": …}`; a Bearer token is a person's own.
Source: contract §7.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.security import HTTPBearer

from fairtag.alerts.live import is_late
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.app.books import OrderFacts, Person
from fairtag.app.handle_alert import acknowledge, close
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand, only_recipient
from fairtag.app.ports import Transaction
from fairtag.app.put_order import handed_on, mark_order, put_order
from fairtag.app.sign_in import sign_in, sign_out, who_is
from fairtag.orders.read import check
from fairtag.orders.scheme import Scheme, seed_scheme
from fairtag.rules.finding import as_json
from fairtag.terms.errors import (
    NotPermitted,
    OrderRefused,
    SignInRefused,
    TooLarge,
    UnknownAlert,
    UsageError,
)
from fairtag.terms.ids import AlertId, OrderId, is_id
from fairtag.terms.instants import Micros, parse, text
from fairtag.web.console.refusals import JsonRoute, status_of

_SMALL = 64 * 1024
_ORDER_MOST = 4 * 1024 * 1024
_LAST_NUMBER = 2**63 - 1
_STATES: dict[str, tuple[AlertState, ...]] = {
    "open": (AlertState.RAISED, AlertState.ACKNOWLEDGED),
    "": (AlertState.RAISED, AlertState.ACKNOWLEDGED),
    "raised": (AlertState.RAISED,),
    "acknowledged": (AlertState.ACKNOWLEDGED,),
    "closed": (AlertState.CLOSED,),
}
_REFUSAL = {
    "type": "object",
    "required": ["code", "what", "do"],
    "properties": {
        "code": {"type": "string", "description": "FT-…, never used twice"},
        "what": {"type": "string", "description": "What was refused"},
        "do": {"type": "string", "description": "What to do next"},
    },
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": told, "content": {"application/json": {"schema": _REFUSAL}}}
    for status, told in (
        (401, "The token is missing, wrong or over"),
        (403, "The role does not include this"),
        (404, "Nothing has this reference"),
        (409, "Somebody else was first"),
        (422, "Not readable, or not enough"),
        (503, "Our fault, or the access log can't be written: try again"),
    )
}
T = TypeVar("T")
# Describes the token for `/api/openapi.json`; `_bearer` reads it.
_Told = Annotated[object, Depends(HTTPBearer(auto_error=False))]
After = Annotated[int, Query(ge=0, le=_LAST_NUMBER, description="Number of the last one you have")]
Limit = Annotated[int, Query(ge=1, le=1000)]
AlertPath = Annotated[str, Path(description="Reference of the alert")]
OrderPath = Annotated[str, Path(description="The order's id")]
Mark = Literal["suspend", "resume", "end"]
StateName = Literal["", "open", "raised", "acknowledged", "closed"]


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /api/v1/sessions`."""

    name: str
    password: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /api/v1/alerts/{id}/close`."""

    cause: Cause
    reason: str = ""


class Marking(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /api/v1/orders/{id}/suspend`, `resume` and `end`."""

    at: str
    reason: str


def staff_api(house: House, *, scheme: Scheme | None = None) -> APIRouter:
    """Give the routes under `/api/v1`."""
    router = APIRouter(prefix="/api/v1", tags=["staff"], route_class=JsonRoute, responses=_REFUSALS)
    _sessions(router, house)
    _reading(router, house)
    _handling(router, house)
    _orders(router, house, seed_scheme() if scheme is None else scheme)
    return router


def _sessions(router: APIRouter, house: House) -> None:
    @router.post("/sessions", status_code=201, openapi_extra=_takes(SignIn))
    def open_session(body: _Small) -> Response:
        """Give a token for a name and a password; it ends after 12 hours."""
        told = _read(body, SignIn)
        session = sign_in(house, told.name, told.password, kind="api")
        return _json({"token": session.token, "expires_at": text(session.expires_at)}, status=201)

    @router.delete("/sessions", status_code=204)
    def end_session(token: Annotated[str, Depends(_token)], _told: _Told) -> Response:
        """End the session of this token."""
        sign_out(house, token)
        return Response(status_code=204)


def _reading(router: APIRouter, house: House) -> None:
    @router.get("/findings")
    def list_findings(person: Caller, after: After = 0, limit: Limit = 500) -> Response:
        """List revisions of findings in the order in which they were stored."""
        only = _queue_of(person)
        rows = house.store.read(lambda tx: tx.verdicts.feed(after=after, limit=limit))
        items = [
            {"n": n, "finding": msgspec.Raw(as_json(finding))}
            for n, finding in rows
            if only in (None, finding.recipient)
        ]
        return _json({"items": items, "next": rows[-1][0] if rows else after})

    @router.get("/alerts")
    def list_alerts(person: Caller, state: StateName = "open", limit: Limit = 500) -> Response:
        """List alerts, most urgent and oldest first; without `state` the open ones."""
        only = _queue_of(person)

        def work(tx: Transaction) -> list[Alert]:
            return tx.alerts.listed(states=_STATES[state], recipient=only, limit=limit)

        return _json({"items": [_told(alert) for alert in house.store.read(work)]})

    @router.get("/alerts/{alert_id}")
    def show_alert(person: Caller, alert_id: AlertPath) -> Response:
        """Give one alert."""
        name = _alert_id(alert_id)
        _queue_of(person)
        alert = house.store.read(lambda tx: tx.alerts.get(name))
        if only_recipient(person) not in (None, alert.recipient):
            raise NotPermitted("not an alert of this queue")
        return _json(_told(alert))


def _handling(router: APIRouter, house: House) -> None:
    @router.post("/alerts/{alert_id}/acknowledge")
    def take(person: Caller, alert_id: AlertPath) -> Response:
        """Take an alert in hand; of two people one gets it, the other a 409."""
        return _json(_told(acknowledge(house, _alert_id(alert_id), person=person)))

    @router.post("/alerts/{alert_id}/close", openapi_extra=_takes(Closing))
    def shut(
        person: Caller,
        alert_id: AlertPath,
        body: _Small,
    ) -> Response:
        """Close an alert with a cause and a reason of at least 10 characters."""
        name = _alert_id(alert_id)
        demand(person, Act.HANDLE, house.store.read(lambda tx: tx.alerts.get(name)))
        told = _read(body, Closing)
        done = close(house, name, person=person, cause=told.cause, reason=told.reason)
        return _json(_told(done))


def _orders(router: APIRouter, house: House, scheme: Scheme) -> None:
    @router.get("/orders")
    def list_orders(person: Caller) -> Response:
        """List the newest version of each order: no names, no places."""
        demand(person, Act.ORDERS)
        facts = house.store.read(lambda tx: tx.orders.facts())
        return _json({"items": [_facts(one) for one in facts]})

    @router.post("/orders/check", openapi_extra=_takes(dict))
    def check_order(person: Caller, body: _Large) -> Response:
        """List all problems of an order file and store nothing."""
        demand(person, Act.ORDERS)
        problems = check(body, scheme=scheme, recorded_at=house.clock.now())
        return _json({"problems": problems})

    @router.post("/orders", status_code=201, openapi_extra=_takes(dict))
    def store_order(person: Caller, body: _Large) -> Response:
        """Check an order file and store it as a version; a refusal lists all problems."""
        return _stored(house, scheme, person, body)

    @router.put("/orders/{order_id}/versions/{version}", openapi_extra=_takes(dict))
    def store_version(
        person: Caller, order_id: OrderPath, version: Annotated[int, Path(ge=1)], body: _Large
    ) -> Response:
        """Store this version of this order; the same file again changes nothing."""
        return _stored(house, scheme, person, body, named=(order_id, version))

    @router.post("/orders/{order_id}/{what}", openapi_extra=_takes(Marking))
    def mark(person: Caller, order_id: OrderPath, what: Mark, body: _Small) -> Response:
        """Suspend, resume or end an order from an instant on; the reason is kept sealed."""
        demand(person, Act.ORDERS)
        told = _read(body, Marking)
        name = OrderId(order_id)
        at = _instant(told.at)
        mark_order(house, name, what, at=at, by=person.user_id, reason=told.reason)
        return _json({"order_id": order_id, "what": what, "at": text(at)})


def _stored(
    house: House,
    scheme: Scheme,
    person: Person,
    body: bytes,
    *,
    named: tuple[str, int] | None = None,
) -> Response:
    demand(person, Act.ORDERS)
    try:
        order = put_order(house, body, scheme=scheme, by=person.user_id, named=named)
    except OrderRefused as refused:
        problems = [{"path": path, "do": do} for path, do in refused.problems]
        told = {"code": refused.code, "what": "the order has problems", "do": refused.officer}
        return _json({**told, "problems": problems}, status=status_of(refused))
    again = handed_on(house, order.order_id)
    stored = {"order_id": order.order_id, "version": order.version, "needs_new_credential": again}
    return _json(stored, status=201)


def _facts(one: OrderFacts) -> dict[str, object]:
    return {
        "order_id": one.order_id,
        "version": one.version,
        "wearer_id": one.wearer_id,
        "starts_at": text(one.starts_at),
        "ends_at": text(one.ends_at),
        "review_by": one.review_by,
        "recorded_at": text(one.recorded_at),
        "suspended_since": _text(one.suspended_since),
    }


def _instant(told: str) -> Micros:
    try:
        return parse(told)
    except ValueError as error:
        raise UsageError("'at': give an instant with offset, as 2026-11-03T10:00:00Z") from error


def _bearer(request: Request, _told: _Told) -> Person:
    found = who_is(request.app.state.house, _token(request), kind="api")
    if found is None:
        raise SignInRefused("the token is unknown or over; get a new one")
    return found


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise SignInRefused("send 'Authorization: Bearer' and your token")
    return token.strip()


def _queue_of(person: Person) -> str | None:
    """Tell which queue the person sees; None: all.

    Raises: NotPermitted.
    """
    demand(person, Act.QUEUE)
    return only_recipient(person)


def _body(most: int) -> Callable[[Request], Awaitable[bytes]]:
    async def body(request: Request) -> bytes:
        found = bytearray()
        async for piece in request.stream():
            found += piece
            if len(found) > most:
                raise TooLarge(f"the body is larger than {most} bytes; send less at once")
        return bytes(found)

    return body


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise UsageError(f"the body is not what is expected: {error}") from error


def _alert_id(told: str) -> AlertId:
    if not is_id(told):
        raise UnknownAlert("no such reference")
    return AlertId(told)


def _told(alert: Alert) -> dict[str, object]:
    return {
        "alert_id": alert.alert_id,
        "order_id": alert.order_id,
        "condition_id": alert.condition_id,
        "device_id": alert.device_id,
        "kind": alert.kind,
        "for": alert.recipient,
        "priority": alert.priority,
        "state": alert.state,
        "raised_at": text(alert.raised_at),
        "began_at": text(alert.began_at),
        "findings": alert.findings,
        "words": alert.words,
        "is_over": alert.is_over,
        "withdrawn": alert.withdrawn,
        "late": is_late(alert),
        "owner": alert.owner,
        "escalated": alert.escalated,
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": _text(alert.acknowledged_at),
        "closed_by": alert.closed_by,
        "closed_at": _text(alert.closed_at),
        "cause": alert.cause,
    }


def _text(at: Micros | None) -> str | None:
    return None if at is None else text(at)


def _json(told: object, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(told), status_code=status, media_type="application/json")


def _takes(kind: type) -> dict[str, Any]:
    """Describe a body for `/api/openapi.json`, without references to elsewhere."""
    schemas, parts = msgspec.json.schema_components([kind])
    schema = parts.get(kind.__name__, schemas[0])
    fields = {
        name: parts[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for name, one in schema.get("properties", {}).items()
    }
    whole = {**schema, "properties": fields} if fields else schema
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


Caller = Annotated[Person, Depends(_bearer)]  # whose token it is
_Small = Annotated[bytes, Depends(_body(_SMALL))]
_Large = Annotated[bytes, Depends(_body(_ORDER_MOST))]
