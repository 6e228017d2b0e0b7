"""How many small errors in the deciding rooms does a test notice?

mutmut says what could be wrong, in decorated functions and properties too. Each change is made in a
copy of the source, and tests are run on it in a forked child: first those that belong to the module
(`NEAR`, or tests/unit/<room>/test_<module>*.py), then all unit tests of the room, then, for the
rules, the golden stories. The first that fails kills the change. All loops run as plain Python.

Left out, as nothing is decided by it: annotations, docstrings, type aliases, `__all__`, texts in a
`raise` or bound to `message`, `strict` of a `zip`, and the values of published settings: they are
chosen (docs/decisions/0002), so a test that repeats them would prove nothing; what they do is
tried with other values.

Not among the deciding rooms are `rules/explained` and `rules/prompts/refusals`, which tell in words
and decide nothing.

Modules are named as `rules/book`. The scores go to `bench/mutation.json`, which keeps the others':
`raw_score` is killed of tried, `score` is killed of tried without those explained.
`bench/survivors.json` says of changes that no test can or should notice why not, by module and by
`function: old -> new`; a reason for a change that is killed after all is listed as
`wrongly_explained`, and a change that made tests take too long as `too_long`. After new tests or
reasons, `--again` goes on from the last scores: it tries what survived, and what was left.
`--table` tries nothing and writes the scores to `docs/mutation.md`.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import hashlib
import importlib
import json
import os
import py_compile
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis.strategies  # noqa: F401 - loaded once, for all children
import libcst as cst
import libcst.matchers as m
import msgspec  # noqa: F401
import numpy.testing  # noqa: F401
import pyproj  # noqa: F401
import pytest
import pytest_socket  # noqa: F401
import rich.table  # noqa: F401
import shapely  # noqa: F401
import typer.testing  # noqa: F401
import whenever  # noqa: F401
from _pytest.config import default_plugins
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

HOME = Path(__file__).parents[1]
SOURCE = HOME / "src" / "fairtag"
UNIT = "tests/unit"
GOLDEN = "tests/golden/test_golden.py::test_a_story_is_judged_as_expected_and_twice_the_same"
ROOMS = (
    "rules",
    "rules/anew",
    "rules/appointments",
    "rules/places",
    "rules/doubt",
    "rules/excused",
    "rules/many",
    "rules/prompts",
    "alerts",
)
WORDS_ONLY = {"rules/prompts/refusals"}
TERMS = ("terms/compiled", "terms/flat", "terms/geometry", "terms/ground")
# Tests that belong to a module and aren't named after it, in the order in which they are tried.
NEAR = {
    "rules/anew/*": ["rules/test_judge_again.py"],
    "rules/anew/calls": ["rules/test_overdue.py"],
    "rules/anew/differs": ["rules/test_judge_parts.py", "rules/test_overdue.py"],
    "rules/anew/snapshots": ["rules/test_judge_parts.py", "rules/test_overdue.py"],
    "rules/appointments/*": ["rules/test_conditions.py", "rules/test_track.py"],
    "rules/excused/*": [
        "rules/test_absences.py",
        "rules/test_judge_again.py",
        "rules/test_judge_parts.py",
    ],
    "rules/places/speaking": ["rules/test_run.py"],
    "rules/doubt/frozen": ["rules/test_run.py"],
    "rules/doubt/*": ["rules/test_doubt.py"],
    "rules/doubt/told": ["rules/test_words.py"],
    "rules/many/*": ["rules/test_many.py", "rules/test_kept.py"],
    "rules/places/leg": ["rules/test_evidence.py"],
    "rules/places/numbers": ["rules/test_walk.py", "rules/test_way.py"],
    "rules/prompts/limits": ["rules/test_prompt.py"],
    "rules/prompts/model": ["rules/test_prompt.py"],
    "rules/settings": ["rules/test_numbers.py"],
    "rules/devices": ["rules/test_watch.py"],
    "rules/conditions": ["rules/test_view.py"],
    "rules/finding": ["rules/test_matter.py", "rules/test_belief.py"],
    "rules/matter": ["rules/test_words.py"],
    "rules/book": ["rules/test_judge_again.py", "rules/test_stands.py"],
    "rules/view": ["rules/test_judge_parts.py", "rules/test_overdue.py"],
    "rules/judge": ["rules/test_follow.py", "rules/test_replay.py"],
    "rules/run": ["rules/test_track.py", "rules/test_follow.py", "rules/test_stands.py"],
    "alerts/gather": ["alerts/test_gathering_law.py", "alerts/test_live.py"],
    "alerts/escalate": ["alerts/test_live.py"],
    "alerts/live": ["alerts/test_gathering_law.py"],
    "alerts/model": ["alerts/test_handle.py"],
    "terms/flat": ["terms/test_pinned.py", "terms/test_edges.py", "terms/test_geometry.py"],
    "terms/geometry": ["terms/test_pinned.py", "terms/test_edges.py", "terms/test_flat.py"],
    "terms/ground": ["terms/test_pinned.py", "terms/test_edges.py"],
}
SLOW = {"tests/unit/terms/test_compiled.py"}  # about how loops run, not about what they answer
PLUGINS = ("-p", "pytest_socket", "-p", "no:cacheprovider", "--noconftest")
WORDS = ["-x", "-q", "--assert=plain", *PLUGINS]
OUT = HOME / "bench" / "mutation.json"
REASONS = HOME / "bench" / "survivors.json"
TABLE = HOME / "docs" / "mutation.md"
TOO_LONG_S = 600.0  # of tests before anything is changed


def modules(only: list[str]) -> list[str]:
    """List the modules of the deciding rooms, or those asked for."""
    paths = [path for room in ROOMS for path in sorted((SOURCE / room).glob("*.py"))]
    names = [*(str(path.relative_to(SOURCE).with_suffix("")) for path in paths), *TERMS]
    return [name for name in names if (not only or name in only) and name not in WORDS_ONLY]


# What is changed


class Changes(MutationVisitor):
    """Collect what mutmut would change, and what it leaves out for reasons that are not ours."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False  # decorated ones too: we change the file and put nothing around functions
        if m.matches(node, _SETTINGS):
            self._enum_creation_hooks.update(m.findall(node, m.AnnAssign()))
        is_left_out = m.matches(node, _NO_MATTER) or node in self._enum_creation_hooks
        return is_left_out or bool(super()._skip_node_and_children(node))


