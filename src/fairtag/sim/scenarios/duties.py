"""Which stories depart from a condition, and when exactly? Places and times are the truth's.

Units: metres; minutes as named.
"""

from __future__ import annotations

from functools import partial

from fairtag.sim.lives.people import DRIVE_MPS, WALK_MPS, Go, Path, Setting, Stay, journey
from fairtag.sim.scenarios.scene import (
    REGION_HALF_M,
    Offline,
    Plan,
    Scenario,
    Scene,
    Truth,
    minutes_after,
    walked,
)
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

_AWAY_M = 700.0


def _curfew(scene: Scene, path: Path, *kinds: str) -> tuple[Truth, ...]:
    """Tell when the path is out of the curfew's circle during its hours."""
    found = []
    for out in path.spans_where(scene.out_of_curfew):
        start, end = max(out.start, scene.night.start), min(out.end, scene.night.end)
        if start < end:
            during = Interval(start=start, end=end)
            found += [Truth(kind=kind, condition_id="c1", during=during) for kind in kinds]
    return tuple(found)


def _zone(scene: Scene, path: Path) -> tuple[Truth, ...]:
    spans = path.spans_where(scene.in_zone)
    return tuple(Truth(kind="zone.entered", condition_id="x1", during=one) for one in spans)


def _out(scene: Scene, leaves: Micros, back: Micros, *kinds: str) -> Plan:
    path = walked(scene, leaves, scene.home.moved(0, _AWAY_M), back)
    return Plan(outings=(path,), truth=_curfew(scene, path, *kinds))


def _late_start(scene: Scene) -> Plan:
    """Go out before the curfew and come home 45 min into it."""
    start = scene.night.start
    leaves, back = minutes_after(start, -25), minutes_after(start, 45)
    return _out(scene, leaves, back, "curfew.late_start")


def _left(scene: Scene, *, minutes: float, after: float) -> Plan:
    """Be out of the circle for some minutes, the circle's edge crossed to the second."""
    crosses = minutes_after(scene.night.start, after)
    far = min(_AWAY_M, 0.4 * minutes * 60 * WALK_MPS)
    edge, there = (scene.home.moved(0, -one) for one in (scene.radius_m, scene.radius_m + far))
    way = round(scene.radius_m / WALK_MPS * SECOND)
    stays = minutes - 2 * far / WALK_MPS / 60
    steps = (Go(to=edge), Go(to=there), Stay(minutes=stays), Go(to=edge), Go(to=scene.home))
    path = journey(Micros(crosses - way), scene.home, *steps)
    return Plan(outings=(path,), truth=_curfew(scene, path, "curfew.left"))


def _out_at_end(scene: Scene) -> Plan:
    end = scene.night.end
    leaves, back = minutes_after(end, -90), minutes_after(end, 15)
    return _out(scene, leaves, back, "curfew.left", "curfew.out_at_end")


def _absent_whole(scene: Scene) -> Plan:
    leaves, back = minutes_after(scene.night.start, -25), minutes_after(scene.night.end, 18)
    path = walked(scene, leaves, scene.person.friend, back, setting=Setting.INDOORS)
    truth = _curfew(scene, path, "curfew.late_start", "curfew.absent_whole")
    return Plan(outings=(path,), truth=truth)


def _absence(scene: Scene, *, back_min: float, kinds: tuple[str, ...]) -> Plan:
    """Have leave for the first three hours of the curfew, and come back some minutes after."""
    until = minutes_after(scene.night.start, 180)
    granted = Interval(start=scene.night.start, end=until)
    leaves = minutes_after(scene.night.start, 20)
    path = walked(scene, leaves, scene.home.moved(-_AWAY_M, 0), minutes_after(until, back_min))
    truth = tuple(
        Truth(
            kind=one.kind,
            condition_id=one.condition_id,
            during=Interval(start=until, end=one.during.end),
        )
        for one in _curfew(scene, path, *kinds)
    )
    return Plan(outings=(path,), absences=(scene.absence(granted),), truth=truth)


def _into_zone(scene: Scene, *, minutes: float, enters: Micros) -> Path:
    """Walk from home to the zone, be in it for some minutes, and walk back."""
    deep = min(100.0, 0.5 * minutes * 60 * WALK_MPS)
    way = round(scene.home.metres_to(scene.fence) / WALK_MPS * SECOND)
    stays = minutes - 2 * deep / WALK_MPS / 60
    steps = (
        Go(to=scene.fence),
        Go(to=scene.fence.moved(deep, 0)),
        Stay(minutes=max(0.0, stays)),
        Go(to=scene.fence),
        Go(to=scene.home),
    )
    return journey(Micros(enters - way), scene.home, *steps)


def _zone_entry(scene: Scene, *, minutes: float) -> Plan:
    path = _into_zone(scene, minutes=minutes, enters=scene.day)
    return Plan(outings=(path,), at_home=(scene.day_off,), truth=_zone(scene, path))


