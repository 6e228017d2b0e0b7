"""A rehearsal to look at: invented wearers, real endpoints, a clock that runs faster."""

from __future__ import annotations

import base64
import json
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.alerts.model import DutyEntry
from fairtag.app.add_device import add_device
from fairtag.app.books import InstallStep
from fairtag.app.house import House
from fairtag.app.put_order import put_order
from fairtag.app.record_installation import STEPS_BY_PEOPLE, record_step
from fairtag.app.set_duty import set_duty
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.cli.serve import run_site
from fairtag.orders.scheme import seed_scheme
from fairtag.sim.cast import Player, order_of, player, traffic_of
from fairtag.sim.players import Line, Protocol, play
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

_MARK = "demo.json"
_WARM_UP = HOUR  # each life begins an hour before the clock, so that places are settled
_LIFE = 2 * DAY
_INCIDENTS = (  # scenario, minutes after the start, protocol
    ("strap_cut", 12, "native"),
    ("exclusion_entered", 16, "osmand"),
    ("curfew_left", 20, "owntracks"),
    ("battery_dead", 14, "native"),
    ("sos", 26, "native"),
    ("silent", 10, "overland"),
    ("late_upload", 35, "native"),
    ("calm", 0, "osmand"),
    ("calm", 0, "owntracks"),
    ("calm", 0, "overland"),
)
_STAFF = (("officer", "officer"), ("second", "officer"), ("supervisor", "supervisor"))


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
    data: Annotated[Path, typer.Option(help="Folder of the demo; made anew.")] = Path("demo-data"),
) -> None:
    """Start fairtag with invented wearers whose devices speak the real protocols. Ctrl-C ends it.

    The clock starts a day ago and runs faster; every page says so.
    """
    _clear(data)
    since = MachineClock().now()
    clock = ScaledClock(start=Micros(since - DAY), since=since, speed=speed)
    address = f"http://127.0.0.1:{port}"
    with open_house(data, kind="demo", clock=clock, address=address, speed=speed) as house:
        accounts = [_account(house, name, role) for name, role in _STAFF]
        _put_on_duty(house)
        lines = [_line(house, _player(number, clock.start)) for number in range(1, wearers + 1)]
        _write(data / _MARK, address, accounts, lines)
        stop = threading.Event()
        thread = threading.Thread(
            target=_perform, args=(lines, address, house, accounts, stop), daemon=True
        )
        thread.start()
        try:
            run_site(house, data, host="127.0.0.1", port=port)
        finally:
            stop.set()
            thread.join(timeout=10)


def _clear(data: Path) -> None:
    """Remove a former demo; anything else stays.

    Raises: UsageError.
    """
    if data.exists() and any(data.iterdir()):
        if not (data / _MARK).is_file():
            raise UsageError(f"--data {data}: this folder holds something else than a demo")
        shutil.rmtree(data)


def _player(number: int, start: Micros) -> Player:
    scenario, after, _ = _INCIDENTS[(number - 1) % len(_INCIDENTS)]
    again = (number - 1) // len(_INCIDENTS)
    return player(
        number,
        scenario,
        incident=Micros(start + (after + 25 * again) * MINUTE),
        span=Interval(start=Micros(start - _WARM_UP), end=Micros(start + _LIFE)),
        seed=1,
        is_homebound=scenario != "calm",
    )


def _account(house: House, name: str, role: str) -> _Account:
    password = base64.b32encode(house.chance(10)).decode().lower()
    path = add_user(house, name, role=role, authority="ho", by="demo")
    person = finish_setup(house, path.rpartition("/")[2], password)
    session = start_session(house, person, kind="api")
    return _Account(name, role, password, session.token)


def _put_on_duty(house: House) -> None:
    """Fill the roster; no way out is set up in a demo, so nobody outside is told."""
    steps = (("first", "officer"), ("second", "second"), ("supervisor", "supervisor"))
    entries = [
        DutyEntry(step=step, user_id=name, to=f"mailto:{name}@example.org")  # type: ignore[arg-type]
        for step, name in steps
    ]
    set_duty(house, entries, by="demo")


def _line(house: House, one: Player) -> Line:
    document = json.dumps(order_of(one)).encode()
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
    protocol: Protocol = _INCIDENTS[(one.number - 1) % len(_INCIDENTS)][2]  # type: ignore[assignment]
    return Line(device_id=one.device_id, token=token, protocol=protocol, messages=traffic_of(one))


def _write(file: Path, address: str, accounts: list[_Account], lines: list[Line]) -> None:
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
                "protocol": one.protocol,
                "owntracks": {"user": one.device_id, "password": one.token},
            }
            for one in lines
        ],
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(told, indent=1) + "\n")


def _perform(
    lines: list[Line],
    address: str,
    house: House,
    accounts: list[_Account],
    stop: threading.Event,
) -> None:
    while not stop.is_set() and not _is_up(address):
        time.sleep(0.1)
    typer.echo(f"\nfairtag demo: {address}\n")
    for one in accounts:
        typer.echo(f"  sign in as {one.name:<11} password {one.password}  ({one.role})")
    typer.echo("\nThe first alerts come within half a minute. Ctrl-C ends the demo.")
    play(lines, address=address, clock=house.clock, stop=stop)


def _is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").is_success
    except httpx.HTTPError:
        return False
