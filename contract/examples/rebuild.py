# ruff: noqa: INP001 - a script, no package
"""Judge every example again and write its findings.

Run: .venv/bin/python contract/examples/rebuild.py
Look at `git diff contract/examples` before you commit: what changed there changed for everybody.
"""

from __future__ import annotations

import sys
from pathlib import Path

from typer.testing import CliRunner

from fairtag.cli import app

EXAMPLES = Path(__file__).parent


def judged(folder: Path) -> str:
    """Give the findings of an example as they are now."""
    order, traffic = folder / "order.json", folder / "traffic.ndjson"
    done = CliRunner().invoke(app, ["judge", "--order", str(order), "--traffic", str(traffic)])
    if done.exit_code != 0:
        sys.exit(f"{folder}: {done.output}")
    return done.stdout


def folders() -> list[Path]:
    """List the examples: one here, one more for each kind of condition."""
    return sorted(order.parent for order in EXAMPLES.rglob("order.json"))


if __name__ == "__main__":
    for folder in folders():
        (folder / "findings.ndjson").write_text(judged(folder))