def _abused(scene: Scene) -> Plan:
    """Have leave from the curfew, and use it to enter the exclusion zone."""
    granted = Interval(start=scene.night.start, end=minutes_after(scene.night.start, 180))
    path = _into_zone(scene, minutes=25, enters=minutes_after(scene.night.start, 60))
    return Plan(outings=(path,), absences=(scene.absence(granted),), truth=_zone(scene, path))


def _drives_through(scene: Scene) -> Plan:
    south, north = (scene.zone.moved(far, 0) for far in (-900, 900))
    road = (south, north, north.moved(0, 900), south.moved(0, 900))
    path = journey(
        scene.day, scene.home, *(Go(to=one, speed_mps=DRIVE_MPS) for one in (*road, scene.home))
    )
    return Plan(outings=(path,), at_home=(scene.day_off,), truth=_zone(scene, path))


def _region_left(scene: Scene) -> Plan:
    there = scene.home.moved(-500, REGION_HALF_M + 1000)
    way = round(scene.home.metres_to(there) / DRIVE_MPS * SECOND)
    path = journey(
        Micros(scene.day - way),
        scene.home,
        Go(to=there, speed_mps=DRIVE_MPS),
        Stay(minutes=30),
        Go(to=scene.home, speed_mps=DRIVE_MPS),
    )
    spans = path.spans_where(scene.out_of_region)
    truth = tuple(Truth(kind="zone.left", condition_id="n1", during=one) for one in spans)
    return Plan(outings=(path,), at_home=(scene.day_off,), truth=truth)


def _appointment(scene: Scene, *, is_kept: bool) -> Plan:
    during = scene.appointment
    office = scene.person.office
    way = round(scene.home.metres_to(office) / 5.0 * SECOND)
    kept = journey(
        Micros(during.start - way - 2 * MINUTE),
        scene.home,
        Go(to=office, speed_mps=5.0),
        Stay(minutes=(during.end - during.start) / MINUTE + 4, setting=Setting.INDOORS),
        Go(to=scene.home, speed_mps=5.0),
    )
    missed = Truth(kind="attendance.missed", condition_id="a1", during=during)
    return Plan(
        at_home=(scene.day_off,),
        outings=(kept,) if is_kept else (),
        truth=() if is_kept else (missed,),
        appointments=({"during": during, "stay_min": 15},),
    )


def _offline_and_left(scene: Scene) -> Plan:
    """Leave while the device is offline: the trail tells it afterwards."""
    plan = _left(scene, minutes=50, after=80)
    offline = Interval(
        start=minutes_after(scene.night.start, 60), end=minutes_after(scene.night.start, 170)
    )
    lost = Truth(kind="contact.lost", condition_id=None, during=offline)
    return Plan(
        outings=plan.outings,
        offline=(Offline(during=offline, is_reversed=True),),
        truth=(lost, *plan.truth),
    )


def _zone_of(minutes: int) -> Scenario:
    return Scenario(
        tells=f"Walks into an exclusion zone and out again: {minutes} min inside.",
        plan=partial(_zone_entry, minutes=minutes),
    )


DUTIES = {
    "late_start": Scenario(tells="Comes home 45 minutes into the curfew.", plan=_late_start),
    "late_return": Scenario(
        tells="Has leave for three hours of the curfew, and comes home 40 minutes after.",
        plan=partial(_absence, back_min=40, kinds=("curfew.late_return",)),
    ),
    "left_25_min": Scenario(
        tells="Leaves home during the curfew for 25 minutes.",
        plan=partial(_left, minutes=25, after=120),
    ),
    "left_50_min": Scenario(
        tells="Leaves home during the curfew for 50 minutes.",
        plan=partial(_left, minutes=50, after=120),
    ),
    "out_at_end": Scenario(
        tells="Leaves 90 minutes before the curfew ends and is out at its end.", plan=_out_at_end
    ),
    "absent_whole_night": Scenario(
        tells="Sleeps elsewhere: absent from the beginning of the curfew to its end.",
        plan=_absent_whole,
    ),
    **{f"zone_{minutes}_min": _zone_of(minutes) for minutes in (1, 2, 4, 10, 25)},
    "drives_through_zone": Scenario(
        tells="Drives through an exclusion zone in half a minute.", plan=_drives_through
    ),
    "inclusion_left": Scenario(
        tells="Drives out of the inclusion zone, stays half an hour, and comes back.",
        plan=_region_left,
    ),
    "appointment_kept": Scenario(
        tells="Keeps an appointment at the office.", plan=partial(_appointment, is_kept=True)
    ),
    "appointment_missed": Scenario(
        tells="Stays at home during an appointment.", plan=partial(_appointment, is_kept=False)
    ),
    "absence_kept": Scenario(
        tells="Has leave from the curfew, uses it, and is back in time.",
        plan=partial(_absence, back_min=-15, kinds=()),
    ),
    "absence_abused": Scenario(
        tells="Has leave from the curfew, and uses it to enter the exclusion zone.", plan=_abused
    ),
    "offline_and_left": Scenario(
        tells="Leaves home for 50 minutes while offline; it comes late, the newest first.",
        plan=_offline_and_left,
    ),
}
