"""Is this one whole plain request of a device? Seen by one look at its bytes, without a parser.

A request that came whole and by itself, with headers of which every parser thinks the same. All
else, whatever it is, is for the parser.
"""

from __future__ import annotations

import re
from typing import Final

BEARER: Final = b"Bearer "
_FIRST: Final = b"POST /d/v1/messages HTTP/1.1\r\n"
# One credential, one length, and headers that change nothing; anything else is for the parser.
_HEAD: Final = re.compile(
    rb"POST /d/v1/messages HTTP/1\.1"
    rb"(?:\r\n(?!([A-Za-z-]+):.*\r\n(?i:\1):)"  # no name comes twice
    rb"(?:(?i:authorization): (Bearer [!-~]+)"
    rb"|(?i:content-length): ([0-9]{1,6})"
    rb"|(?i:host|user-agent|accept|accept-encoding|accept-language|content-type): [ -~]*"
    rb"|(?i:connection): keep-alive))+",
    re.DOTALL,
)
_END: Final = b"\r\n\r\n"
_MOST_HEAD: Final = 8_192  # bytes


def glance(data: bytes, *, most: int) -> tuple[bytes, int] | None:
    """Give the credential and where the body begins, which has at most `most` bytes.

    None: it is anything else.
    """
    end = data.find(_END)
    found = _HEAD.fullmatch(data, 0, end) if end > 0 else None
    if found is None:
        return None
    _, credential, length = found.groups()
    begin = end + len(_END)
    if not credential or not length or not 0 < int(length) == len(data) - begin <= most:
        return None
    return credential, begin


def is_part(data: bytes, *, most: int) -> bool:
    """Tell whether more bytes can make it what `glance` sees; bytes: those that came so far."""
    if not data.startswith(_FIRST[: len(data)]):
        return False
    end = data.find(_END)
    if end < 0:
        return len(data) < _MOST_HEAD
    found = _HEAD.fullmatch(data, 0, end)
    length = int(found[3] or 0) if found else 0
    return len(data) - end - len(_END) < length <= most
