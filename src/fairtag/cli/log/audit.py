"""Check, hand out and prove the access log; and the process that signs it."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from fairtag.audit.export import check_export, exported, is_export
from fairtag.audit.notes import Checkpoint, note_from
from fairtag.cli.house import DataFolder
from fairtag.terms.errors import StoreRefused, UsageError

if TYPE_CHECKING:
    from fairtag.app.log.verify import Found
    from fairtag.app.ports import Transaction

audits = typer.Typer(no_args_is_help=True, help="Check, hand out and prove the access log.")
_AGAIN_S = 1.0  # a running service is between file and table for less
_ALL = 10_000_000


@audits.command("verify")
def verify(
    data: Annotated[
        Path | None, typer.Option("--data", help="A data folder or a copy of one; no keys needed.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="A file that `audit export` wrote.")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that somebody else kept.")
    ] = None,
    spool: Annotated[
        Path | None, typer.Option(help="Folder of the log's file, if it is not where it was.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say whether the log is untouched and agrees with the rows. Exit 0: it does; 1: it doesn't."""
    if (data is None) == (log is None):
        raise UsageError("give one of --data DIR and --log FILE")
    outside = [_note_in(one) for one in checkpoint or []]
    told = _of_file(log, outside) if log is not None else _of_store(data or Path(), spool, outside)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(told["broken"] or told["told"])
        if told["broken"] is None and not told["witnesses"]:
            typer.echo("Unwitnessed: no one outside signed the newest checkpoint.", err=True)
    if told["broken"] is not None:
        raise typer.Exit(1)


@audits.command("export")
def export(
    data: DataFolder,
    out: Annotated[Path, typer.Option(help="File to write; it must not be there yet.")],
) -> None:
    """Write entries and checkpoints as a file that `audit verify --log` checks anywhere."""
    if out.exists():
        raise UsageError(f"--out {out}: it is there already")
    with _looking(data) as tx:
        size = tx.audit.size()
        end = Checkpoint(origin="", size=size, root=tx.audit.root(size))
        notes = [one.note for one in tx.audit.checkpoints()]
        lines = tx.audit.lines(after=0, limit=_ALL)
        out.touch(mode=0o600)
        with out.open("wb") as file:
            file.writelines(exported(lines, notes, end))
    typer.echo(f"{out}: {size} entries, {len(notes)} checkpoints", err=True)


@audits.command("prove")
def prove(n: Annotated[int, typer.Argument(help="Number of the entry.")], data: DataFolder) -> None:
    """Print an entry with its proof, for `fairtag-witness verify`."""
    from fairtag.app.prove_look import prove_entry  # noqa: PLC0415 - verifying a file needs no house

    with _looking(data) as tx:
        typer.echo(json.dumps(prove_entry(tx, n), indent=1))


@audits.command("signer")
def signer(
    folder: Annotated[Path, typer.Option("--dir", help="The signer's own folder: key, memory.")],
    socket: Annotated[Path | None, typer.Option(help="Where it listens; DIR/socket.")] = None,
    as_child: Annotated[
        bool, typer.Option("--as-child", hidden=True, help="End with the standard input.")
    ] = False,
) -> None:
    """Sign the log's checkpoints, as a process of its own. Ends with Ctrl-C."""
    from fairtag.adapters.logproof.signer import LogSigner, serve_signer  # noqa: PLC0415

    made = LogSigner(folder)
    if not as_child:
        typer.echo(made.key.text, err=True)
    else:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    serve_signer(made, socket or folder / "socket")


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _of_store(data: Path, spool: Path | None, outside: list[str]) -> dict[str, Any]:
    found = _looked(data, spool, outside)
    if found.broken is not None:
        time.sleep(_AGAIN_S)
        found = _looked(data, spool, outside)
    told = f"The log is untouched and agrees with the rows: {found.size} entries"
    told += f", {found.signed} of them signed." if found.signed else ", unsigned."
    if found.alone:
        told += f" Entries written while the file beside the table failed: {found.alone}."
    if found.spooled:
        told += f" Entries that the file had first: {found.spooled}."
    return {**msgspec.to_builtins(found), "told": told}


def _looked(data: Path, spool: Path | None, outside: list[str]) -> Found:
    from fairtag.adapters.logproof.signer import head_in  # noqa: PLC0415
    from fairtag.adapters.spool import Spool  # noqa: PLC0415
    from fairtag.app.log.verify import Found, verify_log  # noqa: PLC0415
    from fairtag.settings import settings_of, spool_of  # noqa: PLC0415

    # What the signer says and the file holds is read around the snapshot: both only grow.
    head = head_in(data / "signer")
    seen = None if head is None else Checkpoint(origin="", size=head.size, root=head.root)
    beside = Spool(spool or spool_of(data, settings_of(data)))
    before = beside.held()
    with _looking(data) as tx:
        held = beside.held()
        early = msgspec.structs.replace(held, bodies=held.bodies[: len(before.bodies)])
        try:
            return verify_log(
                tx,
                held,
                awaited=early,
                outside=outside,
                remembered=seen,
            )
        except (sqlite3.DatabaseError, msgspec.MsgspecError, ValueError) as error:
            return Found(broken=f"the store can't be read: {error}")


def _of_file(log: Path, outside: list[str]) -> dict[str, Any]:
    try:
        with log.open("rb") as file:
            if not is_export(file.readline()):
                raise UsageError(f"--log {log}: this is no file of `fairtag audit export`")
            broken, found = check_export(file, outside=outside)
    except OSError as error:
        raise UsageError(f"--log {log}: {error.strerror}") from error
    told = f"The file is whole: {found.size} entries under a tree with this root."
    return {"broken": broken, "size": found.size, "witnesses": [], "told": told}


def _note_in(file: Path) -> str:
    try:
        told = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--checkpoint {file}: it can't be read") from error
    note_from(told)
    return told


@contextmanager
def _looking(data: Path) -> Iterator[Transaction]:
    from fairtag.adapters.sqlite.log.looking import looking  # noqa: PLC0415

    try:
        with looking(data) as tx:
            yield tx
    except StoreRefused as error:
        raise UsageError(f"--data {data}: {error}") from error
