"""Guarantee 10: data leave in a disclosure that named people decided, and by no other way.

Canaries (a name, a date of birth, coordinates, what anybody wrote) go in; then everything that came
out by each way of the register is searched for them, byte by byte. A way without a probe fails.
"""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.arch.test_egress import SOURCE, all_sites, registered, sites
from tests.canaries import ADDRESS, CANARIES, CASE, Scene, everything, leaks
from tests.discloser import WHY, Discloser, discloser
from tests.ports import free_port
from tests.rig import Rig, opened_rig, walk_out
from tests.seals import seal_nothing
from tests.ways import APART, PROBES, by_webhook, metrics, store

from fairtag.adapters.notify import WebhookNotifier
from fairtag.app.disclosure.ask import propose, request
from fairtag.app.disclosure.deliver import hand_over, pack
from fairtag.app.disclosure.emergency import Call, open_minimum, record_said, review, reviews
from fairtag.app.ports import Notice, Transaction
from fairtag.disclosure.egress import WAYS
from fairtag.disclosure.emergency import Ground
from fairtag.disclosure.scope import OPEN_FOR, Category
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import FairtagError, SecondPersonRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.web.ops import PRIORITIES

# What one may read there on purpose: a hold's case is the wearer's to see (G5), and so is the
# answer to their complaint; a letter has an address on its envelope.
READ_BY_ITS_OWN = {
    "the wearer's own page": (CASE, b"Canaryreply"),
    "device inbox and receipts": (b"Canaryreply",),  # the answer to the wearer's own complaint
    "mail": (ADDRESS,),
}
TRACERS = ("opentelemetry", "ddtrace", "sentry_sdk", "elasticapm", "newrelic")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with opened_rig(tmp_path_factory.mktemp("all") / "data") as rig:
        yield everything(rig)


def test_every_way_of_the_register_is_searched() -> None:
    """And every way that the source holds stands in the register."""
    assert {way.name for way in WAYS} == set(PROBES) | set(APART)
    assert [site for site in all_sites() if not registered(site)] == []
    assert [way.name for way in WAYS if way.name in APART and way.is_personal] == []


def test_negative_control_an_unregistered_way_is_noticed() -> None:
    (site,) = sites(
        "import httpx\ndef tell(n):\n    httpx.post('https://x', json=n)\n", "app/new.py"
    )
    assert not registered(site)


