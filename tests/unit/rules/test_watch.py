"""Which silences does leave excuse, and how long may a calm device be silent?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.property.lives import BEGIN, absence, ruling

from fairtag.orders.model import Covers
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import View, view_of
from fairtag.rules.watch import Heard, Watch
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros

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


NOON = Micros(BEGIN + 5 * HOUR)


def reporting(every_s: int) -> View:
    plain = ruling([])
    worn = replace(plain.devices[0], report_every_s=every_s)
    return view_of((replace(plain, devices=(worn,)),), BEGIN, DEFAULTS)


def heard(**more: Micros | None) -> dict[DeviceId, Heard]:
    told = {"first": NOON, "last": NOON, "fixed": NOON} | more
    return {DeviceId("D-1"): Heard(**told)}  # type: ignore[arg-type]


def test_a_calm_device_may_be_silent_for_three_reports_or_the_least_silence_or_a_day() -> None:
    watch, name = Watch(heard=heard()), DeviceId("D-1")
    least_s = DEFAULTS.silence_s

    assert watch.patience(name, NOON, reporting(least_s)) == 3 * least_s * SECOND
    assert watch.patience(name, NOON, reporting(1)) == least_s * SECOND
    assert watch.patience(name, NOON, reporting(9 * 3600)) == DAY


def test_a_device_that_is_not_calm_has_no_patience() -> None:
    view, name = reporting(60), DeviceId("D-1")
    silent = Matter(kind=Kind.CONTACT_LOST, device_id="D-1", began_at=BEGIN)
    early = Micros(view.activation_at(name, NOON).during.start - 1)  # type: ignore[union-attr]

    assert Watch().patience(name, NOON, view) is None
    assert Watch(heard=heard()).patience(DeviceId("D-9"), NOON, view) is None
    assert Watch(heard=heard()).patience(name, early, view) is None
    assert Watch(heard=heard(fixed=None)).patience(name, NOON, view) is None
    assert Watch(heard=heard(last=early)).patience(name, NOON, view) is None
    assert (
        Watch(heard=heard(), open={"contact.lost D-1": silent}).patience(name, NOON, view) is None
    )
    assert Watch(heard=heard(), until={name: NOON}).patience(name, NOON, view) is None
