"""Every way out of the house stands in one register; one that doesn't fails the build.

Calls are found in the source by their form: what opens a line, writes a file, answers a request,
prints, logs or counts. A form that this list does not know is not found: new libraries that send
anything belong into it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairtag.disclosure.egress import WAYS, How

SOURCE = Path(__file__).parents[2] / "src" / "fairtag"

_NET = {"httpx", "requests", "urllib.request", "aiohttp", "smtplib", "socket", "ssl"}
_NET |= {"websockets", "hvac", "nats", "aiomqtt", "paramiko", "ftplib", "telnetlib"}
_NET_CALLS = {"open_connection", "create_connection", "start_server"}
_WRITERS = {"write_bytes", "write_text", "copyfile", "copytree", "copy2", "fdopen", "save"}
_OPENERS = {"open", "ZipFile", "TarFile"}
_LOG = {"debug", "info", "warning", "error", "exception", "critical", "msg"}
_LOGGERS = {"log", "logger", "logging", "_log", "_logger"}
_METRICS = {"Gauge", "Counter", "Histogram", "Summary", "Info", "generate_latest"}
_ANSWERS = {
    "Response",
    "HTMLResponse",
    "PlainTextResponse",
    "JSONResponse",
    "RedirectResponse",
    "FileResponse",
    "StreamingResponse",
    "EventSourceResponse",
    "StaticFiles",
}


def sites(source: str, path: str) -> set[tuple[str, How]]:
    """List where something may leave: `path:definition`, and how."""
    tree = ast.parse(source)
    counts = {name for name, origin in _imported(tree) if origin == "prometheus_client"}
    net = {name for name, origin in _imported(tree) if _is_net(origin)}
    found: set[tuple[str, How]] = set()
    for place, call in _calls(tree):
        how = _how(call, net, counts)
        if how is not None:
            found.add((f"{path}:{place}", how))
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield (one.asname or one.name).partition(".")[0], one.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                yield one.asname or one.name, node.module


def _is_net(origin: str) -> bool:
    return any(origin == one or origin.startswith(f"{one}.") for one in _NET)


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for part in tree.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                yield getattr(part, "name", "-"), node


def _how(call: ast.Call, net: set[str], counts: set[str]) -> How | None:
    told = ast.unparse(call.func)
    first, name = told.partition(".")[0], told.rpartition(".")[2]
    if (first in net and told != first) or told in net or name in _NET_CALLS:
        return None if name in _HARMLESS else How.NETWORK
    if told in ("print", "typer.echo", "Console") or told.startswith(("sys.stdout", "sys.stderr")):
        return How.PRINT
    if name in _WRITERS or (name in _OPENERS and _writes(call, told)):
        return How.FILE
    if first in _LOGGERS and name in _LOG:
        return How.LOG
    if name in _METRICS and first in counts:
        return How.METRIC
    return How.ANSWER if name in _ANSWERS or told == "send" else None


_HARMLESS = {"create_default_context", "HTTPError", "InvalidURL", "SMTPException"}


def _writes(call: ast.Call, told: str) -> bool:
    if told == "os.open":
        return "O_RDONLY" not in ast.unparse(call)
    values = [*call.args, *(one.value for one in call.keywords if one.arg in (None, "mode"))]
    modes = [one.value for one in values if isinstance(one, ast.Constant)]
    return any(isinstance(one, str) and one[:1] in set("wxa") and len(one) < 6 for one in modes)


def all_sites() -> set[tuple[str, How]]:
    return {
        site
        for path in SOURCE.rglob("*.py")
        for site in sites(path.read_text(), str(path.relative_to(SOURCE)))
    }


def registered(site: tuple[str, How]) -> bool:
    """Tell whether a way covers it; wide places are for answers and prints only."""
    place, how = site
    return any(
        how is way.how and (one == place or _is_wide(one, place)) for way in WAYS for one in way.by
    )


def _is_wide(one: str, place: str) -> bool:
    return ":" not in one and place.startswith((f"{one}:", f"{one}/"))


def test_every_way_out_is_in_the_register() -> None:
    assert sorted(site for site in all_sites() if not registered(site)) == []


def test_the_register_is_no_longer_than_needed() -> None:
    found = all_sites()
    for way in WAYS:
        for one in way.by:
            used = [place for place, how in found if how is way.how]
            assert any(one == place or _is_wide(one, place) for place in used), (way.name, one)


def test_a_wide_place_is_for_answers_and_prints_only() -> None:
    """A file, a line to the world, a log line or a metric is registered function by function."""
    for way in WAYS:
        if way.how not in (How.ANSWER, How.PRINT):
            assert all(":" in one for one in way.by), way.name


def test_each_way_says_what_it_carries_and_who_decides() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS)
    for way in WAYS:
        assert way.carries
        assert way.decides
        # Personal data leave sealed, or to a person who signed in: nothing else carries any.
        assert way.is_sealed or way.is_to_signed_in or not way.is_personal, way.name


@pytest.mark.parametrize(
    "added",
    [
        "import httpx\ndef tell(name):\n    httpx.post('https://elsewhere', json=name)\n",
        "from httpx import post\ndef tell(name):\n    post('https://elsewhere')\n",
        "import httpx as h\ndef tell(name):\n    h.post('https://elsewhere')\n",
        "import smtplib\ndef tell():\n    smtplib.SMTP('elsewhere')\n",
        "import socket\ndef tell():\n    socket.create_connection(('elsewhere', 1))\n",
        "def tell(path):\n    path.write_text('who')\n",
        "def tell(path):\n    with path.open('w') as file:\n        file.write('who')\n",
        "import csv\ndef tell():\n    csv.writer(open('all.csv', mode='a'))\n",
        "def tell(name):\n    print(name)\n",
        "import structlog\nlog = structlog.get_logger()\ndef tell(n):\n    log.info('x', name=n)\n",
        "from prometheus_client import Gauge\ndef tell(n):\n    Gauge('x', n)\n",
        "from fastapi import Response\ndef tell(n):\n    return Response(n)\n",
    ],
)
def test_negative_control_a_new_way_out_is_noticed(added: str) -> None:
    (site,) = sites(added, "app/new.py") or {("none", How.FILE)}
    assert site[0] == "app/new.py:tell"
    assert not registered(site)
