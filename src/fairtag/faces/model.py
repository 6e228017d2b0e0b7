"""What does an engine say of a picture, and what does a comparison say? Never who somebody is.

There is no gallery in these types: a comparison takes exactly two templates (charter G1).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.terms.instants import Micros

Picture = NDArray[np.uint8]  # (height, width, 3), RGB, upright


class EngineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which engine it is; what is published at /charter."""

    engine_id: str
    version: str
    weights_sha256: tuple[str, ...]
    licence: str
    provenance: str  # on whose pictures it was trained, as far as anybody says
    dims: int
    metric: Literal["cosine"] = "cosine"
    digest: str = ""  # of the engine as it runs; what an allow-list names

    @property
    def name(self) -> str:
        """Name the engine with its version."""
        return f"{self.engine_id}@{self.version}"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that stand for one face; comparable only within one engine and one wearer."""

    engine: str  # `EngineInfo.name`
    vector: bytes  # float32, little endian, of length `dims`


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A face that was found in a picture. Units: pixels of the picture."""

    box: tuple[float, float, float, float]  # x, y, width, height
    score: float  # 0 to 1
    points: NDArray[np.float32]  # (n, 2) landmarks in the engine's own order
    depths: NDArray[np.float32] | None = None  # (n,) smaller is nearer, where the engine tells


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One quality value, by its name in ISO/IEC 29794-5; 'OFIQ-style', never conformant."""

    name: str
    value: float
    is_ok: bool


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector of presentation attacks said of a burst (`faces.capture.attacks`)."""

    detector: str  # name and version
    is_suspected: bool  # leads to people, never to a finding


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture gave. Only `one` has a template; none of the others means 'not the same'."""

    outcome: Literal["one", "no_face", "many_faces", "poor_quality", "engine_error"]
    measures: tuple[Measure, ...] = ()
    advice: tuple[str, ...] = ()  # codes such as "more_light", for words in the wearer's language
    template: Template | None = None  # also with `poor_quality`, when there was one face
    attack: Attack | None = None  # of the burst up to this picture, where a detector runs


class Engine(Protocol):
    """What finds, measures and compares faces; a plug-in of the entry point `fairtag.engines`."""

    info: EngineInfo

    def detect(self, picture: Picture) -> list[Face]:
        """Find faces; the caller refuses none and more than one."""
        ...

    def quality(self, picture: Picture, face: Face) -> tuple[Measure, ...]:
        """Measure how good a picture of this face is."""
        ...

    def embed(self, picture: Picture, face: Face) -> Template:
        """Give the numbers of this face."""
        ...


class Refer(StrEnum):
    """Why a machine leaves the answer to people (design.md §4, and some of ours)."""

    LOW_SCORE = "low_score"
    POOR_QUALITY = "poor_quality"
    NO_FACE = "no_face"
    MANY_FACES = "many_faces"
    PAD = "pad"
    ENGINE_ERROR = "engine_error"
    NOT_AUDITED = "not_audited"  # no profile may decide here: everything goes to people
    NOT_ENROLLED = "not_enrolled"  # there is no picture of this engine's to compare with
    OUT_OF_WINDOW = "out_of_window"  # taken after the time to answer: people hear why
    CHALLENGE = "challenge"  # the movement that was asked for was not seen: another try, or people
    CHALLENGE_LEFT_OUT = "challenge_left_out"  # the other way was chosen: people look instead
    DEVICE_SAID_NO = "device_said_no"  # an `on_device_result` of 'no': not a machine's word here


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine says; a 'no' is a person's word."""

    outcome: Literal["match", "refer"]
    reason: Refer | None = None  # with `refer`
    score: float | None = None  # the best frame's cosine with the enrolled pictures' mean
    normalised: float | None = None  # the best frame beside a cohort, in spreads; what decided then
    profile: str | None = None  # digest of the profile that decided


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """An error rate as counted, with its 95 % interval."""

    errors: int
    trials: int
    low: float
    high: float  # with no trials 1.0: nothing is shown


class GroupRates(msgspec.Struct, frozen=True, kw_only=True):
    """Error rates of one group, or of all: false match, false non-match, failure to acquire."""

    group: str
    fmr: Rate
    fnmr: Rate
    fta: Rate


class ThresholdProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At which score an engine may say 'match', and what shows how often that is wrong (G8)."""

    engine: str  # `EngineInfo.name`
    weights_sha256: tuple[str, ...]
    capture_mode: str  # such as "burst3-enrolled3"
    threshold: float  # a cosine; with a cohort in spreads
    mode: Literal["refer_all", "demo", "live"]
    data_sha256: str  # of the pair list and pictures that were compared
    report_sha256: str
    overall: GroupRates
    groups: tuple[GroupRates, ...]
    made_at: Micros
    evaluated_by: str
    approved_by: str
    cohort_sha256: str = ""  # the cohort that scores were held against; it alone will do
