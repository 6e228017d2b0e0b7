"""Which matcher may decide: show it, check a report, put a profile up, approve it, take it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from fairtag.cli.house import DataFolder, open_house
from fairtag.evaluation.faces.profile import candidate_of
from fairtag.evaluation.faces.signing import PUBLIC_KEY, REPORT, SIGNATURE, checked
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import text

if TYPE_CHECKING:
    from fairtag.app.books import Person
    from fairtag.app.house import House
    from fairtag.faces.model import ThresholdProfile

profiles = typer.Typer(no_args_is_help=True, help="Which matcher may decide, on which figures.")

Folder = Annotated[Path, typer.Argument(help="Folder with report.json, report.sig, the key.")]
PublicKey = Annotated[
    Path | None, typer.Option("--key", help="The evaluator's public key, got another way.")
]
By = Annotated[str, typer.Option("--by", help="Your account; asks for the password.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; the second person reads it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@profiles.command("show")
def show(data: DataFolder, as_json: AsJson = False) -> None:
    """Say what may decide, and why not. Exit 1: everything goes to people."""
    with open_house(data) as house:
        told = _standing(house)
    if as_json:
        typer.echo(msgspec.json.encode(told))
    for name, value in {} if as_json else told.items():
        typer.echo(f"{name}: {value}")
    if told["mode"] == "refer_all":
        raise typer.Exit(1)


@profiles.command("check")
def check(folder: Folder, key: PublicKey = None) -> None:
    """Check a report's signature and whether a profile made of it would pass. Opens no store.

    Exit 1: it would not.
    """
    from fairtag.faces.threshold import failings  # noqa: PLC0415 - after the report is read

    candidate, fingerprint = _candidate(folder, key)
    typer.echo(f"signed by {candidate.evaluated_by}, key {fingerprint}")
    why = failings(msgspec.structs.replace(candidate, approved_by="somebody+else"))
    for one in why:
        typer.echo(one)
    if why:
        raise typer.Exit(1)
    typer.echo("within the ceilings; two people who did not evaluate it may put it in force")


@profiles.command("propose")
def propose(
    folder: Folder, data: DataFolder, by: By, reason: Reason, key: PublicKey = None
) -> None:
    """Put a profile up; another person approves it. Prints the reference of the question."""
    from fairtag.app.matching.profiles import propose as put_up  # noqa: PLC0415 - a store's

    candidate, _ = _candidate(folder, key)
    with open_house(data) as house:
        person, password = _signed(house, by)
        asked = put_up(house, person, candidate, password=password, reason=reason)
    typer.echo(asked.proposal_id)


@profiles.command("approve")
def approve(
    proposal: Annotated[str, typer.Argument(help="The question's reference.")],
    data: DataFolder,
    by: By,
) -> None:
    """Agree as the second person, and put the profile in force. Shows it whole before it asks."""
    from fairtag.app.matching.profiles import approve as put_in_force  # noqa: PLC0415 - a store's

    with open_house(data) as house:
        asked, _ = house.store.read(lambda tx: tx.proposals.get(proposal))
        for name, value in asked.scope.items():
            typer.echo(f"{name}: {value}", err=True)
        person, password = _signed(house, by)
        kept = put_in_force(
            house,
            person,
            proposal,
            digest=asked.digest,
            password=password,
            engine=house.faces.info(),
        )
    typer.echo(f"in force since {text(kept.at)}, entry {kept.entry} of the access log")


@profiles.command("take-out")
def take_out(data: DataFolder, by: By) -> None:
    """Take the profile out of force, alone: from now on everything goes to people."""
    from fairtag.app.matching.profiles import take_out as leave  # noqa: PLC0415 - a store's

    with open_house(data) as house:
        person, password = _signed(house, by)
        leave(house, person, password=password)
    typer.echo("every check-in goes to people", err=True)


def _standing(house: House) -> dict[str, Any]:
    from fairtag.app.matching.published import published  # noqa: PLC0415 - a store's

    return published(house)


def _candidate(folder: Path, key: Path | None) -> tuple[ThresholdProfile, str]:
    """Read a signed report as a profile that nobody approved.

    Raises: UsageError, ReportRefused.
    """
    try:
        raw, signature = (folder / REPORT).read_bytes(), (folder / SIGNATURE).read_bytes()
        public = (key or folder / PUBLIC_KEY).read_bytes()
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}; was it signed?") from error
    fingerprint = checked(raw, signature, public)
    return candidate_of(raw), fingerprint


def _signed(house: House, name: str) -> tuple[Person, str]:
    found = house.store.read(lambda tx: tx.people.by_name(name))
    if found is None or found[0].disabled_at is not None:
        raise UsageError(f"--by {name}: there is no open account of this name")
    return found[0], typer.prompt(f"Password of {name}", hide_input=True, err=True)
