"""Where do the places of many orders lie side by side?

What an order leaves is given to the next one whose places are as large. Places of many sides, such
as a town that many must not enter, are kept once for all that are equal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.flat import BOX, SIDE, Ground
from fairtag.terms.ground import joined

_ROOM = 256  # numbers that a column has room for at first
_LONG, _VERY_MANY = 1 << 17, 1 << 22  # two edges each of two million orders
_FIELDS = Ground._fields
_OF_PLACES = _FIELDS.index("cut")  # the columns before this one have a number a place
# An order with so many sides, 40 bytes each, is taken place by place, to share the large ones.
_MANY = 32


@dataclass(slots=True)
class _Room:
    """Numbers from 0 on that are given out in blocks."""

    used: int = 0
    given: int = 0  # of these, out now
    free: dict[int, list[int]] = field(default_factory=dict)  # first numbers, by length

    def take(self, many: int) -> int:
        """Give the first of so many numbers."""
        self.given += many
        block = self.free.get(many)
        if block:
            return block.pop()
        self.used += many
        return self.used - many

    def give(self, first: int, many: int) -> None:
        """Take them back."""
        self.given -= many
        self.free.setdefault(many, []).append(first)


@dataclass(slots=True)
class _Shared:
    """A place that several orders may have."""

    place: int
    users: int = 0


class Grounds:
    """Places as columns that grow; beyond what is used there is room."""

    def __init__(self) -> None:
        whole = {"begin", "end", "cut"}
        self.columns = Ground._make(
            np.zeros(_ROOM, np.int64 if name in whole else np.float64) for name in _FIELDS
        )
        self._places, self._stretches, self._sides = _Room(), _Room(), _Room()
        self._named: dict[bytes, _Shared] = {}
        self._names: dict[int, bytes] = {}  # of those, by place

    @property
    def size(self) -> int:
        """Tell the bytes of the places that are here."""
        rooms = (self._places, self._stretches, self._sides)
        places, stretches, sides = (one.given for one in rooms)
        return 8 * (_OF_PLACES * places + (1 + BOX) * stretches + SIDE * sides)

    def add(self, ground: Ground) -> NDArray[np.int64]:
        """Take an order's places; tells where they lie, in their order."""
        many = len(ground.lon)
        if many and ground.cut[-1] < _MANY:
            return self._block(ground) + np.arange(many, dtype=np.int64)
        return np.array([self._one(_part(ground, n, n + 1)) for n in range(many)], np.int64)

    def drop(self, places: list[int]) -> None:
        """Let an order's places go; another order may still have some of them."""
        if places and self._sides_of(places) < _MANY:
            self._free(places[0], len(places))
            return
        for place in places:
            name = self._names.get(place)
            if name is not None:
                self._named[name].users -= 1
                if self._named[name].users:
                    continue
                del self._named[name], self._names[place]
            self._free(place, 1)

    def told(self, places: list[int]) -> Ground:
        """Give an order's places as they were added."""
        if places and self._sides_of(places) < _MANY:
            return _part(self.columns, places[0], places[-1] + 1)
        return joined([_part(self.columns, place, place + 1) for place in places])

    def _sides_of(self, places: list[int]) -> int:
        begin, end, cut = self.columns.begin, self.columns.end, self.columns.cut
        return sum(int(cut[end[place]] - cut[begin[place]]) for place in places)

    def _one(self, one: Ground) -> int:
        if one.cut[-1] < _MANY:
            return self._block(one)
        name = hashlib.blake2b(b"".join(column.tobytes() for column in one)).digest()
        shared = self._named.get(name)
        if shared is None:
            shared = self._named[name] = _Shared(self._block(one))
            self._names[shared.place] = name
        shared.users += 1
        return shared.place

    def _block(self, ground: Ground) -> int:
        """Write places down, one behind the other; tells where the first lies."""
        first = self._places.take(len(ground.lon))
        stretch = self._stretches.take(len(ground.cut))  # one more, for the last one's end
        side = self._sides.take(int(ground.cut[-1]))
        moved = ground._replace(
            begin=ground.begin + stretch, end=ground.end + stretch, cut=ground.cut + side
        )
        starts = [*[first] * _OF_PLACES, stretch, stretch * BOX, side * SIDE]
        self.columns = Ground._make(map(_written, self.columns, starts, moved))
        return first

    def _free(self, first: int, many: int) -> None:
        columns = self.columns
        begin, end = int(columns.begin[first]), int(columns.end[first + many - 1])
        side, last = int(columns.cut[begin]), int(columns.cut[end])
        self._places.give(first, many)
        self._stretches.give(begin, end - begin + 1)
        self._sides.give(side, last - side)


def _part(ground: Ground, first: int, end: int) -> Ground:
    """Give some neighbouring places of a ground as if they were all."""
    begin, last = int(ground.begin[first]), int(ground.end[end - 1])
    cut = ground.cut[begin : last + 1]
    side = int(cut[0])
    kept = [column[first:end] for column in ground[:_OF_PLACES]]
    box = ground.box[begin * BOX : last * BOX]
    sides = ground.side[side * SIDE : int(cut[-1]) * SIDE]
    part = Ground._make([*kept, cut - side, box, sides])
    return part._replace(begin=part.begin - begin, end=part.end - begin)


def _written(
    column: NDArray[np.generic], start: int, more: NDArray[np.generic]
) -> NDArray[np.generic]:
    """Write numbers behind others, where there is room or after making some."""
    end = start + len(more)
    if end > len(column):
        column = grown_to(column, end)
    column[start:end] = more
    return column


def grown_to(column: NDArray[np.generic], many: int) -> NDArray[np.generic]:
    """Give a column room for so many and half as many more, or for very many.

    Room that nobody wrote to takes no memory yet. While a column moves to a longer one, both are
    there: so one that is long already gets room for all that there will be, and moves no more.
    """
    room = _VERY_MANY if _LONG <= many < _VERY_MANY else many + many // 2
    longer = np.zeros((room, *column.shape[1:]), column.dtype)
    longer[: len(column)] = column
    return longer
