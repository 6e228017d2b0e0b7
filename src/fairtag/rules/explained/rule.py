"""How are places decided, with every number of the record, for whoever wants to check it?

Each sentence takes its numbers from the settings, unrounded beside what is rounded: a number that
changes, changes a sentence. Units: those of the settings in; sentences out.
"""

from __future__ import annotations

import math

from fairtag.rules.explained.doubts import doubts
from fairtag.rules.explained.human import count, metres, number, odds, pace, percent, span, times
from fairtag.rules.explained.paragraph import Paragraph, told
from fairtag.rules.finding import MOST_CERTAIN
from fairtag.rules.settings import Settings


def rule_text(settings: Settings) -> tuple[Paragraph, ...]:
    """Explain the rule in full."""
    parts = (_error, _one_position, _several, _patience, _opens, _closes, _movement, _copies)
    others = (_silence, _late, _device, *doubts, _budget)
    return tuple(part(settings) for part in (*parts, *others))


def _exactly(nats: float) -> str:
    return f"{odds(nats)} ({number(abs(nats))} in natural log-odds)"


def _error(s: Settings) -> Paragraph:
    return told(
        "How wrong a position may be",
        "Each position is measured to the edge of the order's place: on which side, and how far.",
        f"An accuracy without a stated share is read as a circle that holds the device "
        f"{percent(s.level)} of the time.",
        f"Receivers claim to be better than they are: the error is taken to be "
        f"{number(s.optimism)} times as wide as claimed, and never less than {metres(s.least_m)}.",
        f"Added to it is an error that no claim shows: {metres(s.satellite_bias_m)} by satellite "
        f"or by a beacon at home, {metres(s.network_bias_m)} otherwise.",
        f"A position without an accuracy is taken to err by {metres(s.unknown_m)}.",
        f"A position wider than {metres(s.usable_m)} decides nothing, nor does that of a mobile "
        f"mast, nor one that a program set.",
        f"On a way that the device's own speed explains, the error is taken to be "
        f"{metres(s.tracked_m)} at most.",
    )


def _one_position(s: Settings) -> Paragraph:
    return told(
        "What one position can say",
        "Near the edge a position says nearly nothing, and the farther from it, in widths of its "
        "error, the more (Student's t, 3 degrees of freedom: far errors are common).",
        f"However far, one position says at most odds of {_exactly(s.most)}; with a movement that "
        f"explains it, {_exactly(s.most_moving)}.",
        "A position against the wearer says less while no movement explains it and the device "
        "tells its speed.",
        f"By satellite, and nearer than {number(s.far_widths)} widths of its error, it then says "
        f"at most odds of {_exactly(s.most_still)}; from networks, {_exactly(s.most_network)}.",
        f"For {span(s.jump_doubt_s)} after a jump of over {metres(s.doubt.jump_m)} that was faster "
        f"than {pace(s.doubt.jump_mps)}, none against the wearer says more than that last figure.",
    )


def _several(s: Settings) -> Paragraph:
    return told(
        "Why several are needed",
        "Errors of one time and place are one error: many positions are not many witnesses.",
        f"A position counts in full {span(s.memory_s)} after the one before, or "
        f"{span(s.moving_memory_s)} on the move, {span(s.near_memory_s)} where it lies near the "
        f"edge and against the wearer; sooner, for its share of that time.",
        f"The same network coordinates again count {percent(s.repeated_share)} of that.",
        f"Together, positions that agree say at most {number(s.reach)} times what one of them "
        f"says, {times(s.reach_moving)} where a movement explains them, and once more for each "
        f"{span(s.drift_s)} that they agree, but no more than {times(s.longest_drifts)} more.",
        "Positions from networks get no such addition while the device tells its speed and no "
        "movement explains them.",
        f"Each moves the belief towards that: by what it says itself, or by odds of "
        f"{_exactly(s.relax)} where that is more.",
        f"A position in the wearer's favour counts {times(s.in_favour_counts)} while the belief is "
        f"against the wearer.",
    )


def _patience(s: Settings) -> Paragraph:
    """Tell what follows from the numbers."""
    fewest = max(2, math.ceil(s.against / max(s.most, s.most_moving)))
    return told(
        "What follows from these numbers",
        f"From knowing nothing, it takes {fewest} positions at the very least to hold something "
        f"against a wearer.",
        "While no movement explains them and the device tells its speed:",
        f"positions by satellite near the edge {_by_satellite(s)};",
        f"positions from networks {_by_network(s)}.",
    )


_NEVER = "are never enough, however many"
_MANY = "are enough when many agree, however soon"


def _by_satellite(s: Settings) -> str:
    drifts = s.against / s.most_still - s.reach
    if drifts > s.longest_drifts:
        return _NEVER
    if drifts <= 0:
        return _MANY
    return f"must agree for {span(math.ceil(drifts * s.drift_s))} at least"


def _by_network(s: Settings) -> str:
    return _MANY if s.reach * s.most_network >= s.against else _NEVER


