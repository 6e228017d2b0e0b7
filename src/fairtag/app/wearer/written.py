"""What else does the access log say about a wearer? By kind, how often, and when last.

Looks and disclosures have lists of their own. Nothing here tells of a look whose notice waits: what
would is left out. Each kind has words in every language (`web.words`); one without fails the build.
Source: charter G4. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairtag.app.ports import Transaction
from fairtag.audit.entries import LoggedEntry
from fairtag.custody.delay import is_hidden
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

# What an entry says, or how it begins (with a dot at its end): the code of its words.
TOLD = {
    "check_in.answer": "answered",
    "checkin.drawn": "drawn",
    "checkin.asked": "asked",
    "checkin.called": "asked",
    "checkin.cannot": "paused",
    "checkin.paused.": "paused",
    "enrolment.open": "enrolled",
    "enrolment.pictures": "enrolled",
    "enrolment.replaced": "enrolled",
    "enrolment.confirmed": "enrolled",
    "enrolment.declined": "enrolled",
    "enrolment.re-enrol": "enrolled",
    "danger.warned": "warned",
    "photo.review": "seen",
    "check_in.cant_tell": "unseen",
    "alert.acknowledge": "alert",
    "alert.close": "alert",
    "alert.ended": "alert",
    "alert.decide": "decided",
    "second-look.": "again",
    "contact.log": "contact",
    "order.assigned": "staff",
    "order.unassigned": "staff",
    "interest.declared": "staff",
    "order.put": "order",
    "order.suspend": "order",
    "order.resume": "order",
    "order.end": "order",
    "order.lapse": "order",
    "order.reviewed": "order",
    "installation.": "device",
    "device.wiped": "device",
    "wearer.statement": "wrote",
    "wearer.contest": "wrote",
    "wearer.declared": "declared",
    "wearer.declared.withdrawn": "declared",
    "wearer.page": "came",
    "wearer.app": "came",
    "wearer.code": "came",
    "wearer.sign-in": "came",
    "outside.told": "outside",
    "outside.named": "outside",
    "outside.taken-back": "outside",
    "trail.compacted": "locked",
    "collection.begins": "locked",
    "erasure.": "erased",
    "hold.": "held",
}
# In lists of their own: who looked and why, and what was passed on.
ELSEWHERE = (
    "opening.",
    "break-glass.",
    "alert.evidence",
    "alert.texts",
    "photo.read",
    "disclosure.",
)
# Would tell that a notice waits, or is about somebody else: never here.
UNTOLD = ("notice.delay.", "second-person.", "third-person.")


class WrittenShown(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of entry about a wearer."""

    code: str  # of its words
    times: int
    last_at: Micros


def written_about(tx: Transaction, wearer_id: WearerId) -> tuple[WrittenShown, ...]:
    """List what the log says about a wearer by kind, the newest first."""
    found: dict[str, list[Micros]] = {}
    for one in tx.audit.about(wearer_id):
        code = code_of(one.entry.what)
        if code:
            found.setdefault(code, []).append(one.entry.at)
    told = [
        WrittenShown(code=code, times=len(times), last_at=max(times))
        for code, times in found.items()
    ]
    return tuple(sorted(told, key=lambda one: one.last_at, reverse=True))


def told_of(
    tx: Transaction, wearer_id: WearerId, entries: Sequence[LoggedEntry], *, now: Micros
) -> list[LoggedEntry]:
    """Give the entries that may go to the wearer's side now: none of a look whose notice waits."""
    delays = tx.openings.delays_about(wearer_id)
    hidden = {name for name, those in delays.items() if is_hidden(those, now=now)}
    return [
        one
        for one in entries
        if one.entry.details.get("grant") not in hidden
        and not any(_begins(one.entry.what, kind) for kind in UNTOLD)
    ]


def code_of(what: str) -> str | None:
    """Give the code of an entry's words; empty: it stands elsewhere; None: it has none yet.

    Example:
        >>> code_of("check_in.answer"), code_of("opening.read"), code_of("wearer.sold")
        ('answered', '', None)
        >>> code_of("pictures.sold") is None
        True
    """
    if any(_begins(what, name) for name in (*ELSEWHERE, *UNTOLD)):
        return ""
    fitting = [name for name in TOLD if _begins(what, name)]
    return TOLD[max(fitting, key=len)] if fitting else None


def _begins(what: str, name: str) -> bool:
    return what.startswith(name) if name.endswith(".") else what in (name, f"{name}.refused")
