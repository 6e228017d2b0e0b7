"""Invented faces, prompts and devices that answer: what tests of check-ins share.

A picture of these tests is text: `FACE name salt`, and a word for its quality. The engine behind
it is invented too: who is on a picture stands in it. What is tested is everything around it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from starlette.testclient import TestClient
from tests.quick import Doors, drawn, lay_tables
from tests.rig import START, HandClock, Rig

from fairtag.app.add_device import hash_of
from fairtag.app.books import Person
from fairtag.app.checkins.answering.sent import Manifest, OnDevice, signed
from fairtag.app.checkins.ask import ASKED
from fairtag.app.checkins.enrolling.enrol import enrol_at_desk, open_enrolment
from fairtag.app.judging import Engine
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.bootstrap import open_house
from fairtag.faces.model import EngineInfo, Measure, Reading, Template
from fairtag.faces.refusals import PictureRefused
from fairtag.faces.strangers import turned
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.hours import open_hours, protected_of
from fairtag.rules.prompts.model import Prompt, commitment
from fairtag.terms.errors import Busy
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text
from fairtag.terms.local import Interval

NOON = Micros(START + DAY + 12 * HOUR)  # Tuesday 3 November 2026, GMT
NONCE = "5f" * 16
# An account without a password: what is tested here needs nobody to sign in.
OFFICER = Person(
    user_id="otto", name="otto", role="officer", authority_id="ho", created_at=Micros(START)
)
CHECK_IN = {
    "id": "p1",
    "kind": "check_in",
    "modality": "face_photo",
    "max_per_day": 3,
    "allowed": [{"from": "08:00", "to": "21:00"}],
    "answer_within_min": 30,
    "min_gap_min": 60,
    "challenge": False,  # tested by itself: `test_challenges.py`
}


def face(name: str, salt: int = 0, *, quality: str = "one") -> bytes:
    """Draw a picture of somebody."""
    return f"FACE {name} {salt} {quality}".encode()


def burst(name: str, *, since: int = 1, quality: str = "one") -> list[bytes]:
    return [face(name, since + number, quality=quality) for number in range(3)]


class TextFaces:
    """Keeps `fairtag.app.checkins.book.Faces` for pictures that are text."""

    def __init__(self, engine_id: str = "text-engine") -> None:
        self._info = EngineInfo(
            engine_id=engine_id,
            version="1",
            weights_sha256=("0" * 64,),
            licence="none",
            provenance="invented",
            dims=128,
        )
        self.is_away = False
        self.is_broken = False
        self.asked: list[tuple[bytes, bytes]] = []  # every byte that it was ever given
        self.cleaned = 0

    def info(self) -> EngineInfo:
        return self._info

    def detector(self) -> str:
        return ""

    def walls(self) -> tuple[str, ...]:
        return ()

    def clean_all(self, frames: Sequence[bytes]) -> list[bytes | PictureRefused]:
        return [self._cleaned(raw) for raw in frames]

    def read_all(self, pictures: Sequence[bytes], *, key: bytes) -> list[Reading]:
        return [self.read(one, key=key) for one in pictures]

    def _cleaned(self, raw: bytes) -> bytes | PictureRefused:
        self.cleaned += 1
        if self.is_away:
            raise Busy("the decoder is away")
        if not raw.startswith(b"FACE "):
            return PictureRefused("not a picture")
        return raw.partition(b"|")[0]  # what stands behind is metadata

    def read(self, picture: bytes, *, key: bytes) -> Reading:
        self.asked.append((picture, key))
        if self.is_broken:
            return Reading(outcome="engine_error")
        if not picture.startswith(b"FACE "):
            return Reading(outcome="engine_error")
        _, name, salt, quality = picture.decode().split()
        if quality in ("one", "poor_quality"):
            template = turned(_template(self._info.name, name, int(salt)), key)
            is_ok = quality == "one"
            return Reading(
                outcome=quality,  # type: ignore[arg-type]
                measures=(Measure(name="DynamicRange", value=1.0, is_ok=is_ok),),
                advice=() if is_ok else ("more_light",),
                template=template,
            )
        return Reading(outcome=quality, advice=(quality,))  # type: ignore[arg-type]


def _template(engine: str, name: str, salt: int) -> Template:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    person = np.random.default_rng(seed).normal(size=128)
    noise = np.random.default_rng(salt).normal(size=128) * 0.05
    return Template(engine=engine, vector=(person + noise).astype("<f4").tobytes())


@contextmanager
def opened_check_ins(
    folder: Path, *, kind: str = "demo", at: Micros = NOON, sample: float = 0.0
) -> Iterator[Rig]:
    """Open a house whose engine reads text; a demo's, since only there a machine may match."""
    clock = HandClock(at)
    lay_tables(folder)
    with open_house(folder, kind=kind, clock=clock) as opened:  # type: ignore[arg-type]
        # Which matches people look at blind is drawn by chance, and tested by itself.
        house = replace(opened, faces=TextFaces(), face_sample=sample, chance=drawn())
        engine = Engine(house)
        engine.start()
        with TestClient(Doors(house), base_url="http://127.0.0.1:8080") as client:
            yield Rig(house=house, clock=clock, folder=folder, client=client, engine=engine)


def asked_wearer(rig: Rig, number: int = 1, modality: str = "face_photo", **changed: Any) -> str:
    """Store an order with a check-in; gives the device."""
    condition = CHECK_IN | {"modality": modality}
    return rig.wearer(number, conditions=[condition, {"id": "t1", "kind": "trail"}], **changed)


