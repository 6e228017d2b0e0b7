"""What must anybody know before using this matcher? A model card and a bias report, as Markdown.

Both are made of a report by `fairtag face card`: nobody edits them, and the same report gives the
same text. Source of the headings: Mitchell et al. 2019 (model cards); ISO/IEC 19795-10:2024.
"""

from __future__ import annotations

from typing import Any

from fairtag.evaluation.faces import earlier
from fairtag.evaluation.faces.page import HEADS, percent, rows, table
from fairtag.faces.error_rates import needed
from fairtag.faces.threshold import DEMO_THRESHOLD, LEAST_SAMPLE, MOST_FMR, MOST_FNMR, MOST_SAMPLE

_MADE = "<!-- Made by `fairtag face card` from a report; don't edit. -->"


def model_card(told: dict[str, Any]) -> str:
    """Give `docs/faces.md`."""
    about, engine, reviews = told["about"], told["about"]["engine"], told["reviews"]
    weights = "\n".join(f"- `{one}`" for one in engine["weights_sha256"])
    return f"""{_MADE}
# The matcher: model card

**{engine["name"]} does not pass the gate of guarantee 8 and is not fit to decide.** It ships in *refer all*: every check-in
goes to people. Only a demo of invented people lets it say 'match', and every page says so. Who is treated worse by it
stands in [face-bias.md](face-bias.md).

## What it is
Two pictures in, one number out: the cosine of {engine["dims"]} numbers each. It never says who somebody is, and it can't say
'different': that is a person's word. Licence of the weights: {engine["licence"]}.
Whose faces it learned from: {engine["provenance"]}. Nobody asked those people.

{weights}

An agency may bring another engine as a plug-in; it passes the same gate or decides nothing either.

## What it is for
One-to-one checks of a photo against the pictures of the one wearer it was asked from. Not for finding anybody, not for
age, sex, origin or mood, not for children (none were measured).

## How it was measured
{_method(told)}

| what | value |
|---|---|
| accuracy at the best threshold ({told["accuracy_threshold"]:.4g}, chosen on the same pairs, so flattering) | {percent(told["accuracy"])} |
| the same, pairs that could not be compared counted as wrong ({told["pairs_unacquired"]}) | {percent(told["accuracy_unacquired_as_wrong"])} |
| equal error rate | {percent(told["eer"])} |
| pictures without a template (FTA) | {_counted(told, "fta")} |
| pictures that the live quality gate would send back | {_counted(told, "gate_refused")} |

{_usual(told)}

Three enrolled pictures and the best of three frames, measured before on more people ({_before()}):

{table(earlier.BURST_HEADS, list(earlier.BURST))}

These are press photos of well-known adults, taken about 2003; a photo taken at night on a watch is another matter.

## What it costs people
Of {reviews["check_ins_a_day"]:,} honest check-ins a day, with one picture each at threshold {told["threshold"]:.4g}, {reviews["a_day"]:,.0f} would come before people;
all {reviews["a_day_when_referring_all"]:,} while nothing may decide. The blind sample of matches is {percent(LEAST_SAMPLE)} to {percent(MOST_SAMPLE)}, a setting within that range. No more
check-ins may be planned than people can decide in 24 hours.

## The gate
FMR at most {percent(MOST_FMR)} overall **and in every reported group**, FNMR at most {percent(MOST_FNMR)} in the worst, each by the upper end of its 95 %
interval: at least {needed(MOST_FMR):,} pairs of people without an error for the one, {needed(MOST_FNMR)} people for the other. This report says:

{_why(told)}

The demo's profile (cosine {DEMO_THRESHOLD}, three enrolled, best of three) decides in a demo and is refused elsewhere.

## Doing it yourself
```
fairtag face evaluate --pairs pairs.csv --images DIR --groups groups.csv --key evaluator.pem --evaluator LAB --out DIR
openssl pkeyutl -verify -rawin -pubin -inkey evaluator.pub -sigfile report.sig -in report.json
fairtag face profile check DIR
```
`pairs.csv` has `left,right,same`; three enrolled pictures or three frames stand in one cell, joined by `+`. The name of a
file up to its last `_` is its person. `--as-live` takes only what the service takes, which a profile needs. A picture that
meets more than 20 others is refused: that would be a search by face. Impostors within a group are therefore listed, or
the data set is public and named in the code by its digest.
`evaluator.pub` says who signed only to somebody who got that key another way; compare its fingerprint, which
`fairtag face profile check` prints, with the one that the evaluator tells you. Another person than the evaluator puts the
profile up, and a second one approves it (`fairtag face profile propose`, `approve`); it stands in the access log and at
`/charter/faces`.
"""


