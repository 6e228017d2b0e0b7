"""What would make a picture better, in words for whoever takes it? No score, and nobody's fault."""

from __future__ import annotations

ADVICE = {
    "more_light": "More light on the face: turn towards a window or a lamp.",
    "less_light": "Less light: step out of the sun, or turn the lamp away.",
    "hold_still": "Hold still while the picture is taken.",
    "come_closer": "Come closer to the camera.",
    "move_back": "Move back until the whole head is in the picture.",
    "face_the_camera": "Look straight into the camera.",
    "open_eyes": "Open the eyes, if that is possible.",
    "no_face": "No face was found. Show the whole face.",
    "one_person_only": "More than one face was found. Only the wearer should be in the picture.",
    "take_again": "The file could not be read as a picture. Take it again, as JPEG, PNG or WebP.",
    "take_one_more": (
        "To the machine this picture does not look like the others. That happens: light, glasses, "
        "the angle. Take one more, of the wearer alone. If it goes on, open a new enrolment."
    ),
    "take_another": "This picture is here already. Take another one.",
}


def advised(code: str) -> str:
    """Say what would help; a code that nobody wrote words for is a plain 'again'."""
    return ADVICE.get(code, "Take the picture again.")
