"""Write model card and bias report from a report of error rates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairtag.cli.facing.evaluating import REFERENCE, tools_of
from fairtag.evaluation.faces.profile import report_in
from fairtag.evaluation.faces.telling.cards import BIAS, CARD, document
from fairtag.terms.errors import UsageError


def card(
    report: Annotated[Path, typer.Argument(help="A report.json of `face evaluate`.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the documents.")],
) -> None:
    """Write the model card and the bias report. The same report gives the same text."""
    try:
        told = report_in(report.read_bytes())
    except OSError as error:
        raise UsageError(f"{report}: {error.strerror}") from error
    if told["about"]["engine"]["name"] != tools_of(REFERENCE)[0].info.name:
        raise UsageError(f"{report}: the documents are about the engine that ships")
    if "cohort" in told["about"]:
        raise UsageError(f"{report}: the documents are about scores without a cohort")
    try:
        for name in (CARD, BIAS):
            (out / name).write_text(document(name, told))
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    typer.echo(f"{out / CARD} and {out / BIAS}", err=True)
