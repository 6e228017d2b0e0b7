"""A rehearsal to look at: invented wearers, real endpoints, a clock that runs faster."""

from __future__ import annotations

import base64
import fcntl
import json
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.alerts.model import DutyEntry
from fairtag.app.add_device import add_device
from fairtag.app.books import Gateway, InstallStep
from fairtag.app.house import House
from fairtag.app.put_order import put_order
from fairtag.app.record_installation import STEPS_BY_PEOPLE, record_step
from fairtag.app.set_duty import set_duty
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.cli.enrolling.invented import CHECK_IN, answering, invite
from fairtag.cli.serve import run_site
from fairtag.orders.scheme import seed_scheme
from fairtag.sim.papers import order_of
from fairtag.sim.players import Device, play
from fairtag.sim.stage import LIFE_DAYS, Cast, cast_of
from fairtag.sim.traffic import stream_of
from fairtag.sim.wire import Speaker, Tongue
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros

_MARK = "demo.json"
_LOCK = "demo.lock"
_HOST = "127.0.0.1"
_GATEWAY = "GW-1"
# Two people who decide together need accounts from two administrators.
_ADMINS = ("admin-one", "admin-two")
_STAFF: tuple[tuple[Literal["first", "second", "supervisor"], str, str, str], ...] = (
    ("first", "officer", "officer", _ADMINS[0]),
    ("second", "second", "officer", _ADMINS[0]),
    ("supervisor", "supervisor", "supervisor", _ADMINS[1]),
)


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    role: str
    password: str
    api_token: str


def demo(
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8080,
    wearers: Annotated[int, typer.Option(min=1, max=500)] = 12,
    speed: Annotated[float, typer.Option(min=1, max=600, help="Demo seconds a second.")] = 60.0,
    data: Annotated[
        Path, typer.Option(help="Folder of the demo; a former demo in it is removed.")
    ] = Path("demo-data"),
) -> None:
    """Start fairtag with invented wearers whose devices speak the real protocols. Ctrl-C ends it.

    The clock starts a day ago and runs faster; every page says so. Each start is a new demo.
    """
    _demand_free(port)
    with suppress(KeyboardInterrupt), _folder(data):
        _run(data, port=port, wearers=wearers, speed=speed)
    typer.echo("\nfairtag demo: ended", err=True)


def _run(data: Path, *, port: int, wearers: int, speed: float) -> None:
    since = MachineClock().now()
    clock = ScaledClock(start=Micros(since - DAY), since=since, speed=speed)
    address = f"http://{_HOST}:{port}"
    with open_house(data, kind="demo", clock=clock, address=address, speed=speed) as house:
        # Accounts count as a second person's after a day: the demo's are two days old.
        before = replace(house, clock=replace(clock, start=Micros(clock.start - 2 * DAY)))
        for name in _ADMINS:
            add_user(before, name, role="admin", authority="ho", by="demo")
        accounts = [_account(house, before, *told[1:]) for told in _STAFF]
        _put_on_duty(house)
        casts = cast_of(wearers, clock.start)
        speakers = _register(house, casts)
        _write(data / _MARK, address, accounts, speakers)
        answerers = invite(house, speakers, by=_STAFF[0][1])
        words = _words(data, address, accounts, speakers, speed)
        streams = [stream_of(cast.player) for cast in casts]
        devices = [Device(*pair) for pair in zip(speakers, streams, strict=True)]
        with answering(house, answerers, by=_STAFF[0][1]), _performing(house, devices, port, words):
            run_site(house, data, host=_HOST, port=port)


