"""What do the store and the matcher promise about check-ins?

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from fairtag.faces.capture.challenge import Done
from fairtag.faces.model import EngineInfo, Measure, Reading, Refer, Template
from fairtag.faces.refusals import PictureRefused
from fairtag.intake.messages import CheckInState
from fairtag.retention.due import DataKey
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

WANTED = 3  # pictures a wearer; design.md §4: three enrolment pictures


class PromptBook(Protocol):
    """Prompts; their limits are constraints of the table itself (charter G6)."""

    def add(self, prompts: Sequence[Prompt]) -> None:
        """Store drawn prompts.

        Raises: PromptRefused when one would be the sixth, too near another, or in protected hours.
        """
        ...

    def get(self, check_in_id: str) -> Prompt:
        """Give one.

        Raises: UnknownCheckIn.
        """
        ...

    def about(self, wearer_id: WearerId, during: Interval) -> list[Prompt]:
        """List a wearer's prompts whose time lies in a span, by time."""
        ...

    def move(
        self, check_in_id: str, state: CheckInState, *, at: Micros, is_void: bool = False
    ) -> Prompt:
        """Say how far a prompt came; a move backwards changes nothing.

        Raises: UnknownCheckIn.
        """
        ...


class Faces(Protocol):
    """Runs decoder and engine in processes apart: no network, no store, no ids (charter G1)."""

    def info(self) -> EngineInfo:
        """Tell which engine runs."""
        ...

    def detector(self) -> str:
        """Name the detector of presentation attacks that looks, and its digest; empty: none."""
        ...

    def walls(self) -> tuple[str, ...]:
        """Tell what the engine's process can't do; empty before its first picture."""
        ...

    def clean_all(self, frames: Sequence[bytes]) -> list[bytes | PictureRefused]:
        """Decode what claims to be one wearer's pictures within limits, and encode them anew
        without metadata; what is none is refused with a word from a closed list.

        A call has a child of its own: two wearers' pictures never meet in one.

        Raises: Busy when the process is gone.
        """
        ...

    def read_all(self, pictures: Sequence[bytes], *, key: bytes) -> list[Reading]:
        """Find the one face in each of a wearer's clean pictures; the templates are mapped with the
        wearer's key. A call has a child of its own here too.

        An engine that fails is the outcome `engine_error`; nothing is raised for it.
        """
        ...


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a wearer sent for a prompt, and what the machine said of it."""

    answer_id: str  # the receipt's reference
    check_in_id: str
    wearer_id: WearerId
    order_id: OrderId
    condition_id: ConditionId
    device_id: DeviceId
    captured_at: Micros
    received_at: Micros
    modality: str
    frames: int  # kept pictures; 0 for an `on_device_result` or a call
    result: Literal["match", "refer"]
    reason: Refer | None = None
    score: float | None = None
    profile: str | None = None
    engine: str | None = None
    pad: str = "none"
    measures: tuple[Measure, ...] = ()  # of the best frame
    is_sampled: bool = False  # a match that people look at blind, to see false accepts
    timing: Literal["in_time", "early", "late", "clock"] = "in_time"  # when it was taken
    challenge: Done = Done.NOT_ASKED  # what was seen of it
    doubts: tuple[str, ...] = ()  # why it is `pad`: 'nonce', 'signature', 'sha256', 'replay' …

    @property
    def needs_people(self) -> bool:
        """Tell whether people must look at it: referred, or a match drawn for the blind sample."""
        return self.result == "refer" or self.is_sampled


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an answer, as far as its pictures' end goes."""

    outcome: str  # as people said, or the machine's
    at: Micros


