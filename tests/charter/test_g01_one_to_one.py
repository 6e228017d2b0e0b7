"""Guarantee 1: a photo is compared with the pictures of the one wearer it was asked from.

An invented engine reads who is on a picture from the picture itself, so that whatever goes wrong
around it would show; the engine that ships is asked where the turn of templates is proved.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import skimage.data
import typer
from fastapi import Request
from fastapi.routing import iter_route_contexts
from PIL import Image
from tests.answers import (
    TextFaces,
    answer,
    asked_wearer,
    burst,
    enrol,
    face,
    newest,
    opened_check_ins,
    prompt_of,
)
from tests.rig import Rig
from tests.web.desk import at_desk
from typer.main import get_command
from typer.testing import CliRunner

from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.vault import KeyVault
from fairtag.app.checkins.answering import compare as comparing
from fairtag.app.checkins.answering.compare import compared, read
from fairtag.app.house import House
from fairtag.cli import app
from fairtag.evaluation.faces import lists
from fairtag.evaluation.faces.lists import demand_few
from fairtag.faces.compare import compare
from fairtag.faces.model import Reading, Template
from fairtag.faces.refusals import PairsRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import HOUR
from fairtag.web.device_api.own_routes import OWN
from fairtag.web.device_api.protocols import PROTOCOLS

FIRST, SECOND = WearerId("W-1"), WearerId("W-2")
# Two random directions in 128 dimensions: a cosine beyond 0.35 comes about once in 17,000 times.
STRANGERS = 0.35
CANARIES = ("Canaryella", "Sealington", "W-1", "W-2", "ORD-1", "ORD-2")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Enrol the same face under two wearers."""
    with opened_check_ins(tmp_path_factory.mktemp("one-to-one") / "data") as opened:
        for number in (1, 2):
            asked_wearer(opened, number)
            enrol(opened, number, "ann")
        yield opened


def faces_of(rig: Rig) -> TextFaces:
    faces = rig.house.faces
    assert isinstance(faces, TextFaces)
    return faces


# The same face under two wearers.


def templates(rig: Rig, wearer_id: WearerId) -> list[Template]:
    return rig.house.store.read(lambda tx: tx.enrolments.templates(wearer_id))


def nearest(some: Sequence[Template], others: Sequence[Template]) -> float:
    return max(abs(compare(a, b)) for a, b in itertools.product(some, others))


def test_the_same_face_under_two_wearers_is_two_strangers(rig: Rig) -> None:
    mine, theirs = templates(rig, FIRST), templates(rig, SECOND)
    assert min(compare(a, b) for a, b in itertools.combinations(mine, 2)) > 0.99
    assert nearest(mine, theirs) < STRANGERS


def test_negative_control_with_one_key_for_all_they_would_be_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyVault, "derived", lambda *_, **__: b"one key for everybody ".ljust(32))
    with opened_check_ins(tmp_path / "data") as other:
        for number in (1, 2):
            asked_wearer(other, number)
            enrol(other, number, "ann")
        assert nearest(templates(other, FIRST), templates(other, SECOND)) > 0.99


def portrait() -> bytes:
    """Give a portrait in the public domain (NASA), cut to the head."""
    head = Image.fromarray(skimage.data.astronaut()[:300, 90:360])
    told = io.BytesIO()
    head.resize((540, 600)).save(told, "JPEG", quality=92)
    return told.getvalue()


def test_the_engine_that_ships_sees_one_person_once_and_two_strangers(rig: Rig) -> None:
    engine = FacesApart(answer_s=60.0)
    try:
        house = with_faces(rig.house, engine)
        picture = engine.clean(portrait())
        mine, again, theirs = (
            read(house, wearer_id, [picture])[0].template for wearer_id in (FIRST, FIRST, SECOND)
        )
        walls = engine.walls()
    finally:
        engine.close()
    assert mine is not None
    assert again is not None
    assert theirs is not None
    assert compare(mine, again) > 0.9999
    assert abs(compare(mine, theirs)) < STRANGERS
    assert walls  # what the process apart can't do: no network, no files; `/charter` shows it


def with_faces(house: House, faces: Any) -> House:
    return replace(house, faces=faces)


# No route takes a picture without its question.


def bodies(csrf: str) -> list[tuple[str, bytes]]:
    """Write a picture in every form in which a route could take one."""
    picture = face("ann", 5)
    names = ("manifest", "frame1", "picture", "pictures", "image", "photo", "file", "body")
    edge = b"--edge\r\nContent-Disposition: form-data; "
    parts = [edge + b'name="csrf"\r\n\r\n' + csrf.encode() + b"\r\n"]
    for name in names:
        head = f'name="{name}"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(edge + head.encode() + picture + b"\r\n")
    coded = base64.b64encode(picture).decode()
    return [
        ("image/jpeg", picture),
        ("multipart/form-data; boundary=edge", b"".join(parts) + b"--edge--\r\n"),
        ("application/json", msgspec.json.encode(dict.fromkeys(names, coded))),
        ("application/x-ndjson", msgspec.json.encode({"type": "position", "picture": coded})),
    ]