def prompt_of(rig: Rig, number: int = 1, **changed: Any) -> Prompt:
    """Ask a wearer now."""
    told: dict[str, Any] = {
        "check_in_id": f"ci-{number}-{rig.clock.at // MINUTE}",
        "wearer_id": WearerId(f"W-{number}"),
        "order_id": OrderId(f"ORD-{number}"),
        "condition_id": ConditionId("p1"),
        "device_id": DeviceId(f"D-{number}"),
        "modality": "face_photo",
        "kind": "on_demand",
        "local_day": text(rig.clock.at)[:10],
        "time_zone": "Europe/London",
        "at": rig.clock.at,
        "until": Micros(rig.clock.at + 30 * MINUTE),
        "nonce": NONCE,
        "state": CheckInState.SCHEDULED,
    }
    made = Prompt(**(told | changed))
    drawn = commitment([made])
    prompt = msgspec.structs.replace(made, drawn=drawn)

    def ask(tx: Transaction) -> None:
        day, zone, protected = prompt.local_day, prompt.time_zone, protected_of(())
        whole = Interval(start=Micros(prompt.at - DAY), end=Micros(prompt.at + DAY))
        if not any(one.waking_day == day for one in tx.asking.hours(prompt.wearer_id, whole)):
            hours = open_hours(day, zone, protected)
            tx.asking.add_hours(prompt.wearer_id, hours, time_zone=zone, protected=protected)
        tx.audit.append(
            Entry(
                at=rig.clock.at,
                operation="collection",
                actor="otto",
                what=ASKED,
                wearer_id=prompt.wearer_id,
                details={"commitment": drawn},
            )
        )
        tx.prompts.add([prompt])

    rig.house.store.transact(ask)
    return prompt


def enrol(rig: Rig, number: int = 1, name: str = "ann", pictures: Sequence[bytes] = ()) -> None:
    """Enrol a wearer with three pictures at the desk."""
    officer = OFFICER
    until = Micros(rig.clock.at + DAY)
    invitation = open_enrolment(
        rig.house, officer, OrderId(f"ORD-{number}"), device_id=None, until=until
    )
    some = pictures or [face(name, salt) for salt in (901, 902, 903)]
    done = enrol_at_desk(rig.house, officer, invitation.invitation_id, some)
    assert done.taken == 3, done


def multipart(told: dict[str, Any], frames: Sequence[bytes]) -> tuple[bytes, str]:
    """Write a body as a browser does."""
    line = b"--fairtag-edge\r\nContent-Disposition: form-data; "
    parts = [line + b'name="manifest"\r\n\r\n' + json.dumps(told).encode() + b"\r\n"]
    for number, frame in enumerate(frames, 1):
        head = f'name="frame{number}"; filename="{number}.jpg"\r\nContent-Type: image/jpeg'
        parts.append(line + head.encode() + b"\r\n\r\n" + frame + b"\r\n")
    body = b"".join(parts) + b"--fairtag-edge--\r\n"
    return body, "multipart/form-data; boundary=fairtag-edge"


def manifest(
    rig: Rig, device: str, about: str, frames: Sequence[bytes], **changed: Any
) -> dict[str, Any]:
    """Sign a burst as a device does."""
    told: dict[str, Any] = {
        "captured_at": text(rig.clock.at),
        "nonce": NONCE,
        "sha256": [hashlib.sha256(one).hexdigest() for one in frames],
        "signature": "",
    } | {name: value for name, value in changed.items() if name != "signature"}
    made = Manifest(**{**told, "sha256": tuple(told["sha256"])})
    told["signature"] = signed(hash_of(rig.tokens[device]), about, made)
    return told | changed


def answer(
    rig: Rig,
    prompt: Prompt,
    frames: Sequence[bytes],
    *,
    device: str | None = None,
    path: str = "check-ins",
    **changed: Any,
) -> Any:
    """Answer a prompt over the device's own address."""
    who = device or prompt.device_id
    told = manifest(rig, who, prompt.check_in_id, frames, **changed)
    return send(rig, who, f"/d/v1/{path}/{prompt.check_in_id}", told, frames)


def send(rig: Rig, device: str, path: str, told: dict[str, Any], frames: Sequence[bytes]) -> Any:
    body, kind = multipart(told, frames)
    headers = {"Authorization": f"Bearer {rig.tokens[device]}", "Content-Type": kind}
    done = rig.client.post(path, content=body, headers=headers)
    rig.judge()
    return done


def result(rig: Rig, prompt: Prompt, said: str = "yes", **changed: Any) -> Any:
    """Answer with what the device found out by itself."""
    told = {
        "result": said,
        "sensor": "fingerprint",
        "captured_at": text(rig.clock.at),
        "nonce": NONCE,
        "signature": "",
    }
    key = hash_of(rig.tokens[prompt.device_id])
    told["signature"] = signed(key, prompt.check_in_id, OnDevice(**told))  # type: ignore[arg-type]
    done = rig.client.post(
        f"/d/v1/check-ins/{prompt.check_in_id}",
        json=told | changed,
        headers={"Authorization": f"Bearer {rig.tokens[prompt.device_id]}"},
    )
    rig.judge()
    return done


def newest(rig: Rig, prompt: Prompt) -> Any:
    """Give the answer that stands."""
    return rig.house.store.read(lambda tx: tx.answers.of_prompt(prompt.check_in_id))[-1]
