"""What is an order, once it has been checked? Frozen records; a version is never edited.

`Ruling` is the part that the deciding rooms may see. The wearer's names, date of birth,
nationality and language,
the authority, the scheme and the legal basis are not in it (charter G7): `rules` is given a
`Ruling`, never an
`OrderVersion`.
Units: instants in µs UTC; metres, seconds and minutes as named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fairtag.terms.geometry import Place
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, WeeklySpan

ALL_CONDITIONS = ConditionId("*")


class Covers(StrEnum):
    """What an absence excuses."""

    CONDITIONS = "conditions"
    TAMPER = "tamper"
    CONTACT = "contact"
    CHECK_INS = "check_ins"


class DeviceType(StrEnum):
    """How a device is carried."""

    FITTED = "fitted"
    NON_FITTED = "non_fitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One device on one wearer for one interval; activations of a device never overlap."""

    device_id: DeviceId
    type: DeviceType
    during: Interval  # from/to of the order file, default the order's own
    fix_every_s: int
    report_every_s: int
    charged_by_wearer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which named duties do not count."""

    condition_id: ConditionId  # or ALL_CONDITIONS
    covers: frozenset[Covers]
    during: Interval
    recorded_at: Micros
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curfew:
    """Be at the place during the timetable."""

    id: ConditionId
    place: Place
    grace_min: int
    timetable: tuple[WeeklySpan, ...]  # empty = always


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionZone:
    """Stay out of the area during the timetable."""

    id: ConditionId
    area: Place
    buffer_m: float
    timetable: tuple[WeeklySpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionZone:
    """Stay inside the area during the timetable."""

    id: ConditionId
    area: Place
    buffer_m: float
    timetable: tuple[WeeklySpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Be at the place for `stay_min` in all during the window."""

    during: Interval
    stay_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Keep the appointments at the place."""

    id: ConditionId
    place: Place
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The location trail is kept for the order's retention time."""

    id: ConditionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Answer prompts; `allowed` are wall-clock windows of every day."""

    id: ConditionId
    modality: str
    max_per_day: int
    allowed: tuple[WeeklySpan, ...]
    answer_within_min: int
    min_gap_min: int
    challenge: bool = True  # a photo may ask for a small movement; every wearer may leave it out


Condition = Curfew | ExclusionZone | InclusionZone | Attendance | Trail | CheckIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A time in which the order's review was overdue: some conditions stand, nothing else does."""

    during: Interval
    standing: frozenset[ConditionId]  # judged on; never empty: a time without any is suspended


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the rules may know of one version of an order: duties, devices, absences, time."""

    order_id: OrderId
    version: int
    recorded_at: Micros  # a version judges nothing before this
    during: Interval  # starts_at to ends_at; an end by event time cuts it short
    suspended: tuple[Interval, ...]  # in these nothing is recorded or judged
    time_zone: str
    devices: tuple[Activation, ...]
    absences: tuple[Absence, ...]
    conditions: tuple[Condition, ...]
    # What a court made, or what protects a named person: judged on when a review is overdue.
    standing: frozenset[ConditionId] = frozenset()
    lapsed: tuple[Lapse, ...] = ()  # in these only standing conditions are judged, no trail is kept
    protected: tuple[WeeklySpan, ...] = ()  # every day; in these nobody asks the wearer anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who made the order."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who must look at the order again, by when, under which instrument."""

    kind: str
    by: str  # a date, YYYY-MM-DD
    instrument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who wears the device. Sealed with the order file; no deciding room is given one."""

    given: str
    family: str
    date_of_birth: str
    nationality: str | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderVersion:
    """One immutable version of an order, as checked."""

    order_id: OrderId
    version: int
    supersedes: int | None
    wearer_id: WearerId
    authority: Authority
    cohort: str
    legal_regime: str
    legal_basis: str
    review: Review
    identity: Identity
    ruling: Ruling
    source: bytes  # the file as given, for the record