def _opens(s: Settings) -> Paragraph:
    return told(
        "When a matter opens",
        f"The belief must reach odds of {_exactly(s.against)} against the wearer; this is the "
        f"error budget.",
        f"More than one position must agree; where the newest is not by satellite, "
        f"{count(s.distinct, 'position')} that do not just repeat the one before.",
        f"The belief never goes beyond {_exactly(s.most_against)}, so that it can turn again.",
        "A curfew has a grace, which the order names: a matter opens only when the wearer was away "
        "for longer than that.",
        "Zones and appointments have none; an appointment counts as missed only when the known "
        "time elsewhere leaves too little for the ordered stay.",
        "Where nothing is known, nothing opens.",
    )


def _closes(s: Settings) -> Paragraph:
    return told(
        "When it closes",
        f"Less is asked to end a matter than to open one: odds of {_exactly(s.in_favour)} for the "
        f"wearer, and a newest position that itself gives {_exactly(s.least_in_favour)} for the "
        f"wearer.",
        f"The belief never goes beyond {_exactly(s.most_in_favour)} for the wearer.",
        "In between the matter stays as it is; so it does not open and close with every position.",
        "It also ends when the hours of the order, or the order, or an absence say so.",
    )


def _movement(s: Settings) -> Paragraph:
    return told(
        "What a movement is",
        f"Steps between positions are {span(s.step_s)} long at least, and count up to "
        f"{span(s.longest_step_s)}.",
        f"A movement is what the device's own speed explains, for {span(s.counted_step_s)} a step "
        f"at most, where it is on the move at both ends of the step; or, without a "
        f"satellite that tells a speed, two steps on end of over "
        f"{metres(s.step_m)} in one direction, slower than {pace(s.fastest_mps)}.",
        f"From {pace(s.moving_mps)} on, a device counts as on the move.",
        f"A movement explains a place when it is {percent(s.way_share)} of the distance against "
        f"the wearer, or more, and {metres(s.way_least_m)} at least.",
        f"A step is explained when it is no longer than {metres(s.explained_m)} and "
        f"{number(s.explained_times)} times the way at the device's own speed; a way is "
        f"{count(s.tracked_steps, 'such step')} on end, or more.",
    )


def _copies(s: Settings) -> Paragraph:
    return told(
        "What is no observation",
        f"A device on the move that gives one place for {span(s.copied_s)} tells an old one as "
        f"new: it is left out.",
        "While a satellite receiver is in doubt because it repeats one place, only positions after "
        "the last of those open a matter.",
        "Of two positions in one second the wider one is left out.",
        "While a device that is fitted to the wearer tells positions, only these say where the "
        "wearer is. Those of a phone are kept and shown; they count when no fitted device has told "
        "one for so long that nobody knows.",
    )


def _silence(s: Settings) -> Paragraph:
    return told(
        "What silence means",
        "Nothing about the wearer: no data is a matter for support and opens nothing else.",
        f"After {span(s.gap_s)} without a position agreeing begins anew, and for each "
        f"{span(s.fade_s)} beyond that the belief goes one natural log-odds back towards not "
        f"knowing.",
        "A matter that is open stays open in a silence, until the device is seen in the right "
        "place again or the hours of the order end.",
        f"When they end over {span(s.gap_s)} after the last position against the wearer, or over "
        f"two planned positions where those are farther apart, it says that nothing is known of "
        f"the time between, and nobody counts as absent for a whole curfew.",
        f"A device is called silent, or without a place, after several of its own planned "
        f"reports, and never before {span(s.silence_s)}.",
    )


def _late(s: Settings) -> Paragraph:
    return told(
        "What late data do",
        "Data are judged by when things happened, not by when they came.",
        f"What rests on data more than {span(s.late_s)} old is marked as late: it tells of then, "
        "not of now. So is what an absence that was recorded later lets begin, and is over by "
        "then; but an old message that comes along makes nothing late that new ones decide.",
        f"Up to {count(s.rejudged_days, 'day')} back, late data open, correct or withdraw; older "
        f"ones are kept and not judged.",
    )


def _device(s: Settings) -> Paragraph:
    return told(
        "What the device says of itself",
        f"Not worn is a matter after {span(s.body_off_s)}.",
        "A strap that was opened in an absence, and was not closed in it, is a matter from the end "
        "of the absence on.",
        f"A matter of a moment, such as an opened case, is over {span(s.linger_s)} after its "
        f"last sign.",
        f"A battery is low at {number(s.battery_low_pct)} %, and well again at "
        f"{number(s.battery_back_pct)} %.",
    )


def _budget(s: Settings) -> Paragraph:
    return told(
        "How sure, and how often wrong",
        f"Odds of {_exactly(s.against)} hold as long as errors are as the method takes them to be.",
        f"They never are quite, so no certainty above {percent(MOST_CERTAIN)} is ever told.",
        "Nor is it the share of alerts that turn out wrong: that depends, too, on how seldom "
        "wearers are really in the wrong place.",
        "How often it is wrong was measured on invented wearers with known truth and on real "
        "devices that lay still: docs/decisions/0002 has the figures.",
    )
