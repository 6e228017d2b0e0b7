"""Which order does a file hold, if it may be monitored at all?"""

from __future__ import annotations

from typing import Any

from fairtag.orders.duties import DEFAULT_PROTECTED
from fairtag.orders.meaning import meaning
from fairtag.orders.model import (
    Absence,
    Activation,
    Appointment,
    Attendance,
    Authority,
    CheckIn,
    Condition,
    Covers,
    Curfew,
    DeviceType,
    ExclusionZone,
    Identity,
    InclusionZone,
    OrderVersion,
    Review,
    Ruling,
    Trail,
)
from fairtag.orders.problem import Problem, Sound
from fairtag.orders.scheme import Scheme
from fairtag.orders.shape import area
from fairtag.orders.structure import load, structure
from fairtag.terms.errors import OrderRefused
from fairtag.terms.geometry import Circle, Place
from fairtag.terms.instants import Micros, parse
from fairtag.terms.local import DAYS, Interval, WeeklySpan, local_instant, minutes_of


def check(
    document: bytes, *, scheme: Scheme | None, recorded_at: Micros | None = None
) -> list[Problem]:
    """List every problem of an order file at once; without a scheme, those under any scheme.

    `recorded_at` is when it would be stored: the review of a later version counts from there.
    Raises: UsageError when the file is no JSON.
    """
    return _checked(document, scheme, recorded_at)[1]


def read(
    document: bytes, *, scheme: Scheme | None, recorded_at: Micros | None = None
) -> OrderVersion:
    """Read an order file.

    A replay gives no `recorded_at`: then the file's own counts, or else the order's start.
    Raises: OrderRefused with every problem; UsageError when the file is no JSON.
    """
    order, problems = _checked(document, scheme, recorded_at)
    if problems:
        raise OrderRefused(problems=[(one.path, one.do) for one in problems])
    return _version(order, recorded_at, document)


def reopen(document: bytes, *, recorded_at: Micros) -> OrderVersion:
    """Read a version that was checked when it was stored; what the checks became since is nothing
    to it.
    """
    return _version(_with_review(load(document)[0]), recorded_at, document)


def is_simulated(document: bytes) -> bool:
    """Tell whether an order says of itself that nobody real is meant.

    Raises: UsageError when the file is no JSON.
    """
    order, _ = load(document)
    return isinstance(order, dict) and order.get("simulated") is True


def _checked(
    document: bytes, scheme: Scheme | None, recorded_at: Micros | None
) -> tuple[dict[str, Any], list[Problem]]:
    order, flaws = load(document)
    if order is None and flaws:
        return {}, [flaw.told() for flaw in flaws]
    order = _with_review(order)
    flaws += structure(order)
    if isinstance(order, dict):
        spoiled = tuple(flaw.spoiled for flaw in flaws)
        flaws += meaning(Sound(order=order, spoiled=spoiled), scheme, recorded_at)
    return order, sorted({flaw.told() for flaw in flaws})


def _with_review(order: Any) -> Any:
    """Take `review_by` at the top for `review.by`, as contract §3 says."""
    if not isinstance(order, dict) or "review_by" not in order:
        return order
    review = order.get("review", {})
    if not isinstance(review, dict):
        return order
    return order | {"review": {"by": order["review_by"]} | review}


def _version(order: dict[str, Any], recorded_at: Micros | None, source: bytes) -> OrderVersion:
    wearer, names = order["wearer"], order["wearer"]["names"]
    recorded = parse(order.get("recorded_at", order["starts_at"]))
    return OrderVersion(
        order_id=order["order_id"],
        version=order["version"],
        supersedes=order.get("supersedes"),
        wearer_id=wearer["wearer_id"],
        authority=Authority(**order["authority"]),
        cohort=order["cohort"],
        legal_regime=order["legal_regime"],
        legal_basis=order["legal_basis"],
        review=Review(**order["review"]),
        identity=Identity(
            given=names["given"],
            family=names["family"],
            date_of_birth=wearer["date_of_birth"],
            nationality=wearer.get("nationality"),
            language=wearer.get("language", "en"),
        ),
        ruling=_ruling(order, recorded if recorded_at is None else recorded_at),
        source=source,
    )