def routes(rig: Rig) -> list[tuple[str, str]]:
    """List every address of the site that takes something: pages, portal, staff API, devices."""
    found: set[tuple[str, str]] = set()
    site = rig.client.app
    for part, before in ((site._pages, ""), (site._portal, "")):
        for route in iter_route_contexts(part.routes):
            for method in getattr(route, "methods", None) or ():
                found.add((method, before + route.path))
    found |= {(own.method, "/d/v1/" + "/".join(own.path)) for own in OWN}
    for name, protocol in PROTOCOLS.items():
        path = "/d/v1/messages" if name == "v1" else f"/d/{name}"
        found |= {(method, path) for method in protocol.methods}
    return sorted(one for one in found if one[0] != "GET" or one[1].startswith("/d/"))


def untaken(rig: Rig) -> list[str]:
    """Send a picture to every route, as whoever may do most there; name those that looked at it."""
    desk = at_desk(rig, f"sue-{rig.clock.at}", "supervisor")
    staff, device = {"Authorization": f"Bearer {desk.token}"}, rig.tokens["D-1"]
    faces, looked = faces_of(rig), []
    for method, path in routes(rig):
        where = path.replace("*", "nothing")
        while "{" in where:
            where = where[: where.index("{")] + "nothing" + where[where.index("}") + 1 :]
        for kind, body in bodies(desk.csrf):
            faces.asked.clear()
            faces.cleaned = 0
            who = {"Authorization": f"Bearer {device}"} if path.startswith("/d/") else staff
            told = desk.client.request(
                method, where, content=body, headers=who | {"Content-Type": kind}
            )
            if faces.asked or faces.cleaned:
                looked.append(f"{method} {path}")
            if any(one in told.text for one in CANARIES):
                # A device is told of its own order, with a picture or without one.
                plain = desk.client.request(method, where, headers=who)
                if plain.text != told.text:
                    looked.append(f"{method} {path} names somebody")
    return looked


def test_no_route_takes_a_picture_without_a_check_in_or_an_enrolment(rig: Rig) -> None:
    assert len(routes(rig)) > 60
    assert untaken(rig) == []


def test_negative_control_a_route_that_looks_at_a_face_is_noticed(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data") as other:
        asked_wearer(other)
        enrol(other)

        async def who_is_this(request: Request) -> dict[str, str]:
            raw = await request.body()
            if raw.startswith(b"FACE"):
                other.house.faces.read(raw, key=bytes(32))
                return {"wearer": "W-1"}
            return {}

        other.client.app._pages.add_api_route("/who", who_is_this, methods=["POST"])
        assert untaken(other) == ["POST /who", "POST /who names somebody"]


def test_whose_face_it_is_changes_nothing_in_the_answer(rig: Rig) -> None:
    """Somebody else's wearer in the picture gives what a stranger gives, byte for byte."""
    told = []
    for name in ("ann", "cleo"):
        rig.pass_time(2 * HOUR)
        prompt = prompt_of(rig, 1)
        done = answer(rig, prompt, burst(name, since=random.Random(name).randrange(100, 900)))
        told.append((done.status_code, sorted(done.json()), done.json()["advice"]))
    assert told[0] == told[1]


# No command does.


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """List every command with its words."""
    for name in group.list_commands(None):
        found = group.get_command(None, name)
        if hasattr(found, "list_commands"):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name), found


def takes_file(param: Any) -> bool:
    return "Path" in str(param.bare_type()) and param.name not in ("data", "out")


# `serve` answers by the routes above, and runs until it is stopped.
_SERVES = {("serve",)}


def named_by_commands(folder: Path, picture: Path, line: typer.Typer) -> list[str]:
    """Give a picture to each command that takes a file and opens a store; name those that tell."""
    named = []
    for words, command in commands(get_command(line)):
        opens = any(param.name == "data" for param in command.params)
        files = [param for param in command.params if takes_file(param)]
        if words in _SERVES or not (opens and files):
            continue
        told: list[str] = [*words]
        for param in command.params:
            value = str(picture) if takes_file(param) else "nothing"
            value = str(folder) if param.name == "data" else value
            if param.param_type_name == "argument":
                told.append(value)
            elif takes_file(param) or param.required or param.name == "data":
                told += [param.opts[0], value]
        done = CliRunner().invoke(line, told)
        if any(one in done.output for one in CANARIES):
            named.append(" ".join(words))
    return named


def test_no_command_takes_a_face_and_gives_a_person(tmp_path: Path) -> None:
    picture = tmp_path / "face.jpg"
    picture.write_bytes(face("ann", 901))
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig)
        enrol(rig)
    assert len(list(commands(get_command(app)))) > 30
    assert named_by_commands(tmp_path / "data", picture, app) == []


