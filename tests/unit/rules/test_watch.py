"""Which silences does leave excuse?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.property.lives import BEGIN, absence, ruling

from fairtag.orders.model import Covers
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import view_of
from fairtag.rules.watch import Watch
from fairtag.terms.instants import HOUR, MINUTE, Micros

LEAVE = replace(absence(10, 120, 300), covers=frozenset({Covers.CONTACT}))


@pytest.mark.parametrize(
    ("kind", "is_excused"),
    [(Kind.CONTACT_LOST, True), (Kind.TAMPER_STRAP, False), (Kind.BATTERY_LOW, False)],
)
def test_leave_from_contact_excuses_silence_and_nothing_else(
    kind: Kind, *, is_excused: bool
) -> None:
    rulings = (ruling([LEAVE]),)
    before = view_of(rulings, BEGIN, DEFAULTS)
    clock = Micros(BEGIN + 5 * HOUR)
    matter = Matter(
        kind=kind, device_id="D-1", began_at=BEGIN, ended_at=Micros(BEGIN + 60 * MINUTE)
    )

    found = Watch().excuse(matter, clock, before, view_of(rulings, clock, DEFAULTS))

    assert found == is_excused
