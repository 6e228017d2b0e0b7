"""Which words does a wearer read or hear, in which language?

A code such as `inbox.face_photo` stands for a sentence. The catalogues are gettext files in `po/`;
`tools/words.py` turns them into `compiled/`, which the app and `told` read. A translation that
no person has checked says so (`reviewed` is false), and the app shows that.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

FIRST = "en"  # the language of the source
LANGUAGES = ("en", "cy", "ar", "sq", "pl", "vi")
# Where a wearer gets help at once; every page names the same number. Source: Ofcom, 999 and 112.
EMERGENCY_NUMBER = "999"


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """One language."""

    language: str
    name: str  # as its speakers call it
    dir: str  # "ltr" or "rtl"
    reviewed: bool
    words: dict[str, str]


@cache
def raw(language: str) -> bytes:
    """Give a compiled catalogue as it is served."""
    return resources.files(__name__).joinpath(f"compiled/{language}.json").read_bytes()


@cache
def catalogue(language: str) -> Catalogue:
    """Read a language; one that we don't have is read as English.

    Example:
        >>> catalogue("ar").dir, catalogue("xx").language
        ('rtl', 'en')
    """
    known = language if language in LANGUAGES else FIRST
    return msgspec.json.decode(raw(known), type=Catalogue)


def told(code: str, language: str) -> str:
    """Say a code in a language; places such as `{until}` are left for who shows it.

    Raises: KeyError for a code that no catalogue has.
    Example:
        >>> told("inbox.paused", "en"), told("inbox.paused", "pl")
        ('We do not ask you for now.', 'Na razie nie pytamy.')
    """
    return catalogue(language).words[code]


def in_all(code: str) -> dict[str, str]:
    """Say a code in every language: a device that is offline later may need another one.

    Example:
        >>> sorted(in_all("inbox.paused"))
        ['ar', 'cy', 'en', 'pl', 'sq', 'vi']
    """
    return {language: told(code, language) for language in LANGUAGES}
