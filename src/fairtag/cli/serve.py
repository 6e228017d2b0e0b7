"""Run the service."""

from __future__ import annotations

import ctypes
import gc
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated

import typer

from fairtag.adapters.alone import alone
from fairtag.adapters.logproof.signing import signer_beside
from fairtag.app.charter import Rehearsal
from fairtag.app.house import House
from fairtag.app.run_service import running
from fairtag.bootstrap import open_house
from fairtag.cli.house import DataFolder
from fairtag.cli.order import SchemeFile, scheme_from
from fairtag.evaluation.warming import warming
from fairtag.orders.scheme import Scheme
from fairtag.settings import settings_of
from fairtag.terms.errors import UsageError
from fairtag.web.porch.server import run
from fairtag.web.site import Site

# What is made for a request mostly goes with it, so the collector need not look after 700 objects:
# with the default it took a seventh of what a request costs.
_NEW_OBJECTS = 50_000
_ARENAS_MOST, _ARENAS = -8, 2  # M_ARENA_MAX in malloc.h
_REHEARSAL: dict[Rehearsal, str] = {
    "unproved": "REHEARSAL: not all ten guarantees are proved yet. Only orders of invented people "
    "are taken.",
    "root": "REHEARSAL: the root key is a file beside the data, so only orders of invented people "
    "are taken. For real ones set FAIRTAG_ROOT to a Vault or a module (docs/keys.md) before the "
    "first start, or FAIRTAG_ROOT_FILE_ALLOWED to yes, and start again.",
}
_LIVE = "LIVE: orders of real people are taken."


def _share_memory() -> None:
    """Let threads take memory from few places: each would keep for itself what it once needed.

    Source: mallopt(3); elsewhere than with glibc there is no such thing.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS_MOST, _ARENAS)


def serve(
    data: DataFolder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    database: Annotated[str, typer.Option(help="Not in this version: SQLite in --data.")] = "",
    nats: Annotated[str, typer.Option(help="Not in this version.")] = "",
    scheme: SchemeFile = None,
) -> None:
    """Take device traffic, judge it, show the queue. Ends with Ctrl-C."""
    if database or nats:
        raise UsageError("--database and --nats are not in this version; leave them out")
    allowed = scheme_from(scheme)
    with open_house(data, kind="service") as house:
        typer.echo(_REHEARSAL.get(house.rehearsal, _LIVE), err=True)
        run_site(house, data, host=host, port=port, scheme=allowed)


def run_site(
    house: House, data: Path, *, host: str, port: int, scheme: Scheme | None = None
) -> None:
    """Serve until the process is told to stop; without a scheme, under the shipped one."""
    settings = settings_of(data)
    _share_memory()
    # Without a signer set up elsewhere a child signs; it has its own key and memory.
    signing = nullcontext() if settings.log_signer else signer_beside(data / "signer")
    with alone(data), signing, warming(), running(house) as pulse:
        typer.echo(f"fairtag listens on http://{host}:{port}", err=True)
        site = Site(house, pulse, metrics_token=settings.metrics_token, scheme=scheme)
        # What is known from the start stays: a million orders need not be looked through again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS)
        run(site, site.door, host=host, port=port)