_SETTINGS = m.ClassDef(name=m.Name("Settings") | m.Name("Doubt"))
_TEXT = m.SimpleString() | m.FormattedString() | m.ConcatenatedString() | m.Name("message")
_ALIAS = m.Subscript(value=m.OneOf(*map(m.Name, ("NDArray", "Callable", "tuple", "dict", "list"))))
_TYPE = m.Call(func=m.OneOf(*map(m.Name, ("TypeVar", "ParamSpec", "NewType"))))
_NO_MATTER = m.OneOf(
    m.Raise(exc=m.Call(args=[m.Arg(_TEXT)])),
    m.Assign(value=_ALIAS | _TYPE),
    m.Assign(targets=[m.AssignTarget(m.Name("__all__") | m.Name("message"))]),
)


def changed(code: str) -> list[str]:
    """List versions of a module with one small error each, no two of them the same."""
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = Changes(mutation_operators, get_ignored_lines("module.py", code, wrapper, None))
    module = wrapper.visit(visitor)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    found = dict.fromkeys(
        _spliced(module, spans.get(one.original_node), one.original_node, one.mutated_node)
        for one in visitor.mutations
    )
    strict = code.count("strict=True")
    return [one for one in found if one != code and one.count("strict=True") == strict]


def _spliced(module: cst.Module, span: CodeSpan | None, old: cst.CSTNode, new: cst.CSTNode) -> str:
    """Put another node in the place of one: into the text where that is the same, as it is fast."""
    text = module.bytes
    if span is not None:
        end = span.start + span.length
        if text[span.start : end].decode() == module.code_for_node(old):
            return f"{text[: span.start].decode()}{module.code_for_node(new)}{text[end:].decode()}"
    other = module.deep_replace(old, new)
    return other.code if isinstance(other, cst.Module) else module.code


def difference(code: str, other: str) -> str:
    """Name a change by its function and its lines, which stay when others move."""
    old, new = code.splitlines(), other.splitlines()
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    until = len(old) - last
    heads = [line for line in old[: max(first + 1, until)] if line.lstrip().startswith("def ")]
    where = heads[-1].split("def ")[1].split("(")[0] if heads and old[first][:1] in " )" else ""
    return f"{where}: {_joined(old[first:until])} -> {_joined(new[first : len(new) - last])}"


def _alike(old: list[str], new: list[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(old), len(new)))


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


# By what it is noticed


