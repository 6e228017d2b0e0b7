"""How is a root key split between three people, and restored by any two? As words on paper.

Source: SLIP-0039, Shamir's secret sharing for mnemonic codes: 33 words carry 32 bytes, a checksum
of the words and a digest of the secret.
"""

from __future__ import annotations

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from fairtag.custody.refusals import SharesRefused

SHARES, NEEDED = 3, 2
_A_LINE = 11  # words
_WORDS = frozenset(WORDLIST)


def split(key: bytes) -> list[str]:
    """Split a key into three shares; any two restore it, one alone tells nothing.

    The library takes its chance from the system.
    """
    return list(generate_mnemonics(1, [(NEEDED, SHARES)], key)[0])


def page(share: str, number: int, *, check: str) -> str:
    """Lay a share out for paper: what it is, the words, how to keep it."""
    words = share.split()
    lines = [" ".join(words[n : n + _A_LINE]) for n in range(0, len(words), _A_LINE)]
    told = [
        f"Share {number} of {SHARES} of the root key of fairtag. Key check {check}.",
        f"Any {NEEDED} of the {SHARES} restore the key. One alone tells nothing.",
        "",
        *(f"    {line}" for line in lines),
        "",
        "Write it down by hand, hold it against the screen, seal it in an envelope.",
        "Keep it apart from the other two, with another person. No photo, no e-mail, no file.",
    ]
    return "\n".join(told)


def words_of(text: str) -> str:
    """Read the words of a share, out of its page or alone.

    Raises: SharesRefused when there are none.
    """
    lines = [line.strip().lower().split() for line in text.splitlines()]
    told = [word for line in lines if len(line) > 1 and _WORDS.issuperset(line) for word in line]
    if not told:
        rows = [line for line in lines if line]
        if not rows:
            raise SharesRefused("this share is empty")
        wrong = [word for word in max(rows, key=len) if word not in _WORDS]
        raise SharesRefused(f"{len(wrong)} of the words are in no share; read the paper again")
    return " ".join(told)


def join(shares: Sequence[str]) -> bytes:
    """Restore the key from two shares.

    Raises: SharesRefused, in words that tell what to do.
    """
    if len(shares) < NEEDED:
        raise SharesRefused(f"one share tells nothing; give {NEEDED} of the {SHARES}")
    read = [_read(share, place) for place, share in enumerate(shares, start=1)]
    if len({one.identifier for one in read}) > 1:
        raise SharesRefused("these shares are of different splits; take two of the same one")
    if len({one.index for one in read}) < len(read):
        raise SharesRefused("this is twice the same share; give two different ones")
    try:
        return bytes(combine_mnemonics(shares))
    except MnemonicError as error:
        raise SharesRefused("these two do not belong together; a share was made up") from error


def _read(share: str, place: int) -> Share:
    try:
        return Share.from_mnemonic(share)
    except MnemonicError as error:
        detail = f"share {place}: a word is wrong, missing or out of its place"
        raise SharesRefused(f"{detail}; hold it against the paper, word by word") from error