def _ruling(order: dict[str, Any], recorded_at: Micros) -> Ruling:
    return Ruling(
        order_id=order["order_id"],
        version=order["version"],
        recorded_at=recorded_at,
        during=_interval(order["starts_at"], order["ends_at"]),
        suspended=(),
        time_zone=order["time_zone"],
        devices=tuple(_activation(device, order) for device in order["devices"]),
        absences=tuple(_absence(one) for one in order.get("absences", [])),
        conditions=tuple(_condition(one, order["time_zone"]) for one in order["conditions"]),
        standing=frozenset(one["id"] for one in order["conditions"] if "stands" in one),
        protected=tuple(
            _span(span, DAYS) for span in order.get("protected_hours") or DEFAULT_PROTECTED
        ),
    )


def _activation(device: dict[str, Any], order: dict[str, Any]) -> Activation:
    start = device.get("from") or order["starts_at"]
    return Activation(
        device_id=device["device_id"],
        type=DeviceType(device["type"]),
        during=_interval(start, device.get("to") or order["ends_at"]),
        fix_every_s=device.get("fix_every_s", 60),
        report_every_s=device.get("report_every_s", 60),
        charged_by_wearer=device.get("charged_by_wearer", True),
    )


def _absence(one: dict[str, Any]) -> Absence:
    return Absence(
        condition_id=one["condition_id"],
        covers=frozenset(Covers(name) for name in one["covers"]),
        during=_interval(one["from"], one["to"]),
        recorded_at=parse(one["recorded_at"]),
        reason=one["reason"],
        by=one["by"],
    )


def _condition(one: dict[str, Any], zone: str) -> Condition:
    match one["kind"]:
        case "curfew":
            return Curfew(
                id=one["id"],
                place=_place(one["place"]),
                grace_min=one.get("grace_min", 0),
                timetable=_weekly(one),
            )
        case "exclusion_zone":
            return ExclusionZone(**_zone(one))
        case "inclusion_zone":
            return InclusionZone(**_zone(one))
        case "attendance":
            dates = tuple(_appointment(date, zone) for date in one["appointments"])
            return Attendance(id=one["id"], place=_place(one["place"]), appointments=dates)
        case "check_in":
            return _check_in(one)
        case _:
            return Trail(id=one["id"])


def _zone(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": one["id"],
        "area": area(one["area"]),
        "buffer_m": one.get("buffer_m", 0),
        "timetable": _weekly(one),
    }


def _check_in(one: dict[str, Any]) -> CheckIn:
    return CheckIn(
        id=one["id"],
        modality=one["modality"],
        max_per_day=one["max_per_day"],
        allowed=tuple(_span(span, DAYS) for span in one.get("allowed", [])),
        answer_within_min=one.get("answer_within_min", 30),
        min_gap_min=one.get("min_gap_min", 60),
        challenge=one.get("challenge", True),
    )


def _appointment(one: dict[str, Any], zone: str) -> Appointment:
    start = local_instant(one["from"], zone, edge="from")
    end = local_instant(one["to"], zone, edge="to")
    return Appointment(during=Interval(start=start, end=end), stay_min=one.get("stay_min", 0))


def _place(place: dict[str, Any]) -> Place:
    if "area" in place:
        return area(place["area"])
    lon, lat = place["center"]
    return Circle(lon_deg=lon, lat_deg=lat, radius_m=place["radius_m"])


def _weekly(one: dict[str, Any]) -> tuple[WeeklySpan, ...]:
    return tuple(_span(span, tuple(span["days"])) for span in one.get("timetable", []))


def _span(span: dict[str, Any], days: tuple[str, ...]) -> WeeklySpan:
    return WeeklySpan(
        days=frozenset(DAYS.index(day) for day in days),
        from_min=minutes_of(span["from"]),
        to_min=minutes_of(span["to"]),
    )


def _interval(start: str, end: str) -> Interval:
    return Interval(start=parse(start), end=parse(end))
