"""Which commands about faces are there? None takes a face and gives a person (charter G1)."""

from __future__ import annotations

import typer

from fairtag.cli.enrolling.again import re_enrol
from fairtag.cli.facing.card import card
from fairtag.cli.facing.cohorts import cohorts
from fairtag.cli.facing.comparing import compare, engines
from fairtag.cli.facing.evaluating import evaluate
from fairtag.cli.facing.fairness import fairness
from fairtag.cli.facing.profiles import profiles

faces = typer.Typer(
    no_args_is_help=True,
    help="Compare two pictures, measure a matcher, see what may decide and how groups fared.",
)
faces.command("compare")(compare)
faces.command("engines")(engines)
faces.command("evaluate")(evaluate)
faces.command("card")(card)
faces.command("fairness")(fairness)
faces.command("re-enrol")(re_enrol)
faces.add_typer(profiles, name="profile")
faces.add_typer(cohorts, name="cohort")
