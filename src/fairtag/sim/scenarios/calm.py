"""Which lives keep every condition while the receiver makes it hard to see? No finding is right."""

from __future__ import annotations

from fairtag.sim.devices.receivers import Model, Sky
from fairtag.sim.lives.people import DRIVE_MPS, WALK_MPS, Go, Path, Setting, Stay, journey
from fairtag.sim.scenarios.scene import (
    ZONE_HALF_M,
    Offline,
    Plan,
    Scenario,
    Scene,
    Truth,
    minutes_after,
    no_plan,
)
from fairtag.terms.instants import SECOND, Micros, parse
from fairtag.terms.local import Interval


def _at_home(scene: Scene) -> Plan:
    return Plan(at_home=(scene.during,))


def _under(sky: Sky, scene: Scene) -> Plan:
    return Plan(at_home=(scene.during,), skies=((scene.during, sky),))


def _frozen(scene: Scene) -> Plan:
    """Freeze for 20 min at a wrong place, four times a night."""
    starts = [minutes_after(scene.night.start, after) for after in (70, 190, 310, 430)]
    frozen = tuple((scene.clipped(at, 20), Sky.FROZEN) for at in starts)
    return Plan(at_home=(scene.day_off,), skies=frozen)


def _cell_only(scene: Scene) -> Plan:
    truth = Truth(kind="location.lost", condition_id=None, during=scene.night)
    return Plan(skies=((scene.night, Sky.CELL_ONLY),), truth=(truth,))


def _round_trip(scene: Scene, *steps: Go | Stay) -> Plan:
    path = journey(scene.day, scene.home, *steps, Go(to=scene.home, speed_mps=DRIVE_MPS))
    return Plan(at_home=(scene.day_off,), outings=(path,))


def _along_fence(scene: Scene) -> Plan:
    west, east = (
        scene.fence.moved(-15, side * (ZONE_HALF_M - 20)) for side in (-1, 1)
    )  # 15 m outside
    return _round_trip(scene, Go(to=west), Go(to=east, speed_mps=WALK_MPS))


def _at_fence(scene: Scene) -> Plan:
    return _round_trip(scene, Go(to=scene.fence.moved(-15, 0)), Stay(minutes=40))  # 15 m outside


def _past_zone(scene: Scene) -> Plan:
    road = [scene.zone.moved(far, ZONE_HALF_M + 60) for far in (-900, 900)]
    return _round_trip(scene, *(Go(to=spot, speed_mps=DRIVE_MPS) for spot in (*road, road[0])))


def _tunnel(scene: Scene) -> Plan:
    """Drive south through a tunnel of 12 min, where nothing is seen or sent."""
    mouth, other = scene.home.moved(-800, 0), scene.home.moved(-4400, 0)
    plan = _round_trip(
        scene,
        Go(to=mouth, speed_mps=DRIVE_MPS),
        Go(to=other, speed_mps=5.0, setting=Setting.TUNNEL),
        Stay(minutes=30, setting=Setting.INDOORS),
    )
    path: Path = plan.outings[0]
    below = Interval(start=path.times[1], end=path.times[2])
    events = (
        (minutes_after(below.start, 1), "gnss_lost"),
        (Micros(below.end + 5 * SECOND), "gnss_back"),
    )
    offline = (Offline(during=below),)
    return Plan(at_home=plan.at_home, outings=plan.outings, events=events, offline=offline)


def _clocks_back(scene: Scene) -> Plan:
    """Go out between the first 01:30 (summer time) and the second (winter time)."""
    path = journey(
        parse("2026-10-25T00:33:00Z"),  # Sunday, 01:33 BST
        scene.home,
        Go(to=scene.home.moved(0, 400)),
        Stay(minutes=40),
        Go(to=scene.home),
    )
    return Plan(outings=(path,))


