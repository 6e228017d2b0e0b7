"""The root key's ceremonies and the keystore's copies; each leaves an entry in the access log."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.alone import alone
from fairtag.adapters.keys import copies
from fairtag.adapters.keys.epochs import Epochs
from fairtag.adapters.keys.file import check_in
from fairtag.adapters.keys.rotation import rotation
from fairtag.adapters.keystore import EPOCHS, NAME, KeyStore
from fairtag.adapters.roots.file import (
    FILE,
    FileRoot,
    erase,
    read_root,
    set_aside,
    write_root,
)
from fairtag.adapters.roots.shares import NEEDED, SHARES, join, page, split, words_of
from fairtag.app.keys.care import keep_keys
from fairtag.app.keys.ceremony import note
from fairtag.bootstrap import open_log, open_with_keys, root_of
from fairtag.cli.house import BY, DataFolder
from fairtag.custody.refusals import SharesRefused
from fairtag.custody.root import RootCheck, is_of
from fairtag.settings import settings_of
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import text

keys = typer.Typer(no_args_is_help=True, help="Rotate, split, restore and copy what opens records.")

Shares = Annotated[
    list[Path] | None,
    typer.Argument(help="Two files with a share each; without them the words are asked for."),
]


@keys.command("show")
def show(
    data: DataFolder, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print which root wraps the keys, its key check, and until when copies live."""
    with open_with_keys(data) as (house, store):
        now = house.clock.now()
        told = {
            "root": store.root.name,
            "key_check": store.check.value,
            "epochs": str(store.epochs.path),
            "final_at": text(store.epochs.final_at(now)),
        }
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"root\t{told['root']}\nkey check\t{told['key_check']}\nepochs\t{told['epochs']}")
    typer.echo(f"What is destroyed now is in no copy from {told['final_at']} on.")


@keys.command("rotate")
def rotate(
    data: DataFolder,
    to: Annotated[
        str | None,
        typer.Option("--to", help="file, transit:KEY or pkcs11:TOKEN/KEY; default: as it is."),
    ] = None,
) -> None:
    """Give the keys another root. The old one opens nothing any more; stop the service first."""
    with alone(_there(data)), open_with_keys(data) as (house, store):
        place = to or store.root.name
        new = root_of(settings_of(data), place)
        before = store.check.value
        told = {"from": store.root.name, "to": place, "key_check": before}
        note(house.store, house.clock, "keys.rotate", by=BY, **told)
        for _ in rotation(store, to=new, chance=os.urandom):
            pass
        check = store.check.value
        note(house.store, house.clock, "keys.rotated", by=BY, key_check=check)
    typer.echo(f"key check\t{check}")
    if to is not None:
        typer.echo(
            f'Set root = "{place}" in {data / "fairtag.toml"} before the next start.', err=True
        )
    typer.echo(
        "Copies of the keystore and shares from before are of no use now: "
        "run `fairtag keys backup`, and `fairtag keys split` where the root is a file.",
        err=True,
    )


@keys.command("split")
def show_shares(data: DataFolder) -> None:
    """Print three shares of the root file, once; any two of them restore it."""
    with open_with_keys(data) as (house, store):
        _demand_file(store)
        shares = split(read_root(data / "keys" / FILE))
        note(house.store, house.clock, "keys.split", by=BY, key_check=store.check.value)
        check = store.check.value
    pages = [page(share, number, check=check) for number, share in enumerate(shares, start=1)]
    typer.echo(f"\n\n{'=' * 76}\n\n".join(pages))
    typer.echo(
        f"\nThey are shown this once. Then try two of the {SHARES}: `fairtag keys drill`.", err=True
    )


@keys.command("join")
def bring_back(data: DataFolder, shares: Shares = None) -> None:
    """Restore the root file from two shares."""
    folder = data / "keys"
    with alone(_there(data)), open_log(data) as (log, clock):
        root, check = _restored(folder / NAME, _asked(shares))
        told = "" if check is None else check.value
        file = folder / FILE
        if file.exists() and file.read_bytes() == root:
            typer.echo(f"{file} is this root already; nothing was changed.", err=True)
            return
        note(log, clock, "keys.join", by=BY, key_check=told)
        folder.mkdir(exist_ok=True, mode=0o700)
        kept = set_aside(file) if check is None else None
        erase(file)  # the keystore has told that it opens nothing
        write_root(file, root)
    typer.echo(f"{file} is restored.", err=True)
    if check is None:
        typer.echo(f"There is no {folder / NAME} to hold it against yet.", err=True)
    if kept is not None:
        typer.echo(
            f"The root that was there is kept as {kept}: nothing told which of the two is right. "
            f"Destroy it once `fairtag keys show` opens with {file}.",
            err=True,
        )


