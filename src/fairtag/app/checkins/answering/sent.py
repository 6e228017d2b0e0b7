"""What did a device send as an answer, and what about it can't be right?

Nothing here refuses: an answer that does not hold is kept and people look at it.
Units: instants in µs UTC.
Source: charter G6 (it costs the wearer nothing); design.md §4; a signed burst with a nonce of ours.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, SECOND, Micros, parse

AHEAD = 120 * SECOND  # contract §4: a device's clock further ahead than this is no clock
MOST_FRAMES = 3  # contract §6

Timing = Literal["in_time", "early", "late", "clock"]
_Short = Annotated[str, msgspec.Meta(max_length=128)]
_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says of the pictures that it sends."""

    captured_at: Annotated[str, msgspec.Meta(max_length=40)]
    nonce: _Short
    sha256: Annotated[tuple[_Sha256, ...], msgspec.Meta(max_length=MOST_FRAMES)]
    signature: _Short
    challenge: _Short | None = None
    is_offline: bool = False


class OnDevice(msgspec.Struct, frozen=True, kw_only=True):
    """What a device found out by itself, such as by a fingerprint; no biometric leaves it."""

    result: Literal["yes", "no"]
    sensor: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    captured_at: Annotated[str, msgspec.Meta(max_length=40)]
    nonce: _Short
    signature: _Short


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One upload of a signed-in device."""

    about: str  # the check-in, or the invitation, that it answers
    device_id: DeviceId
    token_hash: bytes
    received_at: Micros
    told: Manifest | OnDevice
    frames: tuple[bytes, ...] = ()

    @property
    def captured_at(self) -> Micros:
        """Tell when the device says that it was taken; when it came here, if its clock is none."""
        told = parse(self.told.captured_at)
        return told if is_a_time(told, self.received_at) else self.received_at


def is_a_time(told: Micros, received_at: Micros) -> bool:
    """Tell whether a device's clock can be right."""
    return EARLIEST <= told <= received_at + AHEAD


def signed(token_hash: bytes, about: str, told: Manifest | OnDevice) -> str:
    """Give the signature that a device with this credential writes.

    The message is what it answers, the nonce, the time and the content, a line each; the content
    is the frames' SHA-256 joined by commas, or result and sensor.
    """
    content = ",".join(told.sha256 if isinstance(told, Manifest) else (told.result, told.sensor))
    message = f"{about}\n{told.nonce}\n{told.captured_at}\n{content}"
    return b64encode(hmac.digest(token_hash, message.encode(), hashlib.sha256)).decode()


def doubts_of(sent: Sent, *, nonce: str) -> tuple[str, ...]:
    """Name what of an upload can't be right; nothing of it is the wearer's fault."""
    told = sent.told
    found = []
    if not hmac.compare_digest(told.nonce.encode(), nonce.encode()):
        found.append("nonce")
    wanted = signed(sent.token_hash, sent.about, told)
    if not hmac.compare_digest(told.signature.encode(), wanted.encode()):
        found.append("signature")
    if isinstance(told, Manifest):
        if tuple(hashlib.sha256(one).hexdigest() for one in sent.frames) != told.sha256:
            found.append("sha256")
        if len(set(sent.frames)) < len(sent.frames):
            found.append("replay")
    return tuple(found)


def timing_of(sent: Sent, prompt: Prompt) -> Timing:
    """Tell whether an answer was taken in its window; when it arrives does not count.

    `early` is before the question came up. Clocks differ: two minutes either way harm nobody.
    """
    if not is_a_time(parse(sent.told.captured_at), sent.received_at):
        return "clock"
    if sent.captured_at < prompt.at - AHEAD:
        return "early"
    return "in_time" if sent.captured_at <= prompt.until + AHEAD else "late"


def digests(pictures: Sequence[bytes]) -> tuple[bytes, ...]:
    """Name pictures as they are kept: what was only packed anew has the same name."""
    return tuple(hashlib.sha256(one).digest() for one in pictures)