def test_negative_control_a_command_that_searches_is_noticed(tmp_path: Path) -> None:
    picture = tmp_path / "face.jpg"
    picture.write_bytes(face("ann", 901))

    line = typer.Typer()

    @line.callback()
    def _root() -> None:
        """Stand for the command line."""

    @line.command("identify")
    def identify(photo: Path, data: Path = Path()) -> None:
        typer.echo(f"{photo.name} is W-1 of {data}")

    assert named_by_commands(tmp_path, picture, line) == ["identify"]


# Repeating and permuting changes no score.


def scores(house: House, calls: Sequence[tuple[WearerId, tuple[bytes, ...]]]) -> list[float | None]:
    return [compared(house, wearer_id, frames).verdict.score for wearer_id, frames in calls]


def changed(house: House) -> int:
    """Count scores that differ when calls are mixed, repeated, and their frames turned round."""
    calls = [
        (wearer_id, tuple(burst(name, since=since)))
        for wearer_id in (FIRST, SECOND)
        for name, since in (("ann", 1), ("bob", 20), ("ann", 40))
    ]
    before = dict(zip(calls, scores(house, calls), strict=True))
    chance, differ = random.Random(5), 0
    for _ in range(6):
        mixed = [*calls, *calls]
        chance.shuffle(mixed)
        turned = [(who, tuple(chance.sample(frames, len(frames)))) for who, frames in mixed]
        after = scores(house, turned)
        differ += sum(before[call] != score for call, score in zip(mixed, after, strict=True))
    return differ


def test_repeating_or_permuting_calls_changes_no_score(rig: Rig) -> None:
    assert changed(rig.house) == 0


class LearningFaces(TextFaces):
    """An engine that remembers whom it saw last."""

    last: Reading | None = None

    def read(self, picture: bytes, *, key: bytes) -> Reading:
        found, self.last = self.last, super().read(picture, key=key)
        return found or self.last


def test_negative_control_an_engine_that_learns_is_noticed(rig: Rig) -> None:
    assert changed(with_faces(rig.house, LearningFaces())) > 0


# What the engine is given.


def given_ids(asked: Sequence[tuple[bytes, bytes]]) -> list[str]:
    told = [b"|".join(parts) for parts in asked]
    return [one for one in CANARIES for each in told if one.encode() in each]


def test_the_engine_is_given_pictures_and_a_key_and_no_id(rig: Rig) -> None:
    faces = faces_of(rig)
    faces.asked.clear()
    rig.pass_time(2 * HOUR)
    answer(rig, prompt_of(rig, 2), burst("ann", since=950))
    assert [picture for picture, _ in faces.asked] == burst("ann", since=950)
    assert given_ids(faces.asked) == []


def test_negative_control_an_id_beside_the_picture_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(_self: KeyVault, _purpose: str, *, wearer_id: WearerId) -> bytes:
        return wearer_id.encode().ljust(32)

    monkeypatch.setattr(KeyVault, "derived", named)
    faces = faces_of(rig)
    faces.asked.clear()
    compared(rig.house, FIRST, burst("ann"))
    assert given_ids(faces.asked) == ["W-1"] * 3


def test_the_turn_of_a_wearer_is_in_no_id_and_ends_with_the_wearer_s_key(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "a") as one, opened_check_ins(tmp_path / "b") as other:
        for each in (one, other):
            asked_wearer(each)
        keys = [
            each.house.vault.derived(comparing.PURPOSE, wearer_id=FIRST) for each in (one, other)
        ]
        assert keys[0] != keys[1]
        one.house.vault.end_wearer(FIRST)
        with pytest.raises(Exception, match="gone"):
            one.house.vault.derived(comparing.PURPOSE, wearer_id=FIRST)


def test_a_wearer_s_picture_is_no_match_for_anybody_else(rig: Rig) -> None:
    """Who is enrolled elsewhere is nobody here: W-1's picture for W-2, who is somebody else."""
    asked_wearer(rig, 3)
    enrol(rig, 3, "dora")
    rig.pass_time(2 * HOUR)
    prompt = prompt_of(rig, 3)
    answer(rig, prompt, burst("ann", since=970))
    assert newest(rig, prompt).result == "refer"


def searched(meets: int) -> None:
    """Let one picture meet others in a list to evaluate."""
    names = [f"p{n}" for n in range(meets + 1)]
    contents = {name: hashlib.sha256(name.encode()).hexdigest() for name in names}
    demand_few([(("p0",), [(one,) for one in names[1:]])], contents)


def test_a_list_in_which_one_picture_meets_more_than_20_others_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched(20)
    with pytest.raises(PairsRefused, match="search by face"):
        searched(21)
    # Negative control: without its bound the list would be taken.
    monkeypatch.setattr(lists, "MOST_REFERENCES", 10_000)
    searched(21)