def test_nothing_personal_leaves_by_any_way(
    scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = scene.people.files(scene.people.packed())
    found = {}
    for name, probe in PROBES.items():
        told = probe(scene, tmp_path_factory.mktemp("way"))
        assert told, name
        found[name] = leaks(told, save=READ_BY_ITS_OWN.get(name, ()))
    assert {name: told for name, told in found.items() if told} == {}
    # The search can see: the very same data are there once two people opened them.
    assert len(leaks(b"".join(files.values()))) >= 9


def test_negative_control_a_house_that_seals_nothing_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_nothing(monkeypatch)
    with opened_rig(tmp_path / "open") as rig:
        assert leaks(store(everything(rig), tmp_path)) == set(CANARIES)


def test_negative_control_a_notifier_that_adds_a_name_is_found(rig: Rig, tmp_path: Path) -> None:
    scene = everything(rig)

    class Talkative(WebhookNotifier):
        def send(self, notice: Notice, *, to: str) -> None:
            who = rig.house.store.read(lambda tx: tx.orders.identity(OrderId("ORD-1")))
            super().send(Notice(reference=who.given, urgency="normal", link=notice.link), to=to)

    heard = by_webhook(scene, tmp_path, make=lambda key: Talkative(key=key, clock=rig.clock))
    assert leaks(heard) == {b"Canaryella"}


@pytest.mark.parametrize("name", ["pages", "the wearer's own page", "metrics", "log lines"])
def test_negative_control_a_way_that_carries_too_much_is_found(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Break each kind of answer as a careless hand would."""
    rig = scene.rig
    who = rig.house.store.read(lambda tx: tx.orders.identity(OrderId("ORD-1"))).given
    if name == "pages":
        monkeypatch.setattr("fairtag.web.console.words.title", lambda _: f"Alert of {who}")
    elif name == "the wearer's own page":
        monkeypatch.setitem(_words(), "lead", f"Dear {who}")
    elif name == "metrics":
        monkeypatch.setattr("fairtag.web.ops.PRIORITIES", (*PRIORITIES, who))
    else:
        monkeypatch.setattr("fairtag.app.run_service.log", _Careless())
    assert b"Canaryella" in PROBES[name](scene, tmp_path)


def _words() -> dict[str, str]:
    from fairtag.web.portal import words  # noqa: PLC0415 - broken on purpose, here alone

    return words.WORDS


class _Careless:
    """Logs what an error says, as a logger does that is left as it comes."""

    def error(self, event: str, **told: object) -> None:
        import structlog  # noqa: PLC0415

        structlog.get_logger().error(event, **told, said=str(sys.exc_info()[1]))


def test_labels_come_from_a_list(scene: Scene, tmp_path: Path) -> None:
    told = metrics(scene, tmp_path).decode()
    labels = {
        (name, value)
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        for name, value in sample.labels.items()
    }
    assert labels <= {("priority", one) for one in PRIORITIES}


def tracers(source: str) -> set[str]:
    """List what a module imports that would send spans of its own accord."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        found |= {one for one in names if one.partition(".")[0] in TRACERS}
    return found


def test_there_is_no_span_that_could_carry_anything() -> None:
    assert [path for path in SOURCE.rglob("*.py") if tracers(path.read_text())] == []
    assert tracers("from opentelemetry import trace") == {"opentelemetry"}  # negative control


@dataclass(frozen=True, slots=True)
class Said:
    """What a running service wrote on its two streams."""

    told: bytes


def served(data: Path, use: Callable[[str], None]) -> Said:
    """Run `fairtag serve` as a process of its own while `use` asks it; gives what it wrote."""
    port = free_port()
    words = ["-m", "fairtag", "serve", "--data", str(data), "--port", str(port)]
    held = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ
    )
    try:
        use(f"http://127.0.0.1:{port}")
    finally:
        held.send_signal(signal.SIGINT)
        told, _ = held.communicate(timeout=60)
    return Said(told)


def test_a_running_service_writes_nothing_of_what_it_is_told(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        rig.wearer()
        token = rig.tokens["D-1"]

    def ask(address: str) -> None:
        transport = httpx.HTTPTransport(retries=60)
        with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
            _wait(client)
            where = {"lat": "53.4808", "lon": "-2.2426", "id": "Canaryella"}
            client.get(f"/d/osmand/{token}", params=where)
            client.get("/d/osmand/Canaryella", params=where)
            client.post("/d/v1/messages", content=b"Canaryella 53.4808")
            client.post("/sign-in", data={"name": "Canaryella", "password": "Sealington"})
            client.get("/alerts/Canaryella?where=53.4808")
            client.post("/api/v1/sessions", json={"name": "Canaryella", "password": "whispered"})
            client.request("CANARYELLA", "/Sealington")

    said = served(tmp_path / "data", ask).told
    assert b"fairtag listens" in said
    assert leaks(said) == set()
    assert token.encode() not in said


def _wait(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise AssertionError("the service did not come up")


@pytest.fixture
def people(rig: Rig) -> Discloser:
    made = discloser(rig)
    made.recipient()
    rig.wearer()
    walk_out(rig, "D-1")
    return made


def tried(people: Discloser, what: str) -> bytes:
    """Try to get data out without one thing that a disclosure needs; gives what left."""
    rig, house, who = people.rig, people.rig.house, people.officer
    lacking: dict[str, dict[str, object]] = {
        "recipient": {"recipient_id": "nobody"},
        "gateway": {"gateway": "crime"},  # not a court's ground
        "purpose": {"purpose": ""},
        "scope": {"categories": frozenset()},
        "authority": {"authority": " "},
    }
    asked = request(house, who, people.wanted(**lacking.get(what, {})))
    proposal = propose(house, who, asked.disclosure_id, reason=WHY)
    if what != "second person":
        people.agree(proposal)
    pack(house, who, asked.disclosure_id)
    if what == "expiry":
        rig.clock.at = Micros(rig.clock.at + OPEN_FOR)
    return hand_over(house, who, asked.disclosure_id)


NEEDED = ("recipient", "gateway", "purpose", "scope", "authority", "second person", "expiry")


@pytest.mark.parametrize("what", NEEDED)
def test_without_it_nothing_leaves(people: Discloser, what: str) -> None:
    with pytest.raises(FairtagError):
        tried(people, what)
    waiting = people.rig.house.parcels.names()
    assert waiting == [] or what == "expiry"


def test_with_all_of_it_a_sealed_package_leaves_once_and_in_the_log(people: Discloser) -> None:
    sealed = tried(people, "nothing")
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert leaks(sealed) == set()
    log = people.rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry.what for one in log if one.entry.operation == "disclosure"]
    steps = ("asked", "proposed", "approved", "packed", "fetched")
    assert told == [f"disclosure.{one}" for one in steps]


def test_negative_control_a_package_without_its_second_person_is_noticed(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(tx: Transaction, proposal_id: str, *_: object, **__: object) -> tuple[Proposal, str]:
        return tx.proposals.get(proposal_id)[0], ""

    monkeypatch.setattr("fairtag.app.disclosure.deliver.carry_out", alone)
    with pytest.raises(pytest.fail.Exception):
        test_without_it_nothing_leaves(people, "second person")


def test_a_package_holds_its_scope_and_no_other_wearer(people: Discloser) -> None:
    rig = people.rig
    rig.wearer(2)
    rig.say("D-2", rig.line("D-2", lat=53.4999))
    files = people.files(people.packed(categories=frozenset({Category.POSITIONS})))
    whole = b"".join(files.values())
    assert b"53.50" in whole
    assert leaks(whole) & {b"Canaryella", b"Sealington", b"1991-02-03", b"Freedonian"} == set()
    for other in (b"W-2", b"D-2", b"53.4999"):
        assert other not in whole


def test_in_an_emergency_one_person_tells_the_minimum_and_another_looks_within_a_day(
    people: Discloser,
) -> None:
    rig = people.rig
    call = Call(recipient="PC 1", called_back="101", incident="7", ground=Ground.LIFE)
    shown = open_minimum(rig.house, people.officer, OrderId("ORD-1"), call)
    name = shown.disclosure_id
    assert leaks(shown.words.encode()) == {b"Canaryella", b"Sealington", b"53.50", b"-2.2376"}
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry for one in log if one.entry.what == "disclosure.opened"]
    assert [(one.actor, one.wearer_id) for one in told] == [("otto", "W-1")]
    record_said(rig.house, people.officer, name, said=shown.words, to="PC 1")
    asked, steps = rig.house.store.read(lambda tx: tx.disclosures.get(name))
    kept = {key: value for one in steps for key, value in one.told.items()}
    assert (kept["recipient"], kept["called_back"], kept["incident"]) == ("PC 1", "101", "7")
    assert (kept["said"], asked.gateway) == (shown.words, "threat_to_life")

    own = open_minimum(rig.house, people.second, OrderId("ORD-1"), call).disclosure_id
    with pytest.raises(SecondPersonRefused):
        review(rig.house, people.second, own, verdict="right", note="It was my own call.")
    rig.clock.at = Micros(rig.clock.at + DAY)
    assert {one.state for one in reviews(rig.house)} == {"overdue"}
    review(rig.house, people.second, name, verdict="right", note="A real threat it was.")
    states = {one.disclosure_id: one.state for one in reviews(rig.house)}
    assert states == {name: "done", own: "overdue"}
