"""What must a judge, a lawyer or a wearer know before reading a package? In plain words."""

from __future__ import annotations

from fairtag.disclosure.package.gathered import Gathered
from fairtag.disclosure.scope import Category
from fairtag.terms.instants import text

_FILES = (
    ("about.json", "who asked, on which legal ground, who decided, what was to be disclosed"),
    ("removed.json", "what was taken out, and why"),
    ("what-this-can-not-show.txt", "the limits of this record: please read it first"),
    ("orders/", "each version of the order; as-received/ holds the files byte for byte"),
    ("record.json", "when each version, suspension or end became known to the service"),
    ("traffic.ndjson", "what the devices said, a line a message, in order of arrival"),
    ("traffic-later.ndjson", "messages about the same time that arrived after its end"),
    ("findings.ndjson", "what followed from them by the rules, with every correction"),
    ("findings-later.ndjson", "later words on the same matters: READ THEM, they may withdraw one"),
    ("gaps.ndjson", "stretches of more than 30 minutes without a message or a position"),
    ("uncertainty.json", "how exact the positions were, by which settings they were judged"),
    ("devices.json", "which device when, how it was installed, what was refused as unreadable"),
    ("device-events.ndjson", "what the device said about itself: faults, battery, strap"),
    ("said.ndjson", "calls and visits, and what the wearer said"),
    ("wearer-wrote.ndjson", "what the wearer wrote about check-ins, or contests: READ IT"),
    ("complaints.ndjson", "what the wearer complained of, and what they were answered: READ IT"),
    ("check-ins.ndjson", "each demand for an answer, every answer, what people saw on it"),
    ("check-in-pauses.ndjson", "times in which nobody asked, or no silence counted, and why"),
    ("enrolled.ndjson", "where the pictures come from that answers are compared with"),
    ("matcher.json", "what the machine may decide, and how often it is wrong about whom"),
    ("decisions.ndjson", "what named people decided about alerts, why, and if it still stands"),
    ("alerts-closed.ndjson", "why alerts were closed; a closing decides nothing"),
    ("photos/", "the pictures, as far as they are still kept"),
    ("log.json", "entries of the access log about this wearer, with their proofs"),
    ("program.json", "which program and settings judged"),
    ("rule.txt", "the rule by which places are judged, in words"),
)
_AGAIN = """\
Anybody can check the findings without us and without a network. With fairtag installed:

    fairtag judge --package FOLDER > again.ndjson
    compare again.ndjson with data/findings.ndjson: they are the same, byte for byte.

If they are not, the program or its time zone data is of another version (see program.json), or
the package was changed (fairtag disclosure check FOLDER says so).
"""
_NOT_AGAIN = """\
The findings can't be judged again from this package: it does not reach back to the start of the
order, or does not hold order and positions. What was found rests on what was seen before.
"""
_LIMITS = """\
WHAT THIS RECORD CAN'T SHOW

- Where a person was. It shows where a device said that it was, and how exact it said that was.
  A position is right within its accuracy only most of the time; some receivers tell no accuracy.
- Why. Illness, an emergency, a permission given by phone, a closed road: a receiver knows none of
  it. Read what was said and the absences of the order.
- What happened in a gap. No data is not absence, and not a sign of intent. See gaps.ndjson.
- That nobody tampered. It shows what the strap's sensor said; sensors wear out and fail.
- What a court decided. Findings are what a program raised for people to look at, and none of
  them says that the order was broken. decisions.ndjson has what officers decided; only a court
  finds a breach.
- Who is on a picture. A machine compares faces and errs, with some people more often than with
  others (matcher.json); people who look at pictures err too. 'PAD: none' means that nothing was
  tested for telling a live face from a picture of one. A picture may show other people.
- A picture for long. A picture that matched goes 7 days after, others on their date; each answer
  and what people said of it stays.
- What was recorded and is gone. Records end on their date; what was destroyed before this was
  made is not in it.
- What a device said that could not be read, or that came after a cloned or former credential: it
  was kept apart for 14 days and not judged. devices.json has the counts.
"""
_GONE = {
    "answer": "answers to check-ins",
    "picture": "pictures of answers",
    "words": "words, whose record stands without them",
}


def read_me(gathered: Gathered) -> str:
    """Write the first page."""
    decision, window = gathered.decision, gathered.scope.window
    parts = [
        f"DISCLOSURE {decision.disclosure_id}",
        "",
        f"For: {gathered.recipient.name}",
        f"About: wearer {gathered.scope.wearer_id}, order {gathered.scope.order_id}",
        f"Time: {text(window.start)} until {text(window.end)} (UTC)",
        f"Purpose: {decision.purpose}",
        f"Legal ground: {gathered.gateway.title} ({gathered.gateway.source})",
        f"Case: {decision.case_ref}",
        "Use it for this purpose only. Destroy it when the purpose is over.",
        "",
        "All times are UTC unless a file says otherwise. Latitude and longitude are WGS 84.",
        "",
        "WHAT IS IN IT (below data/)",
        *(f"  {name:<28} {told}" for name, told in _FILES if _is_there(name, gathered)),
        "",
        "TO CHECK IT",
        _AGAIN if gathered.is_replayable else _NOT_AGAIN,
        "Each file has its SHA-256 in manifest-sha256.txt (BagIt, RFC 8493).",
        "",
    ]
    return "\n".join(parts)


def limits(gathered: Gathered) -> str:
    """Write what the record can't show; with what this one in particular lacks."""
    missing = sorted(str(one) for one in Category if one not in gathered.told)
    told = f"\nNot in this package: {', '.join(missing)}. See removed.json.\n" if missing else ""
    return _LIMITS + _gone(gathered) + told


def _gone(gathered: Gathered) -> str:
    """Say how much of what once was there is gone, and which."""
    found: dict[str, list[str]] = {}
    for what, ref in gathered.account.gone:
        if what != "picture" or Category.PHOTOS in gathered.told:
            found.setdefault(what, []).append(ref)
    lines = [f"  {_GONE[what]} ({len(refs)}): {', '.join(refs)}" for what, refs in found.items()]
    if not lines:
        return ""
    head = "\nDESTROYED BEFORE THIS WAS MADE, on its date; nobody can bring it back:\n"
    return head + "\n".join(lines) + "\n"


def _is_there(name: str, gathered: Gathered) -> bool:
    category = _OF.get(name)
    return category is None or category in gathered.told


_OF = {
    "orders/": Category.ORDER,
    "record.json": Category.ORDER,
    "traffic.ndjson": Category.POSITIONS,
    "traffic-later.ndjson": Category.POSITIONS,
    "gaps.ndjson": Category.POSITIONS,
    "uncertainty.json": Category.POSITIONS,
    "findings.ndjson": Category.FINDINGS,
    "findings-later.ndjson": Category.FINDINGS,
    "devices.json": Category.DEVICE,
    "device-events.ndjson": Category.DEVICE,
    "said.ndjson": Category.SAID,
    "wearer-wrote.ndjson": Category.SAID,
    "complaints.ndjson": Category.COMPLAINTS,
    "check-ins.ndjson": Category.CHECK_INS,
    "check-in-pauses.ndjson": Category.CHECK_INS,
    "enrolled.ndjson": Category.CHECK_INS,
    "matcher.json": Category.CHECK_INS,
    "decisions.ndjson": Category.DECISIONS,
    "alerts-closed.ndjson": Category.DECISIONS,
    "photos/": Category.PHOTOS,
    "log.json": Category.LOG,
}