def _clocks_forward(scene: Scene) -> Plan:
    """Be out until just before 02:00 summer time, the first instant after the gap, and at 07:03."""
    night = journey(
        parse("2027-03-28T00:05:00Z"),  # Sunday, 00:05 GMT
        scene.home,
        Go(to=scene.home.moved(0, 400)),
        Stay(minutes=40),
        Go(to=scene.home),
    )
    morning = journey(
        parse("2027-03-28T06:03:00Z"),  # Sunday, 07:03 BST: the curfew ended at 06:00Z
        scene.home,
        Go(to=scene.home.moved(0, 400)),
        Stay(minutes=30),
        Go(to=scene.home),
    )
    return Plan(at_home=(scene.during,), outings=(night, morning))


CALM = {
    "calm_at_home": Scenario(
        tells="Stays at home day and night; everything is kept.", plan=_at_home
    ),
    "calm_at_work": Scenario(
        tells="Home, work, shops, visits, sleep; everything is kept.", plan=no_plan
    ),
    "deep_indoors_good": Scenario(
        tells="Stays deep inside a building that lets satellites through.",
        plan=_at_home,
        model=Model.TAG,
    ),
    "deep_indoors_poor": Scenario(
        tells="Stays deep inside thick walls: mast positions, a satellite by chance.",
        plan=lambda scene: _under(Sky.POOR, scene),
        model=Model.TAG,
    ),
    "frozen_network": Scenario(
        tells="A phone at home repeats a wrong network position that claims 15 m, four times.",
        plan=_frozen,
        model=Model.ANDROID,
    ),
    "flat_accuracy": Scenario(
        tells="A phone at home claims 65 m whatever it sees.", plan=_at_home, model=Model.APPLE
    ),
    "home_at_edge": Scenario(
        tells="Lives 10 m inside the edge of the curfew's boundary, and stays in.",
        plan=_at_home,
        curfew_east_m=70.0,
        model=Model.TAG,
    ),
    "lives_near_zone": Scenario(
        tells="Lives 40 m from an exclusion zone, and never enters.",
        plan=no_plan,
        zone_north_m=ZONE_HALF_M + 40,
    ),
    "walks_along_fence": Scenario(
        tells="Walks along the fence of an exclusion zone, 15 m outside.", plan=_along_fence
    ),
    "sits_at_fence": Scenario(
        tells="Sits outdoors for 40 minutes, 15 m outside of an exclusion zone.", plan=_at_fence
    ),
    "drives_past_zone": Scenario(
        tells="Drives past an exclusion zone, 60 m outside, and back.", plan=_past_zone
    ),
    "cell_only_night": Scenario(
        tells="For a night only mast positions of 600 to 1,000 m come in; the wearer is at home.",
        plan=_cell_only,
        model=Model.TAG,
    ),
    "tunnel": Scenario(
        tells="Drives through a tunnel of 12 minutes where nothing is seen or sent.", plan=_tunnel
    ),
    "clocks_back": Scenario(
        tells="A curfew ends at 01:30 the night the clocks go back; out between the two 01:30.",
        plan=_clocks_back,
        timetable=[
            {"days": ["sat"], "from": "19:00", "to": "01:30"},
            {"days": ["sun"], "from": "02:30", "to": "07:00"},
            {"days": ["mon", "tue", "wed", "thu", "fri", "sun"], "from": "19:00", "to": "07:00"},
        ],
        starts="2026-10-24T12:00",
        has_work=False,
        is_at_once=True,
    ),
    "clocks_forward": Scenario(
        tells="A curfew begins at 01:30 in the hour that is skipped, and ends at 07:00 new time.",
        plan=_clocks_forward,
        timetable=[
            {"days": ["sun"], "from": "01:30", "to": "07:00"},
            {"days": ["mon", "tue", "wed", "thu", "fri", "sun"], "from": "19:00", "to": "07:00"},
        ],
        starts="2027-03-27T12:00",
        has_work=False,
        is_at_once=True,
    ),
}
