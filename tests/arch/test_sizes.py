"""Functions stop at 40 lines, modules at 400, rooms at 10 files and 1,500 lines; exceptions shrink.

Source: the project's style; p90 of the model code bases is 11–44 lines a function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "fairtag"
# A released step is never edited: it is as long as the schema was.
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "versions" not in path.parts]
MOST_OF_FUNCTION, MOST_OF_MODULE = 40, 400
MOST_FILES_OF_ROOM, MOST_LINES_OF_ROOM = 10, 1_500

# Each exception says why; the number is what it may have, and may only fall.
LINES_OF_MODULE = {
    "app/ports.py": (430, "what one piece of work sees: a property a book"),
}
FILES_OF_ROOM = {
    "app": (27, "one use case a file, named by its verb"),
    "cli": (13, "one command family a file"),
    "adapters/sqlite": (18, "one book a file"),
    "intake": (14, "one decoder a protocol, and positions as columns"),
    "rules": (17, "one machine a kind of evidence"),
    "custody/trail": (15, "what a chunk says, column by column, parted by source, and in blocks"),
    "web/device_api": (13, "one answer to a device a file, and the fast lane"),
    "web/console": (13, "one page family a file"),
}
LINES_OF_ROOM = {
    "app": (3_550, "the use cases and their promises"),
    "adapters/sqlite": (3_250, "books with their SQL, what is fresh, pages moved beside"),
    "rules": (3_170, "every kind of finding"),
    "web/console": (2_100, "pages, API and their words"),
    "cli": (1_620, "fourteen commands and their words"),
    "orders": (1_650, "every way an order can be wrong, or lapse"),
    "custody/trail": (2_720, "a chunk written and read, many at once, of two versions"),
    "intake": (1_700, "five protocols with their traps"),
}


def each_room() -> Iterator[tuple[str, list[Path]]]:
    for folder in sorted({path.parent for path in SOURCE.rglob("*.py")}):
        if folder != SOURCE and folder.name != "versions":
            yield str(folder.relative_to(SOURCE)), sorted(folder.glob("*.py"))


ROOMS = list(each_room())


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def long_functions(source: str) -> list[str]:
    return [
        f"{node.name}: {length}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _length(node)) > MOST_OF_FUNCTION
        # A list of routes is one function by form only: its parts are counted themselves.
        and not any(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    end = node.end_lineno or node.lineno
    first = node.body[0]
    is_told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    told = (first.end_lineno or first.lineno) - first.lineno + 1 if is_told else 0
    return end - node.lineno + 1 - told


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_functions_and_modules_stay_small(path: Path) -> None:
    assert long_functions(path.read_text()) == []
    most, _ = LINES_OF_MODULE.get(str(path.relative_to(SOURCE)), (MOST_OF_MODULE, ""))
    assert lines_of(path) <= most


@pytest.mark.parametrize(("room", "files"), ROOMS, ids=[name for name, _ in ROOMS])
def test_rooms_stay_small(room: str, files: list[Path]) -> None:
    most_files, _ = FILES_OF_ROOM.get(room, (MOST_FILES_OF_ROOM, ""))
    most_lines, _ = LINES_OF_ROOM.get(room, (MOST_LINES_OF_ROOM, ""))
    assert len(files) <= most_files
    assert sum(map(lines_of, files)) <= most_lines


def test_negative_control_a_long_function_is_noticed() -> None:
    body = "\n".join(f"    a = {n}" for n in range(41))
    assert long_functions(f"def f():\n{body}\n")
    assert not long_functions(f'def f():\n    """Say.\n{body}\n    """\n    return 1\n')
