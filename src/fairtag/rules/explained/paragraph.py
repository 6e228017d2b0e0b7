"""What is a part of an explanation? A title and its sentences, for pages, files and terminals."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import msgspec

_WIDTH = 100


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is explained."""

    title: str
    sentences: tuple[str, ...]


def told(title: str, *sentences: str) -> Paragraph:
    """Make a paragraph."""
    return Paragraph(title=title, sentences=sentences)


def as_text(paragraphs: Iterable[Paragraph]) -> str:
    """Write paragraphs for a terminal."""
    return "\n\n".join(
        f"{one.title}\n{textwrap.fill(' '.join(one.sentences), _WIDTH)}" for one in paragraphs
    )