def stages(name: str, *, is_hasty: bool = False) -> list[list[str]]:
    """List the tests of a module in turn: its own, its room's, the stories that it decides."""
    path = Path(name)
    room = path.parts[0]
    own = [str(one.relative_to(HOME)) for one in (HOME / UNIT / room).glob(f"test_{path.name}*.py")]
    told = [*NEAR.get(name, []), *NEAR.get(f"{path.parent}/*", [])]
    near = [*sorted(own), *(f"{UNIT}/{one}" for one in told if (HOME / UNIT / one).exists())]
    rest = [str(one.relative_to(HOME)) for one in sorted((HOME / UNIT / room).glob("test_*.py"))]
    found = [near, [one for one in rest if one not in {*near, *SLOW}]]
    found += [[GOLDEN]] if room == "rules" else []
    return [one for one in found if one][: 1 if is_hasty else None]


def fails(tree: Path, tests: Sequence[str], most_s: float) -> str:
    """Run tests on a copy of the source in a child; tells `failed`, `too long` or nothing."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.path.insert(0, str(tree))
        os._exit(int(pytest.main([*WORDS, *tests])) != 0)
    until = time.monotonic() + most_s
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return "failed" if os.waitstatus_to_exitcode(status) else ""
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "too long"


def load_before(name: str, tree: Path) -> None:
    """Load for all children what no change touches: the parts of pytest, and earlier rooms."""
    for part in default_plugins:
        importlib.import_module(f"_pytest.{part}")
    for module in [one for one in sys.modules if one.split(".")[0] == "fairtag"]:
        del sys.modules[module]
    if name.split("/", maxsplit=1)[0] in {"rules", "alerts"}:
        sys.path.insert(0, str(tree))
        for module in ("orders.inforce", "intake.columns", "terms.ground", "terms.local"):
            importlib.import_module(f"fairtag.{module}")
        sys.path.remove(str(tree))
    gc.freeze()


@lru_cache
def limit_s(tree: Path, tests: tuple[str, ...]) -> float:
    """Tell how long tests may take: a change that makes a loop run for ever is noticed.

    They must pass before anything is changed.
    """
    began = time.monotonic()
    if fails(tree, tests, TOO_LONG_S):
        sys.exit(f"mutate: tests fail before anything was changed: {' '.join(tests)}")
    return 10 + 5 * (time.monotonic() - began)


class Try:
    """One module whose errors are tried on a copy of the source."""

    def __init__(self, name: str, tree: Path, tests: list[list[str]]) -> None:
        self.name = name
        self._tree = tree
        self._tests = tests
        self._path = tree / "fairtag" / f"{name}.py"
        self._code = self._path.read_text()

    def score(self, before: dict[str, Any], may_go_on: Callable[[], bool]) -> dict[str, object]:
        """Try all errors in a fixed random order, as long as there is time.

        What was tried `before` on the same code, and was noticed, is so again.
        """
        todo = changed(self._code)
        random.Random(self.name).shuffle(todo)  # noqa: S311 - a fair part when the time is short
        digest = hashlib.sha256(self._code.encode()).hexdigest()[:16]
        tried = before.get("tried", 0) if before.get("source") == digest else 0
        known = {*before.get("survivors", []), *reasons_of(self.name)}
        found: dict[str, list[str]] = {"": [], "failed": [], "too long": []}
        for n, one in enumerate(todo):
            told = difference(self._code, one)
            if n < tried and told not in known:
                found["too long" if told in before["too_long"] else "failed"].append(told)
            elif may_go_on():
                how = self._noticed(one)
                found[how].append(told)
                if not how and told not in known:
                    print("survived:", self.name, told, flush=True)  # noqa: T201
            elif n >= tried:
                break
            else:
                found[""].append(told)
        return {"errors": len(todo), "source": digest} | _told(self.name, found)

    def _noticed(self, other: str) -> str:
        """Tell how a change was noticed; nothing if it was not."""
        for tests in self._tests:
            most_s = limit_s(self._tree, tuple(tests))
            self._path.write_text(other)
            told = fails(self._tree, tests, most_s)
            self._path.write_text(self._code)
            if told:
                return told
        return ""


def reasons_of(name: str) -> dict[str, str]:
    """Give the reasons why changes of a module need not be noticed."""
    told = json.loads(REASONS.read_text()) if REASONS.exists() else {}
    return dict(told.get(name, {}))


def _told(name: str, found: dict[str, list[str]]) -> dict[str, object]:
    reasons, survived = reasons_of(name), found[""]
    killed = [*found["failed"], *found["too long"]]
    explained = [one for one in survived if one in reasons]
    tried, wanted = len(killed) + len(survived), len(killed) + len(survived) - len(explained)
    return {
        "tried": tried,
        "killed": len(killed),
        "explained": len(explained),
        "survived": len(survived),
        "raw_score": round(len(killed) / tried, 3) if tried else None,
        "score": round(len(killed) / wanted, 3) if wanted else None,
        "survivors": [one for one in survived if one not in reasons],
        "too_long": found["too long"],
        "wrongly_explained": [one for one in killed if one in reasons],
    }


def keep(name: str, found: dict[str, object]) -> None:
    """Write the scores of a module to the others'."""
    done = scores() | {name: found}
    OUT.write_text(json.dumps(done, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def scores() -> dict[str, Any]:
    """Read the scores of all modules that were tried."""
    return dict(json.loads(OUT.read_text())) if OUT.exists() else {}


def table() -> str:
    """Write the scores as a page: a line a module, and what no test notices and no reason excuses.

    Modules that are no longer there, or of which nothing was tried, are left out.
    """
    told = {name: one for name in modules([]) if (one := scores().get(name)) and one["tried"]}
    lines = [_row(f"`{name}`", [one], _how(one)) for name, one in told.items()]
    left = [f"- `{name}` `{one}`" for name, found in told.items() for one in found["survivors"]]
    page = [_PAGE, *lines, _row("in all", [*told.values()], "")]
    if left:
        page += ["", "## Not noticed, and not explained", *left]
    return "\n".join(page) + "\n"


_PAGE = """\
# What tests notice

How many small errors in the deciding rooms does a test notice? The page is made by
`bench/mutate.py --table` from the last scores; what is changed and what is left out stands in that
file's first lines. The bar is 95 % of every module.

*Tried* are changes that were made one at a time, in random order; where they are fewer than the
*errors*, time ran out, and they are a fair sample. *Explained* are those that no test can or should
notice; `bench/survivors.json` says why, one by one. *Score* is noticed of tried without those
explained. *Too long* of the noticed made the tests run for more than five times as long, and ten
seconds. *Tests* tells which ran: a module's own, or after them all of its room, and for
rules the golden stories; a survivor of its own tests may be noticed by the others.

| module | errors | tried | noticed | too long | explained | left | score | tests |
|---|--:|--:|--:|--:|--:|--:|--:|---|"""


def _row(name: str, found: Sequence[dict[str, Any]], how: str) -> str:
    counts = [sum(one[key] for one in found) for key in ("errors", "tried", "killed")]
    long, left = (sum(len(one[key]) for one in found) for key in ("too_long", "survivors"))
    explained = sum(one["explained"] for one in found)
    score = f"{100 * counts[2] / (counts[2] + left):.1f} %" if counts[2] + left else ""
    cells = [name, *counts, long, explained, left, score, how]
    return f"| {' | '.join(map(str, cells))} |"


def _how(found: dict[str, Any]) -> str:
    whole = "" if found["tried"] == found["errors"] else ", a sample"
    return ("its own" if found["hasty"] else "all") + whole


def copied(folder: str) -> Path:
    """Copy the source with byte code that is read only for the very text it was made from."""
    tree = Path(folder)
    shutil.copytree(SOURCE, tree / "fairtag", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(
        tree, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    return tree


def main() -> None:
    """Read the words, try the modules, write the scores."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--only", action="append", default=[], metavar="MODULE", help="rules/book")
    words.add_argument("--max-minutes", type=float, default=60.0, help="in all")
    words.add_argument("--again", action="store_true", help="only what survived or was left")
    words.add_argument("--hasty", action="store_true", help="only a module's own tests")
    words.add_argument("--table", action="store_true", help="only write docs/mutation.md")
    told = words.parse_args()
    if told.table:
        TABLE.write_text(table())
        return
    names = modules(told.only)
    if not names:
        words.error(f"no such module: {', '.join(told.only)}")
    os.chdir(HOME)
    os.environ |= {"FAIRTAG_COMPILED": "never", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    compileall.compile_dir(HOME / "tests", quiet=1)  # once, for all children
    gc.disable()  # children share what is loaded, and end before they need the collector
    began, share_s = time.monotonic(), told.max_minutes * 60 / len(names)
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(folder)
        for n, name in enumerate(names, start=1):
            until = began + n * share_s
            tests = stages(name, is_hasty=told.hasty)
            before = scores().get(name, {}) if told.again else {}
            load_before(name, tree)
            found = Try(name, tree, tests).score(
                before, lambda until=until: time.monotonic() < until
            )
            keep(name, found | {"hasty": told.hasty})
            print(name, {k: v for k, v in found.items() if k != "survivors"}, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
