"""What is published about the rule? The record itself, and the texts that are made from it.

Units: those of the settings.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fairtag.rules.explained.human import count, metres, number, odds, pace, percent, span, times
from fairtag.rules.explained.paragraph import Paragraph, as_text
from fairtag.rules.explained.people import officer_help, wearer_text
from fairtag.rules.explained.rule import rule_text
from fairtag.rules.settings import Doubt, Settings

FORMAT = "fairtag-rules/1"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The record with its name, and how it reads."""

    format: str
    version: str
    digest: str  # stands in every finding
    settings: Settings
    rule: tuple[Paragraph, ...]
    officer: tuple[Paragraph, ...]
    wearer: tuple[Paragraph, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the record."""

    name: str
    value: str  # as it stands in the record
    reads: str  # as people say it


def published(settings: Settings) -> Published:
    """Give what is published."""
    return Published(
        format=FORMAT,
        version=settings.version,
        digest=settings.digest,
        settings=settings,
        rule=rule_text(settings),
        officer=officer_help(settings),
        wearer=wearer_text(settings),
    )


def rows(settings: Settings) -> list[Row]:
    """List every number of the record, those of doubt after the others."""
    return [*_rows(settings, ""), *_rows(settings.doubt, "doubt.")]


def head(settings: Settings) -> str:
    """Name the record in a line."""
    return f"Record {settings.version}, {settings.digest}"


def as_page(settings: Settings, paragraphs: tuple[Paragraph, ...], title: str) -> str:
    """Write a text with the name of its record, for a terminal."""
    return f"{title}\n{head(settings)}\n\n{as_text(paragraphs)}\n"


def _rows(record: Settings | Doubt, prefix: str) -> list[Row]:
    told = [(name, getattr(record, name)) for name in record.__struct_fields__]
    return [
        Row(name=prefix + name, value=number(value), reads=_reads(name, value))
        for name, value in told
        if isinstance(value, int | float)
    ]


def _per_cent(value: float) -> str:
    return f"{number(value)} %"


def _odds(value: float) -> str:
    return f"odds of {odds(value)}" + (" for the wearer" if value < 0 else "")


_BY_UNIT: dict[str, Callable[[float], str]] = {
    "s": span,
    "m": metres,
    "mps": pace,
    "pct": _per_cent,
    "days": lambda value: count(value, "day"),
}
_BY_NAME: dict[str, Callable[[float], str]] = {
    **dict.fromkeys(("level", "repeated_share", "way_share", "circle_spread"), percent),
    **dict.fromkeys(
        ("optimism", "explained_times", "reach", "reach_moving", "in_favour_counts"), times
    ),
    **dict.fromkeys(("most", "most_moving", "most_still", "most_network", "relax"), _odds),
    **dict.fromkeys(
        ("against", "most_against", "in_favour", "least_in_favour", "most_in_favour"), _odds
    ),
}


def _reads(name: str, value: float) -> str:
    known = _BY_UNIT.get(name.rpartition("_")[2]) or _BY_NAME.get(name, number)
    return known(value)
