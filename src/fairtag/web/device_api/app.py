"""How do devices reach the house? One small ASGI application; every answer comes after the commit.

An authenticated device gets a 2xx for whatever is safely stored, also when it can't be read:
real clients resend a refused message for ever and block the trail behind it.
Source: contract §6.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from fairtag.app.add_device import hash_of
from fairtag.app.books import Bearer
from fairtag.app.house import House
from fairtag.app.receive import Receipt, receive
from fairtag.app.taking.registry import Registry
from fairtag.intake.messages import Decoded, Refused
from fairtag.intake.request import Request, Why, unpack
from fairtag.intake.together.plain import MOST_BYTES
from fairtag.terms.errors import Busy
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros, text
from fairtag.web.device_api.lane import Lane
from fairtag.web.device_api.own import Asked, Own, handled
from fairtag.web.device_api.own_routes import routes_of
from fairtag.web.device_api.protocols import PROTOCOLS, Answer, Protocol
from fairtag.web.device_api.urgent import is_urgent
from fairtag.web.device_api.valve import Valve

_LOG = logging.getLogger(__name__)
MAX_BODY_BYTES = 4 * 1024 * 1024  # contract §6
_LARGE = 256 * 1024  # bytes; more is read beside the loop, so that others need not wait

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class _Refusal(Exception):
    """An answer that is no 2xx."""

    def __init__(self, status: int, told: str, *headers: tuple[bytes, bytes]) -> None:
        self.answer = Answer(status=status, body=msgspec.json.encode({"do": told}), headers=headers)
        super().__init__(told)


class DeviceDoor:
    """The ASGI application under `/d/`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._registry = Registry(house.store)
        self._valve = Valve(house)
        self._lane = Lane(house, self._valve)
        self._tasks: set[asyncio.Task[None]] = set()

    def device_of(self, token_hash: bytes) -> DeviceId | None:
        """Tell whose credential this is; None when it is no device's."""
        bearer = self._registry.bearer(token_hash)
        return None if bearer is None or bearer.kind != "device" else bearer.device_id

    def devices_of(self, token_hashes: Sequence[bytes]) -> list[DeviceId | None]:
        """Tell the same of many at once."""
        found = self._registry.bearers(token_hashes)
        return [one.device_id if one and one.kind == "device" else None for one in found]

    def offer(
        self,
        device_id: DeviceId,
        body: bytes,
        done: Callable[[Answer], None],
        *,
        urgent: bool | None = None,
    ) -> None:
        """Take what a device posted to `/d/v1/messages`; `done` is told the answer.

        `urgent` tells whether it says so, where somebody looked already.
        """

        def told(found: Answer | Busy | None) -> None:
            if isinstance(found, Answer):
                done(found)
            elif isinstance(found, Busy):
                done(self._busy().answer)
            else:
                task = asyncio.get_running_loop().create_task(self._alone(device_id, body, done))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        self._lane.offer(device_id, body, told, urgent=urgent)

    async def _alone(
        self, device_id: DeviceId, body: bytes, done: Callable[[Answer], None]
    ) -> None:
        """Answer a request that is not plain."""
        bearer = Bearer(device_id=device_id, kind="device")
        now = self._house.clock.now()
        request = Request(method="POST", body=body, received_at=now, device_id=device_id)
        try:
            protocol = PROTOCOLS["v1"]
            decoded = protocol.decode(request, b"")
            done(await self._store(protocol, decoded, bearer, now, is_urgent=is_urgent(body)))
        except _Refusal as refusal:
            done(refusal.answer)
        except Exception as error:  # noqa: BLE001 - the device is answered, whatever failed
            _LOG.error("a device's request failed: %s", type(error).__name__)
            done(Answer(status=500, body=b'{"do":"Send it again in some seconds."}'))

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive_)
        except _Refusal as refusal:
            answer = refusal.answer
        headers = [(b"content-type", b"application/json"), *answer.headers]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive_: Receive) -> Answer:
        if own := routes_of(scope["path"]):
            return await self._own(own, scope, receive_)
        protocol, tail = _protocol(scope)
        headers = {name.lower(): value for name, value in scope["headers"]}
        token = _token(headers, tail)
        bearer = self._bearer(token, protocol.bearer)
        if scope["method"] not in protocol.methods:
            allow = (b"allow", ", ".join(protocol.methods).encode())
            raise _Refusal(405, "Use one of the methods in 'allow'.", allow)
        body = await _body(headers, receive_, most=MAX_BODY_BYTES)
        is_packed = b"content-encoding" in headers
        if protocol is PROTOCOLS["v1"] and not is_packed and len(body) <= MOST_BYTES:
            return await self._offered(bearer.device_id, body)
        now = self._house.clock.now()
        request = Request(
            method=scope["method"],
            query=scope["query_string"].decode("latin-1"),  # byte for byte, for quarantine
            content_type=headers.get(b"content-type", b"").decode("latin-1").lower(),
            body=b"",
            received_at=now,
            device_id=bearer.device_id,
            is_device=self._is_device,
        )
        told = (protocol, request, body, headers, token)
        is_large = len(body) > _LARGE or is_packed
        decoded = await asyncio.to_thread(_decoded, *told) if is_large else _decoded(*told)
        return await self._store(protocol, decoded, bearer, now, is_urgent=is_urgent(body))

    async def _offered(self, device_id: DeviceId, body: bytes) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def done(told: Answer) -> None:
            if not answer.done():  # the device may be gone
                answer.set_result(told)

        self.offer(device_id, body, done)
        return await answer

    async def _own(
        self, routes: list[tuple[Own, tuple[str, ...]]], scope: Scope, receive_: Receive
    ) -> Answer:
        headers = {name.lower(): value for name, value in scope["headers"]}
        token = _token(headers, "")
        bearer = self._bearer(token, "device")
        chosen = [(own, parts) for own, parts in routes if own.method == scope["method"]]
        if not chosen:
            allow = (b"allow", ", ".join(own.method for own, _ in routes).encode())
            raise _Refusal(405, "Use one of the methods in 'allow'.", allow)
        own, parts = chosen[0]
        asked = Asked(
            device_id=bearer.device_id,
            parts=parts,
            query=scope["query_string"].decode("latin-1"),
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            body=await _body(headers, receive_, most=own.most_bytes),
            received_at=self._house.clock.now(),
            token_hash=hash_of(token),
        )
        return await asyncio.to_thread(handled, own, self._house, asked)

    def _bearer(self, token: str, kind: Literal["device", "gateway"]) -> Bearer:
        wanted = hash_of(token)
        bearer = self._registry.bearer(wanted) if token else None
        if bearer is None or bearer.kind != kind:
            told = "This credential is missing, wrong or revoked. Ask for a new one."
            raise _Refusal(401, told, (b"www-authenticate", b'Bearer realm="fairtag"'))
        return bearer

    def _is_device(self, name: str) -> bool:
        """Tell whether a name that a payload claims is that of a device under some order."""
        return bool(self._house.store.read(lambda tx: tx.devices.serving(DeviceId(name))))

    def _busy(self) -> _Refusal:
        return _Refusal(503, "We are busy. Send it again later.", self._valve.later())

    async def _store(
        self,
        protocol: Protocol,
        decoded: Decoded,
        bearer: Bearer,
        now: Micros,
        *,
        is_urgent: bool,
    ) -> Answer:
        if not is_urgent and self._valve.is_shut():
            raise self._busy()
        pieces = self._by_device(decoded, bearer)
        try:
            receipts = await asyncio.wrap_future(
                self._house.store.submit(
                    lambda tx: [
                        receive(tx, piece, device_id=device_id, received_at=now)
                        for device_id, piece in pieces
                    ],
                    is_urgent=is_urgent,
                )
            )
        except Busy as busy:
            raise self._busy() from busy
        if protocol.answer is None:
            return _native(bearer.device_id, receipts[0], now)
        return protocol.answer(all(receipt.is_all_unordered for receipt in receipts))

    def _by_device(self, decoded: Decoded, bearer: Bearer) -> list[tuple[DeviceId, Decoded]]:
        """Split what a gateway forwards; a device that it may not speak for goes to quarantine."""
        if bearer.kind == "device":
            return [(bearer.device_id, decoded)]
        gateway = self._registry.gateway(bearer.device_id)
        known = frozenset() if gateway is None else gateway.devices
        foreign = tuple(
            Refused(why=Why.FOREIGN_ID, raw=msgspec.json.encode(one))
            for one in decoded.messages
            if one.device_id not in known
        )
        rest = Decoded(refused=(*decoded.refused, *foreign), ignored=decoded.ignored)
        mine = sorted({one.device_id for one in decoded.messages if one.device_id in known})
        of_device = [
            (each, Decoded(messages=tuple(m for m in decoded.messages if m.device_id == each)))
            for each in mine
        ]
        return [*of_device, (bearer.device_id, rest)] if rest.refused or not mine else of_device