def _demand_free(port: int) -> None:
    """See that the port can be had, before anything is made.

    Raises: UsageError.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            detail = f"port {port} is in use or not allowed here; give another one with --port"
            raise UsageError(detail) from error


@contextmanager
def _folder(data: Path) -> Iterator[None]:
    """Hold the folder while the demo runs; a former demo in it is removed, anything else stays.

    Raises: UsageError.
    """
    is_used = data.is_dir() and any(data.iterdir())
    if data.exists() and not data.is_dir():
        raise UsageError(f"--data {data}: this is no folder")
    if is_used and not ((data / _MARK).is_file() or (data / _LOCK).is_file()):
        raise UsageError(f"--data {data}: this folder holds something else than a demo")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            detail = f"--data {data}: another demo runs in this folder; give another one"
            raise UsageError(detail) from error
        if is_used:
            typer.echo(f"fairtag demo: the former demo in {data} is removed", err=True)
            _clear(data)
        yield


def _clear(data: Path) -> None:
    for old in data.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != _LOCK:
            old.unlink()


def _account(house: House, before: House, name: str, role: str, by: str) -> _Account:
    password = base64.b32encode(house.chance(10)).decode().lower()
    path = add_user(before, name, role=role, authority="ho", by=by)
    person = finish_setup(before, path.rpartition("/")[2], password)
    session = start_session(house, person, kind="api")
    return _Account(name, role, password, session.token)


def _put_on_duty(house: House) -> None:
    """Fill the roster; no way out is set up in a demo, so nobody outside is told."""
    entries = [
        DutyEntry(step=step, user_id=name, to=f"mailto:{name}@example.org")
        for step, name, _, _ in _STAFF
    ]
    set_duty(house, entries, by="demo")


def _register(house: House, casts: Sequence[Cast]) -> list[Speaker]:
    """Store the orders, register the devices, and a gateway for those that need one."""
    found = [_speaker(house, cast) for cast in casts]
    behind = frozenset(DeviceId(one.device_id) for one in found if one.tongue is Tongue.TRACCAR)
    if not behind:
        return found
    gateway = Gateway(
        gateway_id=DeviceId(_GATEWAY),
        operator="An invented tracking company",
        retention_days=7,
        devices=behind,
    )
    token = add_device(house, _GATEWAY, by="demo", gateway=gateway).token
    return [
        Speaker(device_id=one.device_id, token=token, tongue=one.tongue)
        if one.device_id in behind
        else one
        for one in found
    ]


def _speaker(house: House, cast: Cast) -> Speaker:
    one = cast.player
    order = order_of(one)
    if cast.tongue is Tongue.NATIVE:
        order["conditions"] = [*order["conditions"], CHECK_IN]
    document = json.dumps(order).encode()
    put_order(house, document, scheme=seed_scheme(), by="demo")
    token = add_device(house, one.device_id, by="demo").token
    for step in STEPS_BY_PEOPLE:
        done = InstallStep(
            order_id=OrderId(f"ORD-{one.number:04}"),
            device_id=DeviceId(one.device_id),
            step=step,  # type: ignore[arg-type]
            at=one.span.start,
            by="demo",
        )
        record_step(house, done, by="demo")
    return Speaker(device_id=one.device_id, token=token, tongue=cast.tongue, nonce=house.chance)


def _write(file: Path, address: str, accounts: list[_Account], speakers: Sequence[Speaker]) -> None:
    told: dict[str, Any] = {
        "address": address,
        "sign_ins": [
            {"name": one.name, "password": one.password, "role": one.role} for one in accounts
        ],
        "api_tokens": {one.name: one.api_token for one in accounts},
        "devices": [
            {
                "device_id": one.device_id,
                "token": one.token,
                "app": f"{address}/app/#pair={one.token}",
                "protocol": one.tongue,
                "owntracks": {"user": one.device_id, "password": one.token},
            }
            for one in speakers
        ],
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(told, indent=1) + "\n")


def _words(
    data: Path,
    address: str,
    accounts: list[_Account],
    speakers: Sequence[Speaker],
    speed: float,
) -> str:
    signs = [f"  {one.name:<11} {one.password}  ({one.role})" for one in accounts]
    tongues = len({one.tongue for one in speakers})
    hours = LIFE_DAYS * 24 / speed
    photos = sum(one.tongue is Tongue.NATIVE for one in speakers)
    lines = [
        f"\nfairtag demo: {address}\n",
        "Sign in as     with password",
        *signs,
        "",
        f"{len(speakers)} invented wearers; their devices speak to it in {tongues} protocols.",
        f"{photos} of them are asked for photos and answer with drawn faces. The demo's profile",
        "decides about them: it shows how answers go their way, not how right a matcher is.",
        f"The clock began a day ago and runs {speed:g} times as fast; every page says so.",
        "The first alerts come within half a minute, and again every demo day, until the",
        f"orders end in {hours:.0f} hours of yours. Sign-ins and tokens: {data / _MARK}",
        "Ctrl-C ends the demo. The next start is a new one.",
    ]
    return "\n".join(lines)


@contextmanager
def _performing(house: House, devices: Sequence[Device], port: int, words: str) -> Iterator[None]:
    stop = threading.Event()

    def perform() -> None:
        while not _is_up(port):
            if stop.wait(0.05):
                return
        typer.echo(words)
        play(devices, address=f"http://{_HOST}:{port}", clock=house.clock, stop=stop)

    thread = threading.Thread(target=perform, name="fairtag-devices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _is_up(port: int) -> bool:
    """Tell whether the service listens; the port was free before, so it is ours."""
    with socket.socket() as probe:
        return probe.connect_ex((_HOST, port)) == 0
