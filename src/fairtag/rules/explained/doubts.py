"""When are the positions of a device in doubt, with every number?

Units: those of the settings in; sentences out.
"""

from __future__ import annotations

from fairtag.rules.explained.human import count, metres, number, pace, percent, span
from fairtag.rules.explained.paragraph import Paragraph, told
from fairtag.rules.settings import Settings


def _what(s: Settings) -> Paragraph:
    d = s.doubt
    return told(
        "When positions are in doubt",
        "A sign of doubt is a matter for support and never counts against the wearer: receivers "
        "show most of these signs by themselves.",
        "A device may say itself that a program gives its positions, or that radio disturbs it.",
        f"Steps are looked at between positions by satellite that claim {metres(d.unknown_m)} or "
        f"better, or of unnamed source that claim {metres(d.precise_m)} or better, "
        f"{span(d.step_s)} apart or more.",
        f"Without a claim the error is taken to be {metres(d.unknown_m)}; twice the errors of both "
        f"ends are taken off a step.",
        f"After {span(d.gap_s)} of silence nobody knows the way.",
    )


def _jumps(s: Settings) -> Paragraph:
    d = s.doubt
    return told(
        "Doubt: a jump that nobody makes",
        f"Over {metres(d.jump_m)}, and faster than {pace(d.jump_mps)}, between two steps slower "
        f"than {pace(d.slow_mps)}; or faster than {pace(d.no_craft_mps)}, as no aircraft goes.",
        f"A lone jump there and back is an error of the receiver; a second one within "
        f"{span(d.again_s)} is a sign.",
    )


def _circles(s: Settings) -> Paragraph:
    d = s.doubt
    return told(
        "Doubt: a perfect circle",
        f"At least {count(d.circle_steps, 'step')} on end have one length and one turn, within "
        f"{percent(d.circle_spread)}, over at least {count(d.circle_laps, 'lap')} of a radius up "
        f"to {metres(d.circle_m)}.",
    )


def _speeds(s: Settings) -> Paragraph:
    d = s.doubt
    long = f"{number(d.lie_fixes)} times on end and for {span(d.lie_s)} at least"
    return told(
        "Doubt: speed and way contradict each other",
        f"It tells {pace(d.still_mps)} or less and goes faster than {pace(d.moving_mps)}, {long};",
        f"or it tells {pace(d.fast_mps)} or more and stays within {metres(d.stood_m)}, {long}.",
    )


def _frozen(s: Settings) -> Paragraph:
    d = s.doubt
    return told(
        "Doubt: a frozen receiver",
        f"A satellite receiver repeats place and accuracy to the last digit, "
        f"{number(d.held_fixes)} times and for {span(d.held_s)} at least.",
    )


def _leaps(s: Settings) -> Paragraph:
    d = s.doubt
    return told(
        "Doubt: a place changed without a way",
        f"Of positions that claim {metres(d.leap_claim_m)} or better: a place held for "
        f"{span(d.leap_held_s)} is left by {metres(d.leap_m)} or more within "
        f"{span(d.leap_within_s)}, faster than {pace(d.leap_mps)}, with no movement told,",
        f"and the new place is then repeated to the last digit for {span(d.leap_held_s)}.",
    )


doubts = (_what, _jumps, _circles, _speeds, _frozen, _leaps)