class AnswerBook(Protocol):
    """Answers and their pictures; each answer's pictures have one key of their own."""

    def put(
        self, answer: Answer, pictures: Sequence[bytes], *, frames: Sequence[bytes] = ()
    ) -> None:
        """Store an answer and its pictures, sealed; of `frames` (digests) keyed names are kept."""
        ...

    def seen(self, wearer_id: WearerId, frames: Sequence[bytes]) -> list[str | None]:
        """Tell of each frame, by its digest, which answer or enrolled picture of this wearer held
        it first.
        """
        ...

    def get(self, answer_id: str) -> Answer:
        """Give one.

        Raises: UnknownCheckIn.
        """
        ...

    def of_prompt(self, check_in_id: str) -> list[Answer]:
        """List the answers to a prompt, oldest first."""
        ...

    def to_review(self) -> list[Answer]:
        """List answers that people must look at and that are not decided, oldest first.

        Of a prompt that was answered again only the newest answer counts.
        """
        ...

    def decided(self, answer_id: str, outcome: str, *, at: Micros) -> None:
        """Say that people decided; from then on its pictures' end is known."""
        ...

    def outcome(self, answer_id: str) -> str | None:
        """Tell what people decided last about an answer; None: nobody did."""
        ...

    def pictures(self, answer_id: str) -> list[bytes]:
        """Open the pictures. Callers log first.

        Raises: SealBroken when they are gone.
        """
        ...

    def sampled(self) -> dict[str, int]:
        """Count what was said of matches that people looked at blind, by outcome; no one's name."""
        ...

    def has_pictures(self, answer_id: str) -> bool:
        """Tell whether pictures are kept of an answer; opens none."""
        ...

    def singles(self) -> list[tuple[DataKey, Decided | None]]:
        """List the keys of kept pictures, each with what came of its answer; None: undecided."""
        ...

    def acts(self) -> list[tuple[str, str]]:
        """List every stored answer and decision: a code, and the answer's id; for the log."""
        ...


class EnrolledPicture(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment picture without its content."""

    picture_id: str
    wearer_id: WearerId
    source: str  # such as "enrolment at the office", or an authority's reference
    taken_at: Micros
    added_at: Micros
    added_by: str
    measures: tuple[Measure, ...]
    invitation_id: str = ""
    # What the wearer took alone waits until an officer has looked; declined: only a hold keeps it.
    use: Literal["in_use", "waits", "declined"] = "in_use"


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An officer asks a wearer for enrolment pictures, on one device, until a time."""

    invitation_id: str
    wearer_id: WearerId
    order_id: OrderId
    device_id: DeviceId | None  # None: in person, at the desk
    opened_at: Micros
    until: Micros
    opened_by: str
    tries: int = 0  # uploads so far
    taken: int = 0  # pictures that were good enough

    @property
    def is_full(self) -> bool:
        """Tell whether there are as many pictures as were asked for."""
        return self.taken >= WANTED


class EnrolmentBook(Protocol):
    """A wearer's enrolled pictures and their templates, sealed under that wearer's key."""

    def put(self, told: EnrolledPicture, picture: bytes, template: Template) -> None:
        """Store one."""
        ...

    def put_template(self, picture_id: str, template: Template, *, at: Micros) -> None:
        """Store what another engine made of a kept picture, instead of what is there.

        Raises: UnknownEnrolment.
        """
        ...

    def put_use(self, told: EnrolledPicture) -> None:
        """Say anew what a picture is used for.

        Raises: UnknownEnrolment.
        """
        ...

    def listed(self, wearer_id: WearerId) -> list[EnrolledPicture]:
        """List a wearer's, newest first; no content."""
        ...

    def in_use(self, wearer_id: WearerId) -> list[EnrolledPicture]:
        """List the wearer's newest full set, newest first; no content.

        Without a full set: every picture that there is. None that waits for an officer's look.
        """
        ...

    def templates(self, wearer_id: WearerId, *, of: str | None = None) -> list[Template]:
        """Open the templates of what is in use, or `of` one invitation; for comparing only."""
        ...

    def pictures(self, wearer_id: WearerId, *, of: str | None = None) -> list[bytes]:
        """Open the pictures that are in use, or `of` one invitation. Callers log first."""
        ...

    def kept(self, wearer_id: WearerId) -> list[tuple[str, bytes]]:
        """Open every picture that is kept of a wearer, with its id, for another engine only."""
        ...

    def drop_template(self, picture_id: str) -> None:
        """Take a template away; its picture stays."""
        ...

    def remove(self, picture_id: str) -> None:
        """Take one away, with its template; their keys go with the next routine erasure."""
        ...

    def wearers(self) -> list[WearerId]:
        """List who has enrolled pictures."""
        ...

    def invite(self, invitation: Invitation) -> None:
        """Store an invitation."""
        ...

    def invitation(self, invitation_id: str) -> Invitation:
        """Give one as it stands.

        Raises: UnknownEnrolment.
        """
        ...

    def invited(self, wearer_id: WearerId, *, at: Micros) -> Invitation | None:
        """Give the wearer's newest invitation that is open and not filled yet."""
        ...

    def filled(self, *, most: int) -> list[Invitation]:
        """List invitations to devices that have a full set, newest first."""
        ...

    def tried(self, invitation_id: str) -> None:
        """Count an upload."""
        ...

    def singles(self) -> list[DataKey]:
        """List the keys of what is stored here."""
        ...