def _protocol(scope: Scope) -> tuple[Protocol, str]:
    name, _, tail = scope["path"].removeprefix("/d/").partition("/")
    if name == "v1":
        name, _, tail = f"v1/{tail}".partition("/messages")
    protocol = PROTOCOLS.get(name)
    if protocol is None or "/" in tail:
        raise _Refusal(404, "There is no such address for devices.")
    return protocol, tail


def _token(headers: Mapping[bytes, bytes], tail: str) -> str:
    """Find the credential: in the path, as a Bearer, or as the password of Basic."""
    if tail:
        return tail
    scheme, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            told = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            told = f":{value.strip().removesuffix(':')}"  # Overland sends its token bare
        return told.partition(":")[2]
    return ""


async def _body(headers: Mapping[bytes, bytes], receive_: Receive, *, most: int) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > most:
        raise _too_large()
    parts, size, more = [], 0, True
    while more:
        message = await receive_()
        if message["type"] == "http.disconnect":
            raise _Refusal(400, "The connection ended before the message did. Send it again.")
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large()
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large() -> _Refusal:
    return _Refusal(
        413, "Send at most 4 MiB at once (16 MiB unpacked; a check-in 8 MiB): split the message."
    )


def _decoded(
    protocol: Protocol,
    request: Request,
    body: bytes,
    headers: Mapping[bytes, bytes],
    token: str,
) -> Decoded:
    plain = unpack(body, headers.get(b"content-encoding", b"").decode("latin-1").lower())
    if plain is None:
        raise _too_large()
    if isinstance(plain, Why):
        return Decoded(refused=(Refused(why=plain, raw=body),))
    told = msgspec.structs.replace(request, body=plain)
    return protocol.decode(told, token.encode())


def _native(device_id: DeviceId, receipt: Receipt, now: Micros) -> Answer:
    if receipt.is_all_unordered:
        told = "No order covers this time. The data were dropped unread; send no more of it."
        return Answer(status=410, body=msgspec.json.encode({"do": told}))
    held = receipt.held
    stored = {}
    if held is not None:
        stored = {device_id: {"epoch": held.epoch, "upto": held.upto, "missing": held.missing}}
    answer = {
        "stored": stored,
        "quarantined": [{"seq": seq, "why": why} for seq, why in receipt.quarantined],
        "server_time": text(now),
    }
    return Answer(status=200, body=msgspec.json.encode(answer))
