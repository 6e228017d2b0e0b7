"""Judge every golden case again and write down what came; `git diff` then shows what changed."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from fairtag.cli import app

HERE = Path(__file__).parent


def cases() -> list[Path]:
    """List the cases: folders with their orders, traffic and what is expected."""
    return sorted(path.parent for path in HERE.glob("*/traffic.ndjson"))


def command(case: Path) -> list[str]:
    """Give the words of the command; a file `until` holds the instant at which the clock stops."""
    words = ["judge", "--traffic", str(case / "traffic.ndjson")]
    for order in sorted(case.glob("order*.json")):
        words += ["--order", str(order)]
    until = case / "until"
    return [*words, "--until", until.read_text().strip()] if until.exists() else words


def judged(case: Path) -> bytes:
    """Judge a case through the command line."""
    done = CliRunner().invoke(app, command(case), catch_exceptions=False)
    if done.exit_code != 0:
        message = f"{case.name}: exit {done.exit_code}"
        raise ValueError(message)
    return done.stdout_bytes


if __name__ == "__main__":
    for one in cases():
        (one / "expected.ndjson").write_bytes(judged(one))
