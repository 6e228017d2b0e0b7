"""What is believed about the edges of an order's places? As it is stored, and as rules ask."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import NO_SEQ, Positions
from fairtag.intake.messages import ref_of
from fairtag.rules.finding import MOST_CERTAIN, Evidence
from fairtag.rules.places import walk as w
from fairtag.rules.places.numbers import FIX_SIZE, Ints
from fairtag.rules.places.way import NEVER, new_way
from fairtag.rules.settings import NAT
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros


class Side(StrEnum):
    """What can be said; `AGAINST` is outside of a curfew, or inside of an exclusion zone."""

    KEPT = "kept"
    UNSURE = "unsure"
    AGAINST = "against"


_SIDES = {w.KEPT: Side.KEPT, w.UNSURE: Side.UNSURE, w.AGAINST: Side.AGAINST}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is believed about one edge after a position."""

    side: Side = Side.UNSURE
    side_before: Side = Side.UNSURE  # after the position before that
    at: Micros | None = None
    before: Micros | None = None
    run_from: Micros = Micros(0)  # positions have agreed since then
    kept_at: Micros | None = None  # when the wearer was last seen to keep it
    kept_before: Micros | None = None  # the same, before the last position
    odds: float = 0.0  # natural log-odds
    is_sure: bool = False  # they pass the error budget: enough to open a matter
    evidence: tuple[Evidence, ...] = ()  # the first positions of the run against the wearer

    @property
    def certainty(self) -> float:
        """Tell the probability of being on the side against the wearer; nothing is ever sure."""
        return min(MOST_CERTAIN, round(1 / (1 + math.exp(-self.odds)), 3))


class Beliefs(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about all edges of an order; arrays as bytes."""

    names: tuple[ConditionId, ...] = ()
    edges: bytes = b""
    moved: bytes = b""
    way: bytes = new_way().tobytes()
    device_id: DeviceId | None = None  # whose way it is
    refs: dict[str, str] = {}  # content hashes of positions in evidence that have no number

    def fit(self, names: Sequence[ConditionId]) -> None:
        """Go on with these edges: others are forgotten, and of new ones nothing is known."""
        if self.names == tuple(names):
            return
        old, new = self.state(), w.new_state(len(names))
        for n, name in enumerate(names):
            if name in self.names:
                place = self.names.index(name)
                new.edges[n], new.moved_m[n] = old.edges[place], old.moved_m[place]
        self.names = tuple(names)
        self.keep(new._replace(way=old.way))

    def forget(self, names: Iterable[ConditionId]) -> None:
        """Know nothing of these edges any more."""
        gone = set(names)  # once: what is given may be read only once
        self.fit([name for name in self.names if name not in gone])

    def of(self, device_id: DeviceId) -> w.State:
        """Give the arrays to work on for positions of a device; another one has another way."""
        state = self.state()
        if device_id != self.device_id:
            self.device_id = device_id
            state.way[:] = new_way()
        return state

    def state(self) -> w.State:
        """Give a copy of the arrays."""
        return w.State(
            edges=np.frombuffer(self.edges, np.int64).reshape(-1, w.WIDTH).copy(),
            moved_m=np.frombuffer(self.moved, np.float64).copy(),
            way=np.frombuffer(self.way, np.float64).copy(),
            fix=np.zeros(FIX_SIZE),
        )

    def keep(self, state: w.State) -> None:
        """Remember arrays."""
        self.edges = state.edges.tobytes()
        self.moved = state.moved_m.tobytes()
        self.way = state.way.tobytes()

    def name(self, state: w.State, columns: Positions, rows: NDArray[np.int64]) -> None:
        """Name positions of runs that have no number by their content, while they are at hand."""
        wanted = _unnumbered(state.edges)
        self.refs = {at: ref for at, ref in self.refs.items() if at in wanted}
        for at in sorted(wanted - self.refs.keys()):
            row = int(rows[np.searchsorted(columns.at[rows], int(at))])
            self.refs[at] = ref_of(columns.message(row))

    def seen(self, name: ConditionId) -> Seen:
        """Tell what is believed about one edge."""
        if name not in self.names:
            return Seen()
        place = self.names.index(name)
        row = np.frombuffer(self.edges, np.int64).reshape(-1, w.WIDTH)[place]
        return seen_of(row.tolist(), self.refs)


def seen_of(row: list[int], refs: dict[str, str], budget: int = 0) -> Seen:
    """Read what is remembered about one edge."""
    named = zip(row[w.NAMED_AT : w.NAMED_SEQ], row[w.NAMED_SEQ : w.WIDTH], strict=True)
    return Seen(
        side=_SIDES[row[w.SIDE]],
        side_before=_SIDES[row[w.SIDE_BEFORE]],
        at=_known(row[w.AT]),
        before=_known(row[w.BEFORE]),
        run_from=Micros(row[w.RUN_FROM]),
        kept_at=_known(row[w.KEPT_AT]),
        kept_before=_known(row[w.KEPT_BEFORE]),
        odds=row[w.ODDS] / NAT,
        is_sure=row[w.ODDS] >= budget,
        evidence=tuple(
            Evidence(ref=refs.get(str(at)), at=Micros(at))
            if seq == NO_SEQ
            else Evidence(seq=seq, at=Micros(at))
            for at, seq in list(named)[: row[w.NAMED]]
        ),
    )


def _unnumbered(edges: Ints) -> set[str]:
    """List when the named positions happened that have no number."""
    return {
        str(row[w.NAMED_AT + n])
        for row in edges.tolist()
        for n in range(row[w.NAMED])
        if row[w.NAMED_SEQ + n] == NO_SEQ
    }


def _known(instant: int) -> Micros | None:
    return None if instant == NEVER else Micros(instant)
