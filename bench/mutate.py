"""How many small errors in the deciding rooms does a test notice?

mutmut says what could be wrong; each change is made in a copy of the source, and the fast tests
about the rules are run on it in a forked child. Modules are named as `rules/book`; the scores go to
`bench/mutation.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import libcst as cst
import msgspec  # noqa: F401 - loaded once, for all children
import numpy as np  # noqa: F401
import pyproj  # noqa: F401
import pytest
import rich.table  # noqa: F401
import shapely  # noqa: F401
import typer.testing  # noqa: F401
from mutmut.mutation.file_mutation import create_mutations

HOME = Path(__file__).parents[1]
SOURCE = HOME / "src" / "fairtag"
KILLERS = (
    "tests/unit/rules",
    "tests/golden/test_golden.py::test_a_story_is_judged_as_expected_and_twice_the_same",
)
OUT = HOME / "bench" / "mutation.json"
TOO_LONG_S = 120  # a change that makes the judge run for ever is noticed


def modules(only: list[str]) -> list[str]:
    """List the modules of the deciding rooms, or those asked for."""
    paths = [path for room in ("rules", "alerts") for path in sorted((SOURCE / room).glob("*.py"))]
    names = [str(path.relative_to(SOURCE).with_suffix("")) for path in paths]
    return [name for name in names if not only or name in only]


def changed(code: str) -> list[str]:
    """List versions of a module with one small error each."""
    module, mutations, *_ = create_mutations("module.py", code)
    found = [module.deep_replace(one.original_node, one.mutated_node) for one in mutations]
    return [one.code for one in found if isinstance(one, cst.Module)]


def is_noticed(tree: Path) -> bool:
    """Run the tests on a copy of the source in a child; tells whether one failed."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.path.insert(0, str(tree))
        words = ["-x", "-q", "--noconftest", "-p", "no:randomly", "-p", "no:cacheprovider"]
        os._exit(int(pytest.main([*words, *(str(HOME / one) for one in KILLERS)])) != 0)
    return _wait(child)


def _wait(child: int) -> bool:
    until = time.monotonic() + TOO_LONG_S
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def score(name: str, tree: Path, may_go_on: Callable[[], bool]) -> dict[str, object]:
    """Try a module's errors in a fixed random order, as long as there is time."""
    path = tree / "fairtag" / f"{name}.py"
    code = path.read_text()
    todo = changed(code)
    random.Random(name).shuffle(todo)  # noqa: S311 - a fair part when the time is short
    killed, survived = 0, []
    for one in todo:
        if not may_go_on():
            break
        path.write_text(one)
        if is_noticed(tree):
            killed += 1
        else:
            survived.append(_difference(code, one))
    path.write_text(code)
    tried = killed + len(survived)
    return {
        "errors": len(todo),
        "tried": tried,
        "killed": killed,
        "survived": len(survived),
        "score": round(killed / tried, 3) if tried else None,
        "survivors": survived,
    }


def _difference(code: str, other: str) -> str:
    pairs = zip(code.splitlines(), other.splitlines(), strict=False)
    return next((f"{n}: {new.strip()}" for n, (old, new) in enumerate(pairs, 1) if old != new), "?")


def main() -> None:
    """Read the words, try the modules, write the scores."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--only", action="append", default=[], metavar="MODULE", help="rules/book")
    words.add_argument("--max-minutes", type=float, default=60.0, help="in all")
    told = words.parse_args()
    names = modules(told.only)
    if not names:
        words.error(f"no such module: {', '.join(told.only)}")
    os.chdir(HOME)
    began, share_s = time.monotonic(), told.max_minutes * 60 / len(names)
    done = json.loads(OUT.read_text()) if OUT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        shutil.copytree(SOURCE, tree / "fairtag", ignore=shutil.ignore_patterns("__pycache__"))
        if is_noticed(tree):
            sys.exit("mutate: the tests fail before anything was changed")
        for n, name in enumerate(names, start=1):
            until = began + n * share_s
            done[name] = score(name, tree, lambda until=until: time.monotonic() < until)
            OUT.write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
            print(name, {k: v for k, v in done[name].items() if k != "survivors"}, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
