"""What must a loop over many orders know of one, and when may it take its requests?

An order is *still* while the next positions of its device can do nothing but move beliefs about
places, and what is remembered of the device: no timer, no open silence, no sign waits for them.
Whoever takes them looks at each position all the same, and leaves alone what is more than that.
Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fairtag.orders.model import Attendance, Covers, Ruling
from fairtag.rules.devices import Noticed
from fairtag.rules.doubt import new_state
from fairtag.rules.excused.silences import last_silence
from fairtag.rules.finding import Kind
from fairtag.rules.places import walk as w
from fairtag.rules.places.leg import Edges
from fairtag.rules.places.numbers import Floats, Ints
from fairtag.rules.track import Track
from fairtag.rules.view import View
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

if TYPE_CHECKING:
    from fairtag.rules.judge import Memory

MOST_EDGES = 32  # of an order that is taken; others are judged one by one
_NEVER = np.iinfo(np.int64).max


class Moved(NamedTuple):
    """What positions move while an order is still."""

    device_id: DeviceId
    epoch: int
    clock: int
    now: int  # event time
    last_at: int  # of the last message, with its number
    last_seq: int
    heard: int  # when the device was heard last, by our clock
    fixed: int  # and said where it is
    battery_pct: float  # NaN: unknown
    honesty: Floats
    state: w.State


class Still(NamedTuple):
    """An order that is still. Shapes: m edges."""

    moved: Moved
    hold: int  # before this instant no timer falls but that of its silence
    wait: int  # µs: when nothing is heard for so long, that one does
    silent: int  # end of its last silence that data may still explain
    pause: int  # event time of its next one
    is_low: bool  # its battery is low, and that is told
    edges: Edges
    wake: Ints  # (m,), see walk
    looks: Ints


def still_of(memory: Memory, view: View, times: Iterable[Micros | None]) -> Still | None:
    """Give an order that is still; `times` are instants at which the clock alone changes something.

    None when it is not, or when that is not easily told.
    """
    track, watch = memory.track, memory.watch
    device_id, ruling = track.beliefs.device_id, view.ruling_at(track.now)
    if device_id is None or ruling is None or track.now <= 0 or ruling.version != track.version:
        return None
    if view.is_mixed(track.now):
        return None  # another device decides, or speaks when it is silent
    noticed, worn = track.noticed.get(device_id), view.activation_at(device_id, track.now)
    if noticed is None or worn is None or not _is_plain(noticed, track, view, ruling):
        return None
    wait = watch.patience(device_id, memory.clock, view)
    if wait is None or view.free(None, Covers.CONTACT):
        return None
    instants = [*times, track.due(view), view.next_boundary(track.now)]
    instants.append(watch.due_without(device_id, memory.clock, view))
    wake, looks = _waits(track, view, ruling)
    return Still(
        moved=_moved(memory, device_id, noticed),
        hold=min((at for at in instants if at is not None), default=_NEVER),
        wait=wait,
        silent=last_silence(memory.book, device_id),
        pause=view.pause_after(track.now),
        is_low=Kind.BATTERY_LOW in noticed.open,
        edges=view.edges(ruling.version),
        wake=wake,
        looks=looks,
    )


def settle(memory: Memory, moved: Moved) -> None:
    """Remember in an order's judge what became of it while it was moved."""
    track, device_id = memory.track, moved.device_id
    if moved.now == track.now:
        return  # nothing was taken; the last message may have come from another device
    memory.clock, track.now = Micros(moved.clock), Micros(moved.now)
    track.last = (moved.last_at, device_id, moved.epoch, moved.last_seq)
    heard = memory.watch.heard[device_id]
    heard.last, heard.fixed = Micros(moved.heard), Micros(moved.fixed)
    noticed = track.noticed[device_id]
    noticed.battery_pct = None if np.isnan(moved.battery_pct) else float(moved.battery_pct)
    noticed.honesty = moved.honesty.tobytes()
    track.beliefs.keep(moved.state)


def _moved(memory: Memory, device_id: DeviceId, noticed: Noticed) -> Moved:
    track, heard = memory.track, memory.watch.heard[device_id]
    return Moved(
        device_id=device_id,
        epoch=track.last[2],
        clock=memory.clock,
        now=track.now,
        last_at=track.last[0],
        last_seq=track.last[3],
        heard=heard.last,
        fixed=heard.last if heard.fixed is None else heard.fixed,
        battery_pct=np.nan if noticed.battery_pct is None else noticed.battery_pct,
        honesty=np.frombuffer(noticed.honesty) if noticed.honesty else new_state(),
        state=track.beliefs.state(),
    )


def _is_plain(noticed: Noticed, track: Track, view: View, ruling: Ruling) -> bool:
    """Tell whether the loop knows all that the device's positions may do to this order."""
    if noticed.is_charging or Kind.BATTERY_DEAD in noticed.open or track.beliefs.refs:
        return False
    names = tuple(one.id for one in view.located(ruling.version))
    return track.beliefs.names == names and len(names) <= MOST_EDGES


def _waits(track: Track, view: View, ruling: Ruling) -> tuple[Ints, Ints]:
    """Tell when conditions look at positions; see `Run`."""
    located = view.located(ruling.version)
    wake, looks = np.full(len(located), _NEVER, np.int64), np.zeros(len(located), np.int64)
    for n, condition in enumerate(located):
        if isinstance(condition, Attendance):
            looks[n] = w.LOOK_TURNS
            continue
        watched = track.watched[condition.id]
        duty, until = view.bound_at(condition, ruling, track.now)
        duty_from = None if duty is None else duty.during.start
        wake[n] = until if watched.duty_from == duty_from else track.now
        look = w.LOOK_AGAINST if watched.open is None else w.LOOK_KEPT
        looks[n] = 0 if duty is None else look
    return wake, looks
