"""With which words do these pages speak? Plain ones that hold nothing against anybody."""

from __future__ import annotations

import re

from fairtag.app.checkins.enrolling.sets import KIND as ENROLMENT_WAITS
from fairtag.app.reviewing.look import CANT_TELL
from fairtag.app.reviewing.overdue import KIND as REVIEW_WAITS
from fairtag.review.deciding import Change
from fairtag.review.deciding import Outcome as Found
from fairtag.review.photos import Outcome

KINDS = {
    REVIEW_WAITS: "Check-ins wait for people for long",
    CANT_TELL: "Nobody could tell from a check-in picture",
    ENROLMENT_WAITS: "Pictures to compare with wait for a look",
}
LOG = {
    "alert.decide": "decided about an alert",
    "photo.read": "looked at pictures of a wearer, without a name",
    "photo.read.refused": "asked to look at pictures and was refused",
    "photo.known": "looked at two pictures of the set with known answers",
    "photo.review": "said what two pictures show",
    "check_in.cant_tell": "ended a check-in that nobody could look at any more",
    "enrolment.confirmed": "said that pictures to compare with show the wearer",
    "enrolment.declined": "said that pictures to compare with don't show the wearer",
    "wearer.statement": "wrote something about a check-in",
}
OUTCOMES = {
    Outcome.MATCH: "The same person",
    Outcome.NO_MATCH: "Not the same person",
    Outcome.CONCERN: "The same, but something is wrong (a picture of a picture)",
    Outcome.CANT_TELL: "I can't tell",
}
FOUND = {
    Found.NO_VIOLATION: (
        "Nothing to hold against the wearer",
        "The condition was kept, or the device or the place was wrong.",
    ),
    Found.EXCUSED: (
        "Not kept, and excused",
        "You accept the reason: illness, an emergency, a late train, a flat battery.",
    ),
    Found.AUTHORISED: ("Allowed beforehand", "Permission had been given for this time."),
    Found.NON_COMPLIANCE: (
        "Not kept, and not excused",
        "You considered what the wearer says, and don't accept it. It is your finding, no court's.",
    ),
}
CHANGES = {
    Change.EVIDENCE: "The evidence has changed since: a finding was corrected or withdrawn.",
    Change.SAID: "The wearer has written something since.",
}
_MEASURES = {
    "Sharpness": "Sharp",
    "UnderExposurePrevention": "Not too dark",
    "OverExposurePrevention": "Not too bright",
    "DynamicRange": "Light and shade on the face",
    "IlluminationUniformity": "Light from both sides",
    "HeadPoseYaw": "Not turned to the side",
    "HeadPosePitch": "Not turned up or down",
    "HeadPoseRoll": "Upright",
    "InterEyeDistance": "Near enough",
    "HeadSize": "Near enough",
    "SingleFacePresent": "One face",
    "EyesOpen": "Eyes open",
    "MouthClosed": "Mouth closed",
    "NoHeadCoverings": "Nothing covers the head",
    "MarginAboveOfTheFaceImage": "Whole head in the picture",
}
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def measure(name: str) -> str:
    """Name a quality value in plain words.

    Example:
        >>> measure("UnderExposurePrevention"), measure("NoseShadow"), measure("")
        ('Not too dark', 'Nose shadow', '')
    """
    return _MEASURES.get(name) or " ".join(_CAPITAL.split(name)).capitalize()


def next_steps(phone: str, mend: str) -> dict[str, tuple[str, ...]]:
    """Say what to do about each kind of matter; how to ring and to end are the house's words."""
    return {
        "checkin.identity_unconfirmed": (
            f"Hear from the wearer how the picture came about, before anything else. {phone}",
            "Close it as handed to the authority. To decide is another step, below; it can wait.",
        ),
        CANT_TELL: ("Do what the sentence on top says.", mend),
        ENROLMENT_WAITS: ("Open ‘Enrolment’, look at the pictures, say whom they show.", mend),
        REVIEW_WAITS: ("Look at ‘Reviewers’: how many wait, and who looks.", mend),
    }
