"""After 72 hours of silence the authority is asked whether monitoring is still practicable."""

from __future__ import annotations

from msgspec.structs import replace
from tests.unit.alerts.specimens import ROSTER, at, finding, raised

from fairtag.alerts.escalate import escalation
from fairtag.alerts.gather import NOTHING, Change
from fairtag.alerts.model import Alert, AlertState
from fairtag.alerts.practicable import PRACTICABLE, ask
from fairtag.rules.finding import Finding, Kind, State
from fairtag.terms.ids import AlertId

SILENT = finding(Kind.MONITORING_SILENT_72H)


def asked(one: Finding, *alerts: Alert) -> Change:
    return ask(one, alerts, now=at(0), new_id=lambda: AlertId("a_2"))


def test_the_question_goes_to_the_authority_and_the_silence_to_support() -> None:
    alert = asked(SILENT).alert

    assert alert is not None
    assert (alert.kind, alert.recipient, alert.priority) == (PRACTICABLE, "authority", "normal")
    assert raised(SILENT).recipient == "support"


def test_the_supervisor_is_told_of_the_question_once() -> None:
    alert = asked(SILENT).alert
    assert alert is not None

    due = escalation(alert, ROSTER, now=at(1))

    assert due is not None
    assert (due.to, due.urgency) == ((ROSTER[2].to,), "normal")
    assert escalation(due.alert, ROSTER, now=at(600)) is None


def test_it_is_asked_once_a_silence() -> None:
    question = asked(SILENT).alert
    assert question is not None

    assert asked(replace(SILENT, rev=2), question) is NOTHING
    assert asked(replace(SILENT, rev=2), raised(SILENT)) is NOTHING


def test_data_that_come_back_mark_the_question_and_a_person_closes_it() -> None:
    question = asked(SILENT).alert
    assert question is not None

    back = asked(replace(SILENT, rev=2, state=State.CLOSED, ended_at=at(9)), question).alert

    assert back is not None
    assert (back.is_over, back.state) == (True, AlertState.RAISED)


def test_other_silences_ask_nothing() -> None:
    assert asked(finding(Kind.MONITORING_SILENT_24H)) is NOTHING
