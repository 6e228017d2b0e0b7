"""The same verbs by hand: each command parses, calls one use case, formats.

A command is loaded when it is called: `order check` needs neither a database nor a web server.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from fairtag.terms.errors import FairtagError

if TYPE_CHECKING:
    from collections.abc import Callable

# Where each command lives; in the order of its use.
COMMANDS = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "user": "user:users",
    "wearer": "people.wearer:wearers",
    "duty": "duty:duty",
    "order": "order:orders",
    "device": "device:devices",
    "disclosure": "disclosing.commands:disclosures",
    "judge": "judge:judge",
    "evaluate": "evaluate:evaluate",
    "face": "facing.commands:faces",
    "rules": "judge:rules",
    "simulate": "simulate:simulate",
    "keys": "keys.commands:keys",
    "audit": "log.audit:audits",
    "retention": "ending.retention:retention",
    "backup": "keeping:backup",
    "restore": "keeping:restore",
    "bench": "bench:bench",
}


class OnDemand(TyperGroup):
    """A group whose commands are loaded by name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one; None when there is none of this name."""
        del ctx
        return _loaded(cmd_name) if cmd_name in COMMANDS else None


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="fairtag: open electronic monitoring. Data on stdout, words on stderr.",
)


@app.callback()
def _root() -> None:
    """fairtag: open electronic monitoring. Data on stdout, words on stderr."""


def main() -> None:
    """Run a command; a refusal is one line, never a traceback."""
    try:
        app()
    except FairtagError as refusal:
        print(f"fairtag: {refusal.code} {refusal}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _loaded(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(f"fairtag.cli.{module}"), attribute)
    command: Any = get_group(found) if isinstance(found, typer.Typer) else _alone(found)
    command.name = name
    return command


def _alone(work: Callable[..., None]) -> Any:
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    one.command()(work)
    return get_command(one)
