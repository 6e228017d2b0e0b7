"""What a matter and a finding say of themselves, and how a finding is written down."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec.structs import replace
from tests.unit.rules.nights import at, fix

from fairtag.intake.messages import ref_of
from fairtag.rules.finding import (
    AGAINST_WEARER,
    SILENCES,
    Cause,
    Evidence,
    Finding,
    Kind,
    State,
    as_json,
    id_of,
    sort_key,
)
from fairtag.rules.matter import Matter, evidence_of
from fairtag.terms.instants import Micros, text

LEFT = Matter(kind=Kind.CURFEW_LEFT, condition_id="c1", began_at=at(5))


def test_a_matter_ends_no_earlier_than_it_began() -> None:
    assert LEFT.end(at(9), decided=at(12)) == replace(LEFT, ended_at=at(9), closed_at=at(12))
    assert LEFT.end(at(1), decided=at(12)).ended_at == at(5)


def test_a_matter_says_nothing_that_is_not_known() -> None:
    one = Matter(kind=Kind.WEARER_HELP, began_at=at(5))

    assert (one.condition_id, one.device_id, one.part_of) == (None, None, None)
    assert (one.ended_at, one.closed_at, one.cause) == (None, None, None)
    assert one.known_until is None
    assert (one.certainty, one.evidence) == (None, ())
    assert one.is_of_old_data is False
    assert json.loads(msgspec.json.encode(one)) == [  # as a snapshot keeps it
        "wearer.help", None, None, at(5), None, None, None, [], None, False, None, None
    ]  # fmt: skip


def test_what_can_be_open_only_once_has_a_name() -> None:
    assert LEFT.key == ("curfew.left", "c1", "")
    assert Matter(kind=Kind.TAMPER_STRAP, device_id="D-1", began_at=at(0)).key == (
        "tamper.strap",
        "",
        "D-1",
    )


def test_only_an_absence_excuses() -> None:
    told = [replace(LEFT, cause=one).is_excused for one in (None, "mock", *Cause)]

    assert told == [False, False, True, False]


def test_evidence_is_a_number_or_the_content() -> None:
    assert evidence_of(fix(3, seq=0)) == Evidence(seq=0, at=at(3))
    assert evidence_of(fix(3)) == Evidence(ref=ref_of(fix(3)), at=at(3))


def test_evidence_says_which_message_and_nothing_more() -> None:
    number, content = Evidence(seq=1, at=at(0)), Evidence(ref="h_2", at=at(0))

    assert msgspec.to_builtins(number) == {"seq": 1, "at": at(0)}
    assert msgspec.to_builtins(content) == {"ref": "h_2", "at": at(0)}
    with pytest.raises(AttributeError):
        number.seq = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Evidence(1, "h_2", at(0))  # type: ignore[misc]


# Contract §5

NAMES = """
curfew.late_start curfew.late_return curfew.left curfew.out_at_end curfew.absent_whole
zone.entered zone.left attendance.missed tamper.strap tamper.case body.off_long
checkin.missed checkin.identity_unconfirmed contact.lost location.lost location.doubtful
battery.low battery.dead equipment.fault checkin.needs_review wearer.help
monitoring.not_started monitoring.silent_24h monitoring.silent_72h monitoring.no_order
monitoring.never_fixed input.quarantined input.too_late
"""


def test_others_know_kinds_states_and_causes_by_these_names() -> None:
    assert [str(one) for one in Kind] == NAMES.split()
    assert [str(one) for one in State] == ["opened", "closed", "corrected", "withdrawn"]
    assert [str(one) for one in Cause] == ["excused", "offline_data_arrived"]
    assert {str(one) for one in SILENCES} == {
        "contact.lost",
        "monitoring.silent_24h",
        "monitoring.silent_72h",
    }


def finding(**more: object) -> Finding:
    told = {
        "finding_id": "f_1",
        "rev": 2,
        "order_id": "ORD-1",
        "condition_id": "c1",
        "device_id": None,
        "kind": Kind.CURFEW_LEFT,
        "state": State.CLOSED,
        "cause": "excused",
        "part_of": "f_0",
        "began_at": at(5),
        "ended_at": at(9),
        "decided_at": at(10),
        "late": True,
        "certainty": 0.997,
        "evidence": (Evidence(seq=17, at=at(5)), Evidence(ref="h_2", at=at(6))),
        "rule": "curfew@1",
        "settings": "sha256:0",
        "tzdata": "2026.6",
        "words": {"en": "So."},
    }
    return Finding(**(told | more))


def test_a_line_is_the_contracts() -> None:
    line = as_json(finding())

    assert json.loads(line) == {
        "format": "fairtag-finding/1",
        "finding_id": "f_1",
        "rev": 2,
        "order_id": "ORD-1",
        "condition_id": "c1",
        "device_id": None,
        "kind": "curfew.left",
        "state": "closed",
        "cause": "excused",
        "part_of": "f_0",
        "began_at": text(at(5)),
        "ended_at": text(at(9)),
        "decided_at": text(at(10)),
        "late": True,
        "certainty": 0.997,
        "evidence": [{"seq": 17, "at": text(at(5))}, {"ref": "h_2", "at": text(at(6))}],
        "rule": "curfew@1",
        "settings": "sha256:0",
        "tzdata": "2026.6",
        "for": "authority",
        "priority": "normal",
        "words": {"en": "So."},
    }
    assert line.startswith(b'{"format":"fairtag-finding/1","finding_id":')
    assert json.loads(as_json(finding(ended_at=None)))["ended_at"] is None


def test_a_finding_says_nothing_that_is_not_known_and_does_not_change() -> None:
    more = ("device_id", "cause", "part_of", "ended_at", "late", "certainty", "evidence")
    told = {name: getattr(finding(), name) for name in finding().__struct_fields__}
    bare = Finding(**{name: one for name, one in told.items() if name not in more})

    assert [getattr(bare, name) for name in more] == [None, None, None, None, False, None, ()]
    assert bare.late is False
    with pytest.raises(AttributeError):
        bare.rev = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        Finding(*told.values())


@pytest.mark.parametrize("kind", Kind)
def test_who_is_told_and_how_soon(kind: Kind) -> None:
    one = finding(kind=kind)
    urgent = {"zone.entered", "tamper.strap", "wearer.help"}
    families = ("curfew.", "zone.", "attendance.", "tamper.", "body.")
    is_authority = kind.startswith(families) or kind in {
        "checkin.missed",
        "checkin.identity_unconfirmed",
    }

    assert one.recipient == ("authority" if is_authority else "support")
    assert (kind in AGAINST_WEARER) == is_authority
    expected = "urgent" if kind in urgent else "low" if kind == "battery.low" else "normal"
    assert one.priority == expected


def test_a_name_is_a_hash_of_what_the_matter_is() -> None:
    """The digest was told by sha256sum and base32 of a shell."""
    name = id_of("ORD-1", "c1", Kind.CURFEW_LEFT, Micros(0))

    assert name == "f_c2tuumobrszwby4ub45v6wnlm4"
    others = {
        id_of("ORD-2", "c1", Kind.CURFEW_LEFT, Micros(0)),
        id_of("ORD-1", None, Kind.CURFEW_LEFT, Micros(0)),
        id_of("ORD-1", "c1", Kind.CURFEW_LATE_START, Micros(0)),
        id_of("ORD-1", "c1", Kind.CURFEW_LEFT, Micros(1)),
        id_of("ORD-1", "c1", Kind.CURFEW_LEFT, Micros(0), again=1),
        id_of("ORD-1", "c1", Kind.CURFEW_LEFT, Micros(0), again=2),
        name,
    }
    assert len(others) == 7
    of_nothing = {id_of("ORD-1", one, Kind.WEARER_HELP, Micros(0)) for one in ("", None)}
    assert of_nothing == {"f_gqtefev2ywbfpjut5kowp7qyri"}


def test_findings_are_in_the_contracts_order() -> None:
    told = [
        finding(condition_id=None, kind=Kind.WEARER_HELP),
        finding(condition_id="A1"),
        finding(kind=Kind.CURFEW_LEFT, began_at=at(1)),
        finding(kind=Kind.CURFEW_LEFT, began_at=at(2)),
        finding(kind=Kind.CURFEW_OUT_AT_END, began_at=at(0)),
        finding(condition_id="c2", kind=Kind.CURFEW_LEFT, began_at=at(0)),
        finding(condition_id="a1", decided_at=at(11)),
    ]

    mixed = [told[n] for n in (3, 5, 0, 2, 6, 4, 1)]
    assert sorted(mixed, key=sort_key) == told
