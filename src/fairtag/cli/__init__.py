"""The same verbs by hand: each command parses, calls one use case, formats."""

from __future__ import annotations

import sys

import typer

from fairtag.cli.bench import bench
from fairtag.cli.demo import demo
from fairtag.cli.device import devices
from fairtag.cli.duty import duty
from fairtag.cli.judge import judge
from fairtag.cli.keeping import audits, backup, restore
from fairtag.cli.order import orders
from fairtag.cli.serve import serve
from fairtag.cli.simulate import simulate
from fairtag.cli.user import users
from fairtag.terms.errors import FairtagError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="fairtag: open electronic monitoring. Data on stdout, words on stderr.",
)
app.add_typer(orders, name="order")
app.add_typer(devices, name="device")
app.add_typer(users, name="user")
app.add_typer(duty, name="duty")
app.command("judge")(judge)
app.command("serve")(serve)
app.command("simulate")(simulate)
app.command("demo")(demo)
app.add_typer(audits, name="audit")
app.command("bench")(bench)
app.command("backup")(backup)
app.command("restore")(restore)


@app.callback()
def _root() -> None:
    """Keep sub-commands by name even while there is only one."""


def main() -> None:
    """Run a command; a refusal is one line, never a traceback."""
    try:
        app()
    except FairtagError as refusal:
        print(f"fairtag: {refusal.code} {refusal}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