def bias_report(told: dict[str, Any]) -> str:
    """Give `docs/face-bias.md`."""
    spread = "\n".join(_spread(name, one) for name, one in told["spread"].items())
    return f"""{_MADE}
# Who does the matcher treat worse?

**At one threshold the reference engine takes two Asian people for one 70 to 300 times as often as two white people, and
two Black people about 18 to 40 times as often.** It errs silently: it says 'match'. The people whom it mixes up are *not*
those it sends to people more often, so that an audit of false rejections alone would look good. **It fails the gate.**

## Measured before: {_before()}
False matches between two people of one group, with 95 % intervals over people:

{table(earlier.HEADS, list(earlier.SAME_GROUP_FMR))}

{table(earlier.SEX_HEADS, list(earlier.SEX))}

False non-matches at the same threshold, mean over people:

{table(earlier.FNMR_HEADS, list(earlier.FNMR))}

Faces that the detector missed (150 people a group, pictures made worse on purpose):

{table(earlier.MISSED_HEADS, list(earlier.MISSED))}

Why: the scores of *all* pairs of different people lie higher in some groups (median {_median()}). A stricter threshold
does not cure it. It is no artefact of guessed labels: on pictures with recorded labels (MEDS) 8 of 641 pairs of two Black
people matched falsely at 0.9428, and none of 438 pairs of two white people.

## Measured for this version
{_method(told)}

At threshold {told["threshold"]:.4g}:

{table(HEADS, rows(told))}

{spread}

What the live quality gate would send back (a gate can be unfair too):

{table(("Group", "Sent back"), [(name, _counted(one, "gate_refused")) for name, one in _everybody(told).items()])}

{_usual(told)}

## What it does not show
The groups are not what people said of themselves: sex comes from a list of first names, appearance is a machine's guess,
used where it was sure. Few Black and Asian people, no South Asian group, no skin tone, no children, no disability, no
veil. It is enough to refuse a claim of equal treatment, and not enough to make one.

## What follows
- {_why_short(told)}
- The ceilings hold in every group, by upper bounds: an average can't hide a group, and too few people show nothing.
- {percent(LEAST_SAMPLE)} to {percent(MOST_SAMPLE)} of all matches are looked at blind: nothing else finds a false match.
- Exposure is judged against the face's own range, and 'no face' means 'again' or 'people', never 'missed'.
- Wearers may say who they are, if they want to; `/fairness` tells inspectors how each group fared, in counts of ten or more.
"""


def _before() -> str:
    return "LFW View-2, 7,701 pictures of 4,281 people, 29.6 million impostor pairs"


def _median() -> str:
    return "cosine 0.850 white, 0.875 Black, 0.894 Asian"


def _method(told: dict[str, Any]) -> str:
    about = told["about"]
    data = about["data"]
    public = f" ({data['public']})" if data["public"] else ""
    return f"""{data["people"]:,} people, {data["pictures"]:,} pictures, {data["pairs"]:,} pairs{public}; digest `{data["sha256"][:16]}`. Pictures
taken as `{about["capture_mode"]}`, while a live check takes `{about["live_capture_mode"]}`; impostors: `{about["impostors"]}`. Intervals are
{about["intervals"]} ({about["draws"]:,} draws)."""


def _usual(told: dict[str, Any]) -> str:
    """Give every group at each of the usual thresholds."""
    parts = [
        f"At threshold {one['threshold']:.5g} ({name}):\n\n{table(HEADS, rows(one))}"
        for name, one in told["at"].items()
    ]
    return "\n\n".join(parts)


def _everybody(told: dict[str, Any]) -> dict[str, Any]:
    return {"all": told} | told["groups"]


def _counted(told: dict[str, Any], name: str) -> str:
    errors, trials = told[f"{name}_counts"]
    low, high = (percent(one) for one in told[f"{name}_95"])
    return f"{percent(told[name])} [{low}, {high}], {errors:,} of {trials:,}"


def _spread(name: str, one: dict[str, Any]) -> str:
    ratio = (
        "no ratio, the best had no error" if one["ratio"] is None else f"{one['ratio']:.3g} times"
    )
    least = f"at least {one['ratio_at_least']:.3g} times by the intervals"
    return f"- {name.upper()}: worst {one['worst']}, best {one['best']}: {ratio}; {least}."


def _why(told: dict[str, Any]) -> str:
    if told["gate"]["passes"]:
        return "- within every ceiling"
    return "\n".join(f"- {one}" for one in told["gate"]["why"])


def _why_short(told: dict[str, Any]) -> str:
    if told["gate"]["passes"]:
        return "This report is within the ceilings; a profile may be made of it by two people."
    return "The matcher decides nothing: the gate refuses it, and every check-in goes to people."
