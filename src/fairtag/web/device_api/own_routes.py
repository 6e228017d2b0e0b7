"""Which addresses under /d/v1 are there for devices of ours, besides messages? A route a line."""

from __future__ import annotations

from fairtag.web.device_api import answers, me, prompts, statements
from fairtag.web.device_api.own import Own

_ANY = "*"

OWN: tuple[Own, ...] = (
    *me.ROUTES,
    Own(method="GET", path=("inbox",), handle=prompts.fetch),
    Own(method="POST", path=("check-ins", _ANY, "cannot"), handle=prompts.cannot),
    *answers.ROUTES,
    Own(method="POST", path=("help",), handle=prompts.help_me),
    Own(method="POST", path=("health",), handle=prompts.harm),
    *statements.ROUTES,
)


def routes_of(path: str) -> list[tuple[Own, tuple[str, ...]]]:
    """Find the routes of an address, of any method, with what stands for each '*'."""
    told = tuple(path.removeprefix("/d/v1/").split("/"))
    return [(own, _stands(own, told)) for own in OWN if _fits(own, told)]


def _fits(own: Own, told: tuple[str, ...]) -> bool:
    if len(own.path) != len(told):
        return False
    both = zip(told, own.path, strict=True)
    return all(bool(part) and wanted in (_ANY, part) for part, wanted in both)


def _stands(own: Own, told: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part, wanted in zip(told, own.path, strict=True) if wanted == _ANY)
