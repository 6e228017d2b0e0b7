"""What of the rule must an officer and a wearer know? Their words, the record's numbers.

Units: those of the settings in; sentences out.
"""

from __future__ import annotations

from fairtag.rules.explained.human import chance, count, metres, number, odds, span, times
from fairtag.rules.explained.paragraph import Paragraph, told
from fairtag.rules.finding import MOST_CERTAIN
from fairtag.rules.settings import Settings


def officer_help(settings: Settings) -> tuple[Paragraph, ...]:
    """Tell an officer at night what an alert about a place rests on, and what it does not."""
    return (
        _what_it_is(),
        _before_you_act(),
        _how_sure(settings),
        _position(settings),
        _several(settings),
        _no_data(settings),
        _life(settings),
        _late(settings),
        _doubt(),
    )


def wearer_text(settings: Settings) -> tuple[Paragraph, ...]:
    """Tell a wearer how the device's positions are judged, and what the wearer can do."""
    return (
        _to_you(),
        _your_position(settings),
        _your_move(settings),
        _your_silence(settings),
        _your_grace(settings),
        _your_end(settings),
        _your_late(settings),
        _your_doubt(),
        _your_certainty(),
        _your_say(),
    )


def _what_it_is() -> Paragraph:
    return told(
        "What an alert about a place is",
        "The positions of a device fit the wrong side of an edge so well that a person must look.",
        "It is no decision, and says nothing about why. The wearer may have a good reason.",
    )


def _before_you_act() -> Paragraph:
    return told(
        "Before you act",
        "Look at the distance to the edge beside the accuracy, at when the positions were made, "
        "and at whether they show a way there.",
        "Phone the wearer and hear what happened.",
        "If you find that the place is wrong, close it as a wrong position: that is a good result.",
    )


def _how_sure(s: Settings) -> Paragraph:
    return told(
        "What the certainty means",
        f"Before an alert opens, the method's own figure has reached odds of {odds(s.against)}. "
        f"No alert puts the chance of being wrong below {chance(MOST_CERTAIN)}, because errors "
        f"come that nobody foresaw.",
        "This chance is not the share of alerts that turn out wrong: that depends, too, on how "
        "seldom wearers are really in the wrong place.",
    )


def _position(s: Settings) -> Paragraph:
    return told(
        "What one position can say",
        f"Errors are taken to be {number(s.optimism)} times as wide as devices claim; without a "
        f"claim, {metres(s.unknown_m)}. A position nearer the edge than its error hardly counts.",
        f"Positions of mobile masts, and those wider than {metres(s.usable_m)}, decide nothing.",
    )


def _several(s: Settings) -> Paragraph:
    return told(
        "Why it takes several",
        "Indoors a receiver can be wrong in the same way for minutes, so many positions are not "
        "many witnesses.",
        f"Those within {span(s.memory_s)} count as about one. Where the newest is not by "
        f"satellite, {count(s.distinct, 'position')} must agree that do not just repeat the one "
        f"before.",
        "A movement that leads there makes them count for more; a place without a way to it counts "
        "for less.",
    )


def _no_data(s: Settings) -> Paragraph:
    return told(
        "When there are no data",
        "Silence, an empty battery and a lost satellite say nothing about the wearer. They are "
        "matters for support.",
        f"A device is called silent after several of its own planned reports, and never before "
        f"{span(s.silence_s)}.",
        f"After {span(s.gap_s)} without a position, older ones count for less and less. But an "
        f"alert that is open stays open until the device is seen in the right place, or the hours "
        f"end. It then says up to when anything was known.",
    )


def _life(s: Settings) -> Paragraph:
    return told(
        "How it opens and closes",
        "A curfew has the grace that the order names; a zone has none.",
        f"To end it asks far less: odds of {odds(s.in_favour)} for the wearer are enough.",
        "What is over was ended by positions in the right place, or by the hours of the order. "
        "Only a person closes the alert.",
    )


