"""Equipment and welfare go to support; nothing an alert says means 'breach'. Charter G2."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from tests.unit.alerts.specimens import finding, raised

import fairtag
from fairtag.alerts import escalate, later, practicable
from fairtag.alerts.model import Alert, AlertAct, AlertState, Cause
from fairtag.app import compare_books, reconcile
from fairtag.app.permissions import Act
from fairtag.custody.opening import Purpose
from fairtag.rules import words
from fairtag.rules.finding import AGAINST_WEARER, Kind, State
from fairtag.web.console import words as shown

# Source: contract §5, 'for: authority'.
AUTHORITY = frozenset(
    {
        "curfew.late_start",
        "curfew.late_return",
        "curfew.left",
        "curfew.out_at_end",
        "curfew.absent_whole",
        "zone.entered",
        "zone.left",
        "attendance.missed",
        "tamper.strap",
        "tamper.case",
        "body.off_long",
        "checkin.missed",
        "checkin.identity_unconfirmed",
    }
)
URGENT = frozenset({"zone.entered", "tamper.strap", "wearer.help"})  # same section
FORBIDDEN = re.compile(
    r"breach|violat|offen[cd]|non[- ]?compli|abscond|guilt|crim|infring|convict|suspect",
    re.IGNORECASE,
)
ENUMS: tuple[type[StrEnum], ...] = (AlertState, Cause, Kind, State, Act, Purpose)
# They quote the guarantee itself, which says who may speak of a breach.
QUOTES_THE_CHARTER = frozenset({"charter.html"})


def accuses(told: str) -> bool:
    return FORBIDDEN.search(told) is not None


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_goes_to_whom_the_contract_says(kind: Kind) -> None:
    alert = raised(finding(kind))

    assert alert.recipient == ("authority" if kind in AUTHORITY else "support")
    assert (alert.priority == "urgent") == (kind in URGENT)


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(AGAINST_WEARER)))
def test_a_support_matter_has_an_owner_and_says_that_it_does_not_count(kind: Kind) -> None:
    told = words._TOLD[kind]

    assert raised(finding(kind)).owner == "ann"
    assert "breach" not in told


def test_matters_of_the_house_say_that_they_do_not_count_against_the_wearer() -> None:
    assert "does not count against the wearer" in reconcile._NOT_AGAINST
    assert "does not count against the wearer" in practicable._ASKED["en"]


def test_no_state_kind_cause_or_act_accuses() -> None:
    names = [str(value) for enum in ENUMS for value in enum]
    names += [name for one in (Alert, AlertAct) for name in get_type_hints(one)]
    names += get_args(get_type_hints(AlertAct)["what"])
    names += [escalate.ROSTER_EMPTY, escalate.NOT_REACHED, later.LATER_DATA]
    names += [value for name, value in vars(compare_books).items() if name.isupper() and value]
    assert [name for name in names if isinstance(name, str) and accuses(name)] == []


def test_no_word_that_an_officer_reads_accuses() -> None:
    told = [*words._TOLD.values(), *words._ENDS.values(), *reconcile._WORDS.values()]
    told += [*shown.KINDS.values(), *shown.CAUSES.values(), later._TOLD, reconcile._NOT_AGAINST]
    for sentences in (escalate._EMPTY, escalate._UNREACHED, practicable._ASKED, reconcile._BEHIND):
        told += sentences.values()
    assert [one for one in told if accuses(one)] == []


def test_no_page_accuses() -> None:
    folder = Path(fairtag.__file__).parent / "web/console/templates"
    pages = {page.name: page.read_text() for page in folder.glob("*.html")}
    assert pages
    assert {name for name, told in pages.items() if accuses(told)} <= QUOTES_THE_CHARTER


@pytest.mark.parametrize("told", ["In breach", "curfew.violation", "offender", "Non-compliant"])
def test_an_accusing_word_is_noticed(told: str) -> None:
    """Negative control of the three tests above."""
    assert accuses(told)


def test_every_kind_of_the_house_has_a_name_on_the_pages() -> None:
    kinds = {*reconcile._WORDS, reconcile.JUDGING_BEHIND, later.LATER_DATA, practicable.PRACTICABLE}
    kinds |= {escalate.ROSTER_EMPTY, escalate.NOT_REACHED, *Kind}

    assert kinds - set(shown.KINDS) == set()
