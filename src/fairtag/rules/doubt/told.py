"""How is a doubt told? What was seen, and what helps, in words that ask and blame nobody.

The wearer and the officer read the same ones. `jamming` and `mock` are told by devices, too.
"""

from __future__ import annotations

# A cause gives what was seen, and what helps.
DOUBTS = {
    "mock": (
        "it says that a program gives them",
        "Look at the device together with the wearer: which program may set its position",
    ),
    "teleport": (
        "they jumped farther than anyone can travel in the time",
        "Speak with the wearer and check the device; a disturbed receiver can do this by itself",
    ),
    "circle": (
        "they went round and round with steps and turns that are all alike",
        "Speak with the wearer and check the device: which program may set its position",
    ),
    "speed": (
        "the speed that it told and the way between them contradict each other",
        "Check the receiver of the device; a broken one can do this by itself",
    ),
    "frozen": (
        "its satellite receiver repeated one place to the last digit",
        "Start the device anew, and exchange it if that does not help",
    ),
    "leap": (
        "they changed at once to a place far away, without a movement, and stayed there",
        "Speak with the wearer; positions from networks can be wrong like this for a while",
    ),
    "jamming": (
        "it says that radio disturbs its receiver",
        "Ask the wearer to move away from what disturbs it, such as a charger in a car",
    ),
}
