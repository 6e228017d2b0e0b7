"""The commands of `fairtag face`; each lives in a file of its own."""

from __future__ import annotations

import typer

from fairtag.cli.facing.card import card
from fairtag.cli.facing.evaluating import evaluate
from fairtag.cli.facing.fairness import fairness
from fairtag.cli.facing.profiles import profiles

faces = typer.Typer(
    no_args_is_help=True, help="Compare one to one, measure a matcher, see what may decide."
)
faces.command("evaluate")(evaluate)
faces.command("card")(card)
faces.command("fairness")(fairness)
faces.add_typer(profiles, name="profile")
