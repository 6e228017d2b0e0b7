"""An order that was written down lies among many again as it lay there before."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from tests.unit.rules.crowd import Crowd, name, same, sent
from tests.unit.rules.test_many import evening, walk

from fairtag.rules.many import kept, loop
from fairtag.rules.many.quiet import QuietOrders
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.flat import Ground

THERE = ((5, 20, 45, 30), (1250, 1310, 1345, 1380), (280, 320, 300, 310))


def lying() -> Crowd:
    """Let three orders lie side by side, and say more."""
    crowd = evening()
    assert all(crowd.send(*((n, sent(walk(-44, *there))) for n, there in enumerate(THERE))))
    return crowd


def columns(quiet: QuietOrders, n: int) -> dict[str, Any]:
    """Give all that lies there of an order."""
    told, _ = kept.read(quiet.write(name(n)))
    return {
        "device": told.device_id,
        "ints": told.ints.tolist(),
        "reals": told.reals.tobytes(),
        **{key: np.asarray(one).tobytes() for key, one in told.edges.items()},
        **{key: np.asarray(one).tobytes() for key, one in told.ground._asdict().items()},
    }


def test_whatever_lies_there_is_written_and_read() -> None:
    crowd, other = lying(), QuietOrders()
    for n in (2, 0, 1):
        assert other.wake(name(n), crowd.quiet.write(name(n)))
    places = [loop.EDGE, loop.IS_LEFT]
    for n in range(3):
        one, two = columns(crowd.quiet, n), columns(other, n)
        for told in (one, two):
            told["ints"] = np.delete(told["ints"], places).tolist()
        assert one == two
        assert one["ints"][loop.CLOCK] > 0
        assert len(one["edges"]) > 0
        assert other.due(name(n)) == crowd.quiet.due(name(n))
        assert same(other.get(name(n)), crowd.quiet.get(name(n)))


def test_whoever_was_woken_goes_on_as_if_nothing_had_been() -> None:
    crowd = lying()
    told = [crowd.quiet.write(name(n)) for n in range(3)]
    crowd.quiet = QuietOrders()
    for n, one in enumerate(told):
        crowd.quiet.wake(name(n), one)
    assert all(crowd.send(*((n, sent(walk(-39, *there))) for n, there in enumerate(THERE))))
    crowd.stand_up()


def test_what_moves_is_told_without_waking() -> None:
    crowd = lying()
    for n in range(3):
        told, _ = kept.read(crowd.quiet.write(name(n)))
        assert same(kept.moved_of(told), crowd.quiet.get(name(n)))


def test_the_size_is_that_of_what_lies_there() -> None:
    quiet = lying().quiet
    orders = quiet._orders
    a_row = orders.ints[:1].nbytes + orders.reals[:1].nbytes
    an_edge = sum(getattr(orders, one)[:1].nbytes for one in (*kept.OF_EDGES, "place"))
    edges = sum(columns(quiet, n)["ints"][loop.EDGES] for n in range(3))

    assert QuietOrders().size == 0
    assert quiet.size == 3 * a_row + edges * an_edge + quiet._ground.size
    assert quiet._ground.size > 0
    for n in range(3):
        quiet.leave(name(n))
    assert quiet.size == 0


def test_bits_by_other_rules_are_not_woken() -> None:
    crowd, other = lying(), QuietOrders(replace(DEFAULTS, least_m=5.5))
    assert other.wake(name(0), crowd.quiet.write(name(0))) is False
    assert name(0) not in other


@pytest.mark.parametrize("package", ["fairtag", "tzdata"])
def test_bits_of_another_version_are_not_woken(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    told, version = lying().quiet.write(name(0)), importlib.metadata.version
    monkeypatch.setattr(
        kept.importlib.metadata,
        "version",
        lambda asked: "0.0" if asked == package else version(asked),
    )
    assert QuietOrders().wake(name(0), told) is False


@pytest.mark.parametrize("changed", ["INTS", "REALS"])
def test_bits_of_another_shape_are_not_woken(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    before = kept.stamp_of(DEFAULTS)
    monkeypatch.setattr(loop, changed, getattr(loop, changed) + 1)
    assert kept.stamp_of(DEFAULTS) != before


def test_every_column_of_an_order_and_a_ground_is_kept() -> None:
    assert {*kept.OF_EDGES, "ints", "reals", "place"} == set(loop.Orders._fields)
    assert len(kept.stamp_of(DEFAULTS)) == 16
    told, _ = kept.read(lying().quiet.write(name(1)))
    for field, column in zip(Ground._fields, told.ground, strict=True):
        assert column.dtype == (np.int64 if field in {"begin", "end", "cut"} else np.float64)
