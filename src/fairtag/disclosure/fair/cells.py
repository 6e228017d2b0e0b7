"""Which counts may be shown? Ten or more, and none that a reader gets by taking one from another.

A table has a row a group and a row for all; a cell is a count. Hidden is a cell below ten, one that
leaves fewer than ten of what it is part of, one of a group of fewer than ten people, and, where
fewer than ten or a single cell of a column would be hidden, the next smallest too: otherwise all
less what is shown gives it away. Source: cell suppression, primary and complementary
(Statistical Disclosure Control, Hundepool et al. 2012, chapter 4).
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 10
Row = dict[str, int]
Table = Mapping[str, Row]
Hidden = set[tuple[str, str]]  # group and column


def shown(table: Table, whole: Row, parts: Mapping[str, str]) -> dict[str, dict[str, int | None]]:
    """Give a table with None where a count is hidden.

    `whole` is the row of all, which is shown elsewhere; `parts` tells of which column one is part.
    Columns that nothing contains, such as people, stand for themselves.
    """
    hidden: Hidden = set()
    while True:
        before = len(hidden)
        for group, row in table.items():
            hidden |= _in_row(group, row, parts, hidden)
        for column in whole:
            hidden |= _in_column(table, column, hidden)
        if len(hidden) == before:
            break
    return {
        group: {name: None if (group, name) in hidden else value for name, value in row.items()}
        for group, row in table.items()
    }


def shown_row(row: Row, parts: Mapping[str, str]) -> dict[str, int | None]:
    """Give the row of all, which is part of no table."""
    hidden: Hidden = set()
    while found := _in_row("all", row, parts, hidden) - hidden:
        hidden |= found
    return {name: None if ("all", name) in hidden else value for name, value in row.items()}


def _in_row(group: str, row: Row, parts: Mapping[str, str], hidden: Hidden) -> Hidden:
    """Hide what is small, what is part of a hidden cell, and what leaves too few of its whole."""
    small = {name for name, value in row.items() if value < LEAST}
    if any(row[name] < LEAST for name in row if name not in parts):
        small = set(row)
    small |= {name for name, whole in parts.items() if whole in small or (group, whole) in hidden}
    for whole in set(parts.values()):
        left = [
            name
            for name, of in sorted(parts.items(), key=lambda one: (row[one[0]], one[0]))
            if of == whole and name not in small and (group, name) not in hidden
        ]
        while left and row[whole] - sum(row[name] for name in left) < LEAST:
            small.add(left.pop(0))
    return {(group, name) for name in small}


def _in_column(table: Table, column: str, hidden: Hidden) -> Hidden:
    """Hide more until what is hidden of a column is two cells or more that hold ten or more."""
    mine = {group for group in table if (group, column) in hidden}
    open_ones = sorted((row[column], group) for group, row in table.items() if group not in mine)
    while mine and open_ones:
        if len(mine) > 1 and sum(table[group][column] for group in mine) >= LEAST:
            break
        mine.add(open_ones.pop(0)[1])
    return {(group, column) for group in mine}