@keys.command("drill")
def drill(data: DataFolder, shares: Shares = None) -> None:
    """Prove that two shares restore the root, and change nothing. Exit 1: they do not."""
    with open_with_keys(data) as (house, store):
        _demand_file(store)
        told = {"key_check": store.check.value}
        try:
            _restored(store.path, _asked(shares))
        except SharesRefused as refusal:
            note(house.store, house.clock, "keys.drill", by=BY, result="failed", **told)
            typer.echo(f"fairtag: {refusal.code} {refusal}", err=True)
            raise typer.Exit(1) from refusal
        note(house.store, house.clock, "keys.drill", by=BY, result="restores", **told)
    typer.echo(f"These two restore the root key (key check {told['key_check']}).")


@keys.command("backup")
def backup(
    data: DataFolder,
    out: Annotated[Path, typer.Option(help="File to write.")],
    new_epochs: Annotated[
        bool, typer.Option("--new-epochs", help="The epochs' file is lost: begin a new one.")
    ] = False,
) -> None:
    """Copy the keystore while it runs, sealed under this week's key. It lives 30 days at most."""
    with open_with_keys(data, is_new_epochs=new_epochs) as (house, store):
        now = house.clock.now()
        keep_keys(house)
        note(house.store, house.clock, "keys.backup", by=BY, epochs="new" if new_epochs else "")
        copies.copy_out(store.path, store.epochs, out, now=now)
        ends = text(store.epochs.final_at(now))
    typer.echo(f"{out}: opens until {ends}, with {store.epochs.path} and the root", err=True)


@keys.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="What `fairtag keys backup` wrote.")],
    data: DataFolder,
) -> None:
    """Put a copy in the place of a keystore that is lost; what was destroyed stays destroyed."""
    folder = data / "keys"
    at = (settings_of(data).epochs or folder) / EPOCHS
    if not at.is_file():
        raise UsageError(f"{at} is missing: only it opens copies of the keystore")
    with alone(_there(data)), open_log(data) as (log, clock):
        now = clock.now()
        with closing(Epochs(at, fresh=os.urandom(16))) as epochs:
            note(log, clock, "keys.restore", by=BY)
            folder.mkdir(exist_ok=True, mode=0o700)
            count = copies.copy_in(file, epochs, folder / NAME, now=now)
    typer.echo(
        f"{folder / NAME}: {count} keys are back; see them with `fairtag keys show`", err=True
    )


def _there(data: Path) -> Path:
    if not data.is_dir():
        raise UsageError(f"--data {data}: there is no such folder")
    return data


def _demand_file(store: KeyStore) -> None:
    if store.root.name != FileRoot.name:
        detail = f"the root is kept by {store.root.name}: restore it as its maker says"
        raise UsageError(f"{detail}; only a root file has shares")


def _asked(files: list[Path] | None) -> list[str]:
    """Read the shares from files, or ask for the words without showing them."""
    if files:
        try:
            return [words_of(path.read_text()) for path in files]
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"a share can't be read: {type(error).__name__}") from error
    hidden = sys.stdin.isatty()
    asked = [
        typer.prompt(f"Words of share {place} of {NEEDED}", hide_input=hidden, err=True)
        for place in range(1, NEEDED + 1)
    ]
    return [words_of(one) for one in asked]


def _restored(path: Path, shares: list[str]) -> tuple[bytes, RootCheck | None]:
    """Restore a root, and hold it against the keystore when that is there."""
    root = join(shares)
    if not path.exists():
        return root, None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        check = check_in(db)
    if check is not None and not is_of(FileRoot(root, chance=os.urandom), check):
        detail = f"they give a root key, but not this keystore's (key check {check.value})"
        raise SharesRefused(f"{detail}; was it rotated since the split?")
    return root, check