def _late(s: Settings) -> Paragraph:
    return told(
        "When data came late",
        f"An alert says so when the deciding data were more than {span(s.late_s)} old. It tells of "
        f"then: send nobody out as if it were now.",
        f"Data up to {count(s.rejudged_days, 'day')} old can open, correct or withdraw a matter. "
        f"What was withdrawn does not count.",
    )


def _doubt() -> Paragraph:
    return told(
        "When positions are in doubt",
        "Jumps, perfect circles, frozen places, or speeds that do not fit are told as "
        "'Positions in doubt', for support.",
        "Broken and disturbed receivers do most of this by themselves. Speak with the wearer "
        "before you think of anything else.",
    )


def _to_you() -> Paragraph:
    return told(
        "What this page is",
        "A program looks at the positions of your device. It decides nothing about you: it asks a "
        "person to look.",
        "Here is how it looks. The numbers are the ones that it uses.",
    )


def _your_position(s: Settings) -> Paragraph:
    return told(
        "A position can be wrong",
        "Indoors, between houses and under ground a device can be far off, and it often believes "
        "that it is right.",
        f"So fairtag takes every error to be {number(s.optimism)} times as wide as your device "
        f"says, and one position never decides.",
        f"Positions of mobile masts, and those that may be off by more than {metres(s.usable_m)}, "
        f"never count against you.",
    )


def _your_move(s: Settings) -> Paragraph:
    return told(
        "Many positions are not many witnesses",
        f"Those within {span(s.memory_s)} of each other count as about one. If your device repeats "
        f"one place again and again, that hardly counts.",
        "It counts for more when your device is seen to go there, and for less when it is suddenly "
        "somewhere else.",
    )


def _your_silence(s: Settings) -> Paragraph:
    return told(
        "When your device says nothing",
        "No signal or an empty battery never counts as being in the wrong place. But an alert "
        "that is already open stays so until your device is seen in the right place.",
        f"After {span(s.silence_s)}, or later if your device reports seldom, somebody may ask "
        f"after the device. Please charge it when it asks you to.",
    )


def _your_grace(s: Settings) -> Paragraph:
    return told(
        "When an alert comes",
        "Your order names the places and the hours. For a curfew it names a grace: being away for "
        "less than that makes no alert.",
        f"An alert comes only when the method's own figure has reached odds of "
        f"{odds(s.against)} that your device is in the wrong place.",
    )


def _your_end(s: Settings) -> Paragraph:
    return told(
        "When it ends",
        f"Much less is enough to end it: odds of {odds(s.in_favour)} that your device is in the "
        f"right place. Until then, a position in your favour counts {times(s.in_favour_counts)}.",
    )


def _your_late(s: Settings) -> Paragraph:
    return told(
        "When data come late",
        f"If your device had no network, it can send later what it kept, up to "
        f"{count(s.rejudged_days, 'day')} back.",
        "An alert that these data do not support is withdrawn, and then it does not count.",
        f"An alert on data more than {span(s.late_s)} old says so.",
    )


def _your_doubt() -> Paragraph:
    return told(
        "When your device behaves oddly",
        "Receivers sometimes jump, freeze or tell an old place again. Then somebody checks the "
        "device together with you, and it does not count against you.",
    )


def _your_certainty() -> Paragraph:
    return told(
        "How sure it is",
        f"No method foresees every error. So an alert never puts the chance of being wrong below "
        f"{chance(MOST_CERTAIN)}, whatever the figure says.",
        "It can be wrong about you. It was tried on invented people and on real devices that lay "
        "still, and the results are public.",
    )


def _your_say() -> Paragraph:
    return told(
        "What you can do",
        "Say what happened, or that the place is wrong: to the person who calls you, or to your "
        "officer.",
        "If you had a reason, such as illness or an emergency, tell it: people weigh it, not the "
        "program.",
    )
