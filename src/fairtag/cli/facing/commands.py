"""Which commands about faces are there? None takes a face and gives a person (charter G1)."""

from __future__ import annotations

import typer

from fairtag.cli.facing.comparing import compare, engines

faces = typer.Typer(no_args_is_help=True, help="Compare two pictures, and what compares them.")
faces.command("compare")(compare)
faces.command("engines")(engines)
