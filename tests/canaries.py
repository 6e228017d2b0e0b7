"""Words and places that nobody must find, and a house in which all of them were said.

Each canary goes in by the way in which such a thing comes in: the order, a device, a form. What
comes out is then searched for them, byte by byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.discloser import Discloser, discloser
from tests.erasing import hold
from tests.rig import PASSWORD, Rig, walk_out
from tests.web.desk import at_desk

from fairtag.alerts.model import Cause, DutyEntry
from fairtag.app.complaints.answer import answer_complaint, name_person
from fairtag.app.complaints.record import complain
from fairtag.app.handle_alert import close, log_contact
from fairtag.app.open_record import open_evidence
from fairtag.app.openings.break_glass import break_glass, review
from fairtag.app.openings.circles import assign, declare_interest, note_apart
from fairtag.app.openings.delay import delay_notice
from fairtag.app.openings.read import read_positions
from fairtag.app.outside.name import name_contact
from fairtag.app.outside.tell import see_outside
from fairtag.app.put_order import mark_in
from fairtag.app.set_duty import set_duty
from fairtag.app.wearer.contest import contest
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY

THIRD, CASE, ADDRESS = b"Maryanne Canarywit", b"Canarycase", b"canarylawyer"
CANARIES = (
    *(b"Canaryella", b"Sealington", b"1991-02-03", b"Freedonian"),  # who
    *(b"53.48", b"53.50", b"-2.2376", b"-2.2426"),  # where
    *(
        b"whispered",
        b"Canarycontest",
        b"Canarycomplaint",
        b"Canaryreply",
        b"Canaryreason",
        b"Canarydanger",
        b"Canaryraw",
    ),  # what
    *(THIRD, CASE, ADDRESS),
)


def leaks(told: bytes, *, save: tuple[bytes, ...] = ()) -> set[bytes]:
    """List the canaries that are in some bytes."""
    return {one for one in CANARIES if one in told and one not in save}


@dataclass(slots=True)
class Scene:
    """A house in which everything was said, and whoever works there."""

    rig: Rig
    people: Discloser
    alert: AlertId  # urgent and open
    package: str  # waits to be fetched


def everything(rig: Rig) -> Scene:
    """Let everything be said that may be said about a wearer; the order's review is never made."""
    people = discloser(rig)
    rig.tokens.pop("olga", None)
    device = rig.wearer(ends_at="2027-12-01T00:00:00Z")
    walk_out(rig, device)
    rig.event(device, "battery_low")
    heads = {"Authorization": f"Bearer {rig.tokens[device]}"}
    rig.client.post("/d/v1/messages", content="Canaryraw {", headers=heads)
    by_kind = {one["kind"]: AlertId(one["alert_id"]) for one in rig.alerts()}
    _written(rig, people, by_kind)
    hold(rig, case=CASE.decode())
    people.recipient()
    told = "to show what Canaryella whispered"
    package = people.packed(purpose=told)
    named = {
        "order": "ORD-1",
        "whom": "representative",
        "to": f"mailto:{ADDRESS.decode()}@x.example",
    }
    at_desk(rig, "olaf", "officer").send("/told", **named)
    entry = DutyEntry(step="first", user_id="sara", to="mailto:sara@h.example")
    set_duty(rig.house, [entry], by="test")
    return Scene(rig=rig, people=people, alert=by_kind["zone.entered"], package=package)


def _written(rig: Rig, people: Discloser, by_kind: dict[str, AlertId]) -> None:
    """Write down what people say in words of their own."""
    urgent, low = by_kind["zone.entered"], by_kind["battery.low"]
    who = people.officer
    open_evidence(rig.house, urgent, person=who, purpose="handle_alert")
    log_contact(rig.house, urgent, person=who, how="phone", reached=True, told="whispered: help.")
    note_apart(rig.house, who, urgent, told=f"{THIRD.decode()} is afraid.")
    contest(rig.house, WearerId("W-1"), text="Canarycontest: I was at work.")
    made = complain(rig.house, WearerId("W-1"), text="Canarycomplaint: they shouted at me.")
    reply = "Canaryreply: we have heard the recording."
    answer_complaint(rig.house, people.second, made.complaint_id, outcome="upheld", text=reply)
    close(rig.house, low, person=who, cause=Cause.EQUIPMENT, reason="Canaryreason: a worn cable.")
    told = "Canarydanger: she fears for her life"
    break_glass(rig.house, who, OrderId("ORD-1"), incident="7", reason=told, password=PASSWORD)


def opened_and_told(rig: Rig) -> None:
    """Leave a row in each table about openings and about who is told; there is an open alert."""
    house, order, wearer = rig.house, OrderId("ORD-1"), WearerId("W-1")
    who, other = rig.person("gil", "officer", by="adam"), rig.person("gina", "supervisor", by="eve")
    rig.tokens.pop("gil"), rig.tokens.pop("gina")
    rig.pass_time(2 * DAY)  # until then neither may be the other's second person
    grant = break_glass(house, who, order, incident="7", reason="She is afraid.", password=PASSWORD)
    read_positions(house, grant.grant_id, person=who)
    delay_notice(house, who, grant.grant_id, reason="danger", words="Canarydanger")
    review(house, other, grant.grant_id, verdict="justified", reason="The call was real.")
    (alert,) = house.store.read(lambda tx: tx.alerts.open_for(order))[:1]
    note_apart(house, who, alert.alert_id, told=f"{THIRD.decode()} is afraid.")
    contest(house, wearer, text="Canarycontest: I was at work.")
    made = complain(house, wearer, text="Canarycomplaint: they shouted at me.")
    name_person(house, other, made.complaint_id, about="gil")
    reply = "Canaryreply: we have heard the recording."
    answer_complaint(house, other, made.complaint_id, outcome="upheld", text=reply)
    assign(house, order, "gil", is_assigned=True, by="test")
    declare_interest(house, other, "W-9", of_user=None)
    name_contact(house, order, whom="wearer", to="mailto:w@x.example", by="test")
    lapse(rig, order)


def lapse(rig: Rig, order: OrderId) -> None:
    """Mark an order as lapsed, as the clock of reviews does, and tell whoever must be told."""
    now = rig.clock.at
    rig.house.store.transact(
        lambda tx: mark_in(tx, order, "lapse", at=now, now=now, by="machine", reason="No review.")
    )
    assert see_outside(rig.house) > 0
