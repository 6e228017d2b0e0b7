"""Stories about being right about places; run it to write their files, then `./run golden`.

Each function is a case: its docstring is the WHY.md, its body what happened. Monday is 2 November
2026, in Manchester (GMT = UTC); the curfew is 19:00 to 07:00 at home, grace 5 min.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.golden.pen import (
    ALL,
    Json,
    Story,
    absence,
    curfew,
    device,
    files,
    forbidden,
    order,
    when,
)

HERE = Path(__file__).parent
NOBODY = {"authority": 0, "told": 0}  # nothing is ever told to the authority
OFFLINE = {"kind": "contact.lost", "cause": "offline_data_arrived"}
EXCUSED = {"state": "corrected", "cause": "excused"}


# What happens to people: a hospital, a cell, a leave written down the day after.


def hospital_unconscious_strap_cut() -> Story:
    """
    He is found unconscious at home at 20:10, the ambulance takes him to a hospital 3 km away, and a
    nurse cuts the strap there at 21:30. The device lies in a bag, switched off, until the
    afternoon. The authority hears of it the next day at 11:00 and writes it down, for everything,
    from 20:00 on. Left, out at the end, strap, not worn, silence: each is corrected and excused;
    none stays open. A judge that excuses the curfew only leaves an urgent 'strap opened' standing
    against a patient.
    """
    d = device("2 18:30")
    d.stay(100)
    d.go(0, 3000, speed_mps=12)
    d.stay(76, 3000)
    d.event("strap_open")
    d.wait(1)
    d.event("off_body")
    d.stay(40, 3000)
    d.event("power_off")
    d.at = device("3 15:00").at
    d.event("power_on", "strap_closed", "on_body")
    d.stay(30)
    leave = absence("2 20:00", "3 16:00", recorded="3 11:00")
    must = [{"kind": kind, **EXCUSED} for kind in ("curfew.left", "tamper.strap", "body.off_long")]
    must += [{"kind": "curfew.out_at_end", "cause": "excused"}, {"kind": "contact.lost", **EXCUSED}]
    return Story([order(curfew(), absences=[leave])], d.said, {"authority": 0, "must": must})


def police_cell_device_taken_off() -> Story:
    """
    Two officers take him from home at 20:30 to a station 2 km away. At 21:20 they take the device
    off; it lies in a cellar that satellites and the network do not reach. The authority is told at
    10:00 and writes it down for everything until noon. He was where the state had put him: nothing
    stays against him, and the silence of the cellar was for support from the start.
    """
    d = device("2 18:30")
    d.stay(120)
    d.go(0, 2000, speed_mps=10)
    d.stay(47, 2000)
    d.event("off_body", "gnss_lost")
    for _ in range(4):
        d.wait(10)
        d.fix(2000, accuracy_m=2000.0, source="cell")
    d.at = device("3 11:30").at
    d.event("on_body", "gnss_back")
    d.stay(20)
    leave = absence("2 20:25", "3 12:00", recorded="3 10:00")
    must = [{"kind": kind, **EXCUSED} for kind in ("curfew.left", "body.off_long", "contact.lost")]
    must_not = [{"kind": kind, "for": "authority"} for kind in ("contact.lost", "location.lost")]
    expect = {"authority": 0, "must": must, "must_not": must_not}
    return Story([order(curfew(), absences=[leave])], d.said, expect)


def cellar_without_signal() -> Story:
    """
    At home, but the night is spent in the cellar: first no satellites for an hour, then no network
    for five. Support learns that the position, then the contact is lost; nobody learns anything
    against him, although the whole curfew lies in it.
    """
    d = device("2 18:30")
    d.stay(45)
    for _ in range(12):
        d.wait(5)
        d.fix(0, accuracy_m=1500.0, source="cell")
    d.wait(300)
    d.stay(30)
    must = [{"kind": "location.lost", "for": "support"}, {"kind": "contact.lost", "for": "support"}]
    return Story([order(curfew())], d.said, {**NOBODY, "must": must})


def leave_extended_afterwards() -> Story:
    """
    Leave until 20:00, but the clinic keeps him and he is home at 20:40: a late return, rightly
    told. The next morning the clinic's letter comes and the leave is written down until 21:00:
    excused.
    """
    d = device("2 17:30")
    d.stay(175, 3000)
    d.go(3000, 0, speed_mps=10)
    d.stay(60)
    early = absence("2 17:00", "2 20:00", recorded="2 12:00")
    later = absence("2 17:00", "2 21:00", recorded="3 09:00")
    must = [{"kind": "curfew.late_return", **EXCUSED}]
    orders = [order(curfew(), absences=[early, later])]
    return Story(orders, d.said, {"authority": 0, "must": must}, until="3 09:30")


def absence_afterwards_for_the_strap_only() -> Story:
    """
    In hospital from 20:10, strap cut there; what is written down the next day covers the device
    (tamper, contact), not the curfew. The strap is excused. The curfew stays as it was told: an
    absence excuses what it names and nothing else, and it is a person's part to name the rest.
    """
    d = device("2 18:30")
    d.stay(100)
    d.go(0, 3000, speed_mps=12)
    d.stay(70, 3000)
    d.event("strap_open")
    d.stay(60, 3000)
    d.event("strap_closed")
    d.go(3000, 0, speed_mps=12)
    d.stay(60)
    leave = absence("2 20:00", "2 23:30", recorded="3 11:00", covers=ALL[1:])
    must = [
        {"kind": "tamper.strap", **EXCUSED},
        {"kind": "curfew.left", "state": "closed", "cause": None},
    ]
    expect = {"authority": 1, "must": must}
    return Story([order(curfew(), absences=[leave])], d.said, expect, until="3 12:00")


# What receivers do: each cause of false alarms that other systems know.


def masts_three_of_them_all_night() -> Story:
    """
    At home, indoors; no satellites for eight hours. The phone names one of three masts each minute,
    350 to 950 m away, with accuracies from 300 to 1,000 m, source cell. A mast says where the mast
    is. A judge that subtracts 300 m from 950 m accuses; here nothing counts, and support may hear
    of it.
    """
    d = device("2 18:30")
    d.stay(40)
    masts = ((350, 120, 300.0), (-640, 300, 600.0), (900, -300, 1000.0), (940, 80, 300.0))
    for n in range(480):
        north_m, east_m, accuracy_m = masts[(n // 13) % 4]
        d.fix(north_m, east_m, accuracy_m=accuracy_m, source="cell")
        d.wait(1)
    d.stay(30)
    return Story([order(curfew())], d.said, NOBODY)


def network_fix_of_300_m_without_a_source() -> Story:
    """
    The same night from a phone that does not name the source: 500 to 950 m away, claiming 300 to
    450 m, the coordinates of four masts in turn. Real phones do that lying still (12 % of all
    fixes).
    """
    d = device("2 18:30")
    d.stay(40, source="unknown", accuracy_m=15.0)
    masts = ((500, 120, 300.0), (-640, 300, 400.0), (900, -300, 450.0), (940, 80, 350.0))
    for n in range(480):
        north_m, east_m, accuracy_m = masts[(n // 13) % 4]
        d.fix(north_m, east_m, accuracy_m=accuracy_m, source="unknown", speed_mps=0.0)
        d.wait(1)
    d.stay(30, source="unknown", accuracy_m=15.0)
    return Story([order(curfew())], d.said, NOBODY)


def frozen_for_hours_source_unknown() -> Story:
    """
    At home all night. For four hours the phone repeats one network position 420 m away, to the last
    digit, speed 0, claiming 15 m. One observation, not 240. Of real phones lying still, all ten
    false exits that the best simple rule left came from such positions. A judge that believes
    anything repeated for half an hour calls that an absence.
    """
    d = device("2 18:30")
    d.stay(60, source="unknown", accuracy_m=15.0)
    d.freeze(240, 420, 60, source="unknown", accuracy_m=15.0, speed_mps=0.0)
    d.stay(60, source="unknown", accuracy_m=15.0)
    return Story([order(curfew())], d.said, NOBODY)


def frozen_for_hours_wifi() -> Story:
    """
    The same from a device that says 'wifi': the neighbour's router moved house and the provider's
    map has its old address, 300 m away. Identical coordinates for three hours; no finding against
    him.
    """
    d = device("2 18:30")
    d.stay(60, source="wifi", accuracy_m=15.0)
    d.freeze(180, -300, 20, source="wifi", accuracy_m=15.0, speed_mps=0.0)
    d.stay(60, source="wifi", accuracy_m=15.0)
    return Story([order(curfew())], d.said, NOBODY)


def frozen_at_four_wrong_places_in_turn() -> Story:
    """
    As a real phone lying still had it: four wrong network positions, 80 to 760 m away, each
    claiming 15 m and each repeated for twenty minutes, one after the other, for four hours. Four
    coordinates that come back in turn are a table of the provider's, not a walk: nobody moves with
    speed 0.
    """
    d = device("2 18:30")
    d.stay(60, source="unknown", accuracy_m=15.0)
    places = ((80, 40), (330, -50), (-215, 260), (700, 300))
    for n in range(12):
        d.freeze(20, *places[n % 4], source="unknown", accuracy_m=15.0, speed_mps=0.0)
    d.stay(60, source="unknown", accuracy_m=15.0)
    return Story([order(curfew())], d.said, NOBODY)


def walks_away_and_freezes_there() -> Story:
    """
    Negative control of the frozen ones: the same phone walks 800 m, with other coordinates and a
    walker's speed in each fix; in the friend's flat it repeats one network position for three
    hours. The walk is the evidence, and repetition does not undo it.
    """
    d = device("2 18:30")
    phone = {"accuracy_m": 15.0, "source": "unknown"}
    d.stay(90, **phone)
    d.go(0, 800, **phone)
    d.freeze(180, 800, 30, speed_mps=0.0, **phone)
    d.go(800, 0, **phone)
    d.stay(30, **phone)
    began = [when("2 20:00"), when("2 20:10")]
    must = [{"kind": "curfew.left", "began_at": began}]
    return Story([order(curfew())], d.said, {"authority": 1, "must": must})


def last_position_sent_again_as_new() -> Story:
    """
    On the way home, 700 m off, the receiver had its last fix at 18:40. Indoors it has none, and the
    app sends the last one again each minute with a new time, as GNSS, for three hours. No receiver
    gives the same seven digits twice for hours: a copy is not an observation. Doubtful at most.
    """
    d = device("2 18:30")
    d.go(1500, 700, every_s=60)
    d.freeze(180, 700, accuracy_m=6.0, speed_mps=1.3)
    d.stay(60)
    must_not = [{"kind": "location.doubtful", "for": "authority"}]
    return Story([order(curfew())], d.said, {**NOBODY, "must_not": must_not})


def one_outlier_into_a_forbidden_zone() -> Story:
    """
    He lives 500 m from the edge of a forbidden square. One reflected fix lands in its middle with a
    claim of 6 m. Urgent kinds cost most when they are wrong; one fix is never enough.
    """
    d = device("2 18:00")
    d.stay(60)
    d.fix(700, accuracy_m=6.0)
    d.wait(1)
    d.stay(60)
    return Story([order(forbidden(north_m=700))], d.said, NOBODY)


def jitter_at_the_border() -> Story:
    """
    The bed stands 50 m from the centre of a 60 m circle. All night the fixes swing from 17 to 80 m,
    claiming 15 m: in, out, in, out. A judge by single fixes writes dozens of alerts;
    there is no walk.
    """
    d = device("2 18:30")
    d.wander(600, 50, 12.0, accuracy_m=15.0)
    return Story([order(curfew())], d.said, NOBODY)


def home_zone_drawn_too_tight() -> Story:
    """
    A circle of 50 m round the wrong corner of a big house: the phone lies still 45 m from the
    centre and claims 15 m, day and night. Nearly every second fix lies outside. That is the
    drawing's fault.
    """
    d = device("2 18:30")
    d.wander(1440, 45, 15.0, accuracy_m=15.0)
    return Story([order(curfew(radius_m=50, whole_day=True))], d.said, NOBODY)


def two_fixes_in_one_second() -> Story:
    """
    The phone gives two positions for each second: the satellites' at home (8 m) and the network's
    550 m away (60 m). The better one is the evidence; a judge that takes each as it comes sees him
    leap over the fence and back all evening.
    """
    d = device("2 18:30")
    for n in range(180):
        d.fix(n % 7 - 3, n % 5)
        d.fix(550 + n % 9, 3 * (n % 4), accuracy_m=60.0, source="fused")
        d.wait(1)
    return Story([order(curfew())], d.said, NOBODY)


def two_fixes_in_one_second_and_really_away() -> Story:
    """
    Negative control of the case before: now the satellites' fix (8 m) is 550 m away and the
    network's (60 m) at home, for 40 minutes. The better one is the evidence, and he is out.
    """
    d = device("2 18:30")
    d.stay(90)
    for n in range(40):
        d.fix(550 + n % 7 - 3, n % 5)
        d.fix(5 * (n % 3), 3 * (n % 4), accuracy_m=60.0, source="fused")
        d.wait(1)
    d.stay(40)
    return Story([order(curfew())], d.said, {"authority": 1, "must": [{"kind": "curfew.left"}]})


def satellite_weeks_rolled_over() -> Story:
    """
    A receiver whose week counter rolled over writes 1,024 weeks ago (March 2007) on every second
    fix; those fixes lie 2 km away, from a drive in the afternoon. They are refused (counted on
    stderr): a broken clock is a fault of the device, and the good fixes say: at home.
    """
    d = device("2 18:30")
    for n in range(120):
        d.fix(n % 7)
        d.wait(0.5)
        d.fix(2000 + n % 7)
        d.said[-1]["received_at"] = d.said[-1]["at"]
        d.said[-1]["at"] = "2007-03-19" + d.said[-1]["at"][10:]
        d.wait(0.5)
    return Story([order(curfew())], d.said, NOBODY)


def clock_runs_three_hours_ahead() -> Story:
    """
    At 16:30, a free hour, he is 2 km away; the device believes it is 19:30 and says so. What comes
    from the future is refused. A judge that takes the device's time alone accuses him of being
    late.
    """
    d = device("2 16:00")
    for n in range(60):
        now = when("2 16:00").replace("16:00", f"16:{n:02}")
        d.fix(2000 + n % 7)
        d.said[-1]["received_at"] = now
        d.said[-1]["at"] = now.replace("T16", "T19")
        d.wait(1)
    d.at = device("2 18:30").at
    d.stay(60)
    return Story([order(curfew())], d.said, NOBODY)


def teleport_and_back() -> Story:
    """
    Grace 0. At 20:00 five fixes in four minutes lie 40 km away, claiming 6 m, GNSS; before and
    after them, ten seconds apart, he is at home. 4 km a second is no journey. Doubtful, for
    support, at most.
    """
    d = device("2 18:30")
    d.stay(90)
    d.fix(2)
    d.wait(1 / 6)
    for n in range(5):
        d.fix(40_000 + 3 * n, accuracy_m=6.0)
        d.wait(5 / 6 if n < 4 else 1 / 6)
    d.stay(60)
    return Story([order(curfew(grace_min=0))], d.said, NOBODY)


def zone_crossed_between_two_fixes() -> Story:
    """
    A car at 90 km/h on a road through a forbidden square of 400 m, one fix a minute: one fix 700 m
    before its middle, one 800 m behind it, none inside. The line between two fixes is a guess: no
    finding. He was inside for 16 s, and the time is not known.
    """
    d = device("2 18:00")
    d.stay(10, -3700)
    for n in range(8):
        d.fix(-3700 + 1500 * n, n % 3, speed_mps=25.0)
        d.wait(1)
    d.stay(10, 8300)
    return Story([order(forbidden(north_m=0))], d.said, NOBODY)


def zone_drawn_around_someone_who_stands_there() -> Story:
    """
    Version 2, recorded at 20:00, forbids the square in which he has been since 18:30. He stays
    until 20:30. Before 20:00 nothing was forbidden: the matter begins at 20:00 or later, and it is
    told. A judge that applies the new map to the old fixes tells a visit of two hours.
    """
    d = device("2 18:30")
    d.stay(120, 700)
    d.go(700, 0)
    d.stay(30)
    first = order(forbidden(north_m=5000))
    second = order(forbidden(north_m=700), version=2, supersedes=1, recorded_at=when("2 20:00"))
    began = [when("2 20:00"), when("2 20:05")]
    expect = {
        "authority": 1,
        "must": [{"kind": "zone.entered", "began_at": began, "state": "closed"}],
    }
    return Story([first, second], d.said, expect)


def zone_taken_away_around_someone_inside() -> Story:
    """
    He enters a forbidden square at 19:00 and is told of; version 2, recorded at 19:30, no longer
    forbids it. The matter ends with the map, at 19:30, although he stays; nothing is told after it.
    """
    d = device("2 18:30")
    d.stay(30)
    d.stay(90, 700)
    first = order(forbidden(north_m=700))
    second = order(forbidden(north_m=5000), version=2, supersedes=1, recorded_at=when("2 19:30"))
    ended = {"kind": "zone.entered", "state": "closed", "ended_at": when("2 19:30")}
    return Story([first, second], d.said, {"authority": 1, "told": 1, "must": [ended]})


def curfew_moved_to_another_house() -> Story:
    """
    He moves house. Version 2, recorded at 20:00 in the curfew, names the new address, 800 m away;
    he is there at 20:30. Version 1 is kept until 20:00, and the move was the order's wish; what is
    told begins at 20:00 or later and counts from the new version, never from 19:00.
    """
    d = device("2 18:30")
    d.stay(90)
    d.stay(15)
    d.go(0, 800)
    d.stay(60, 800)
    moved = curfew()
    moved["place"] = {"center": [moved["place"]["center"][0], 53.487988], "radius_m": 60}
    second = order(moved, version=2, supersedes=1, recorded_at=when("2 20:00"))
    began = [when("2 12:00"), when("2 19:59")]
    must_not = [{"for": "authority", "began_at": began}]
    return Story([order(curfew()), second], d.said, {"must_not": must_not})


def flat_65_m_at_home() -> Story:
    """
    A phone that claims a flat 65 m whatever it knows, at home in a circle of 100 m, all night; its
    fixes wander 15 m. Accuracy fits one platform and not the other: nothing.
    """
    d = device("2 18:30")
    d.wander(720, 20, 15.0, accuracy_m=65.0, source="unknown")
    return Story([order(curfew(radius_m=100))], d.said, NOBODY)


def flat_65_m_walks_away() -> Story:
    """
    Negative control: the same phone walks 800 m away at 20:00, with the speed of a walk, and stays
    there for forty minutes. It is found, by its distance, whatever the flat claim.
    """
    d = device("2 18:30")
    phone = {"accuracy_m": 65.0, "source": "unknown"}
    d.stay(90, **phone)
    d.go(0, 800, **phone)
    d.stay(40, 800, **phone)
    d.go(800, 0, **phone)
    d.stay(40, **phone)
    began = [when("2 20:00"), when("2 20:10")]
    return Story(
        [order(curfew(radius_m=100))],
        d.said,
        {
            "authority": 1,
            "must": [{"kind": "curfew.left", "began_at": began, "late": False}],
        },
    )


def mock_positions_alone() -> Story:
    """
    An app gives the phone invented places 900 m away, marked as mock, for the whole evening. They
    are no evidence of where he is, for or against: support hears that the positions are in doubt.
    """
    d = device("2 18:30")
    d.stay(60)
    d.stay(180, 900, is_mock=True)
    return Story([order(curfew())], d.said, NOBODY)


# Offline, and what comes afterwards.


def offline_evening_at_home_newest_first() -> Story:
    """
    No network from 19:00 to 23:00; he is at home, and the device keeps its fixes. At 19:30 support
    is told that contact is lost. At 23:00 all fixes come, the newest first, one a second. They show
    that the device was well and at home: nothing against him, and the silence is closed with that
    reason.
    """
    d = device("2 18:30")
    d.stay(30)
    d.is_offline = True
    d.stay(240)
    d.upload(d.kept[::-1], apart_s=1)
    d.stay(20)
    return Story([order(curfew())], d.said, {**NOBODY, "must": [{**OFFLINE, "for": "support"}]})


def offline_evening_out_newest_first() -> Story:
    """
    The same silence, but from 20:00 to 21:30 he was 1 km away. The upload shows it: 'left', begun
    at 20:00, ended at 21:30, and labelled late: nobody drives out for what was over two hours ago.
    The silence is closed, because the device was offline and its data are good.
    """
    d = device("2 18:30")
    d.stay(30)
    d.is_offline = True
    d.stay(60)
    d.stay(90, 1000)
    d.stay(90)
    d.upload(d.kept[::-1], apart_s=1)
    d.stay(20)
    spans = {
        "began_at": [when("2 19:58"), when("2 20:03")],
        "ended_at": [when("2 21:28"), when("2 21:33")],
    }
    left = {"kind": "curfew.left", "late": True, **spans}
    must_not = [{"for": "authority", "late": False}]
    expect = {"authority": 1, "must": [left, OFFLINE], "must_not": must_not}
    return Story([order(curfew())], d.said, expect)


def offline_evening_uploaded_in_three_pieces() -> Story:
    """
    At home and offline for three hours; the upload breaks off twice: the middle comes first, then
    the end, then the beginning, an hour between them, some lines twice. In the end it is as if they
    had come in time.
    """
    d = device("2 18:30")
    d.stay(30)
    d.is_offline = True
    d.stay(180)
    told = d.kept
    for piece in (told[60:125], told[120:], told[:65]):
        d.upload(piece)
        d.wait(60)
    d.stay(20)
    return Story([order(curfew())], d.said, {**NOBODY, "must": [OFFLINE]})


def silence_that_no_data_cover() -> Story:
    """
    Negative control: four hours of silence and no upload for them. The contact is back with the
    next message and the matter closes; nobody knows what was, so it is not called offline.
    """
    d = device("2 18:30")
    d.stay(30)
    d.wait(240)
    d.stay(20)
    closed = {"kind": "contact.lost", "state": "closed"}
    return Story([order(curfew())], d.said, {**NOBODY, "must": [closed], "must_not": [OFFLINE]})


def battery_flat_soon_after_the_start() -> Story:
    """
    He is 900 m away when the curfew begins and told of at 19:05; at 19:07 the battery is flat, and
    nothing is heard until 09:00. That he started late was seen. Where he was that night nobody
    knows: 'absent whole' would count silence against him, and so would 'it ended at 07:00'. The
    words name the last position, and say that nothing is known after it.
    """
    d = device("2 18:00")
    d.stay(68, 900)
    d.at = device("3 09:00").at
    d.stay(30)
    late = {"kind": "curfew.late_start", "state": "closed", "ended_at": when("3 07:00")}
    must_not = [{"kind": "curfew.absent_whole"}]
    expect = {"authority": 1, "told": 1, "must": [late], "must_not": must_not}
    return Story([order(curfew())], d.said, expect)


def out_all_night_and_seen_out() -> Story:
    """
    Negative control: the same night, with a device that goes on saying that it is 900 m away.
    """
    d = device("2 18:00")
    d.stay(900, 900)
    must = [
        {"kind": "curfew.late_start", "state": "closed", "ended_at": when("3 07:00")},
        {"kind": "curfew.absent_whole", "state": "closed", "ended_at": when("3 07:00")},
    ]
    return Story([order(curfew())], d.said, {"authority": 2, "told": 2, "must": must})


def false_walk_refuted_while_a_leave_is_planned() -> Story:
    """
    At home, with bad reception: five reflected fixes 400 m away come at once, what the receiver saw
    in between stays in the device. At 19:36 'left' is told; at 19:47 the rest comes and shows that
    he was at home: withdrawn. He has a leave next week, known since the morning. It has nothing to
    do with that evening: 'an absence that was recorded afterwards covers that time' would be untrue
    and leave on record that he was out.
    """
    d = device("2 18:30")
    d.stay(60)
    for n in range(15):
        d.is_offline = False
        if n % 3 == 0:
            d.fix(400 + n, 2 * n, accuracy_m=6.0)
        d.is_offline = True
        for _ in range(3):
            d.wait(0.25)
            d.fix(n % 5 - 2, n % 3, accuracy_m=6.0)
        d.wait(0.25)
    d.wait(2)
    d.upload(d.kept)
    d.stay(20)
    leave = absence("9 18:00", "9 23:00", recorded="2 12:00")
    must = [{"kind": "curfew.left", "state": "withdrawn", "cause": None}]
    must_not = [{"cause": "excused"}]
    expect = {"authority": 0, "told": 1, "must": must, "must_not": must_not}
    return Story([order(curfew(), absences=[leave])], d.said, expect)


def strap_opened_in_a_leave_and_left_open() -> Story:
    """
    A scan at 14:00, with leave until 15:00: the strap is opened at 14:10, as agreed, and nobody
    closes it. The device goes on saying that it is at home. A judge that forgets what it heard in
    the leave never tells, for as long as the order lasts; this one tells at 15:00, when the leave
    is over. Closed in the leave, it is nobody's matter: case 0055.
    """
    d = device("2 13:50")
    d.stay(20)
    d.event("strap_open")
    d.stay(300)
    leave = absence("2 14:00", "2 15:00", recorded="1 12:00")
    opened = [when("2 15:00"), when("2 15:00")]
    must = [{"kind": "tamper.strap", "state": "opened", "began_at": opened, "decided_at": opened}]
    orders = [order(curfew(), absences=[leave])]
    return Story(orders, d.said, {"authority": 1, "told": 1, "must": must})


def strap_opened_in_a_leave_that_was_written_down_afterwards() -> Story:
    """
    The same scan, but the leave is written down at 17:00. The strap was told of at 14:10; the leave
    covers it until 15:00, and it is still open: the matter begins at 15:00, and stays.
    """
    d = device("2 13:50")
    d.stay(20)
    d.event("strap_open")
    d.stay(300)
    leave = absence("2 14:00", "2 15:00", recorded="2 17:00")
    began = [when("2 15:00"), when("2 15:00")]
    must = [{"kind": "tamper.strap", "state": "corrected", "cause": None, "began_at": began}]
    orders = [order(curfew(), absences=[leave])]
    return Story(orders, d.said, {"authority": 1, "told": 1, "must": must})


def tag_out_and_phone_at_home() -> Story:
    """
    A tag on the ankle, and a phone for check-ins that the same order names. At 20:00 he goes out
    and leaves the phone at home, where it reports every minute. The phone is at home; he is not. A
    judge that takes both for one witness sees half of the positions at home and never tells.
    """
    return _tag_and_phone(5000, 0, [{"kind": "curfew.left", "began_at": [when("2 20:00")] * 2}])


def tag_at_home_and_phone_out() -> Story:
    """
    Negative control: at 20:00 a friend takes the phone along; the tag says that he stays at home.
    The phone's positions are no evidence against him either.
    """
    return _tag_and_phone(0, 5000, [])


def _tag_and_phone(tag_m: float, phone_m: float, must: list[Json]) -> Story:
    d, said = device("2 18:30"), order()
    phone = {"device_id": "D-2", "type": "non_fitted", "from": None, "to": None}
    phone |= {"fix_every_s": 60, "report_every_s": 60, "charged_by_wearer": True}
    for n in range(180):
        is_out = n >= 90
        d.fix(tag_m * is_out + n % 7, n % 5)
        d.wait(0.5)
        d.fix(phone_m * is_out + n % 5, n % 7, device_id="D-2", source="fused")
        d.wait(0.5)
    devices = [*said["devices"], phone]
    many = len(must)
    expect = {"authority": many, "told": many, "must": must}
    return Story([order(curfew(radius_m=100), devices=devices)], d.said, expect)


FIRST = 87
STORIES: tuple[Callable[[], Story], ...] = (
    hospital_unconscious_strap_cut,
    police_cell_device_taken_off,
    cellar_without_signal,
    leave_extended_afterwards,
    absence_afterwards_for_the_strap_only,
    masts_three_of_them_all_night,
    network_fix_of_300_m_without_a_source,
    frozen_for_hours_source_unknown,
    frozen_for_hours_wifi,
    frozen_at_four_wrong_places_in_turn,
    walks_away_and_freezes_there,
    last_position_sent_again_as_new,
    one_outlier_into_a_forbidden_zone,
    jitter_at_the_border,
    home_zone_drawn_too_tight,
    two_fixes_in_one_second,
    two_fixes_in_one_second_and_really_away,
    satellite_weeks_rolled_over,
    clock_runs_three_hours_ahead,
    teleport_and_back,
    zone_crossed_between_two_fixes,
    zone_drawn_around_someone_who_stands_there,
    zone_taken_away_around_someone_inside,
    curfew_moved_to_another_house,
    flat_65_m_at_home,
    flat_65_m_walks_away,
    mock_positions_alone,
    offline_evening_at_home_newest_first,
    offline_evening_out_newest_first,
    offline_evening_uploaded_in_three_pieces,
    silence_that_no_data_cover,
    battery_flat_soon_after_the_start,
    out_all_night_and_seen_out,
    false_walk_refuted_while_a_leave_is_planned,
    strap_opened_in_a_leave_and_left_open,
    strap_opened_in_a_leave_that_was_written_down_afterwards,
    tag_out_and_phone_at_home,
    tag_at_home_and_phone_out,
)


def told() -> Iterator[tuple[str, dict[str, str]]]:
    """Give each case's folder name and files."""
    for n, story in enumerate(STORIES, start=FIRST):
        slug = f"{n:04}_{story.__name__}"
        yield slug, files(slug, story.__doc__ or "", story())


if __name__ == "__main__":
    for slug, written in told():
        (HERE / slug).mkdir(exist_ok=True)
        for name, content in written.items():
            (HERE / slug / name).write_text(content)
