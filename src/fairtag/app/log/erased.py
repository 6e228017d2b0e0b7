"""Whose rows went lawfully? The log keeps the entries of what was erased; the store keeps no row.

Two people's run leaves what it took, item by item, beside a certificate in the log that names the
same items by a hash. An entry whose row those items took needs no row any more; every other does,
also of a wearer of whom a part was erased. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from fairtag.app.retention.book import Erased
from fairtag.audit.entries import Entry
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import WHOLE, hashed
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_HOUSE = WearerId("house")  # owner of what is about no wearer
# Which key seals the row that an entry accounts for. Looks, interests and the register of
# recipients have none: their rows stay.
SEALED: dict[str, RecordKind] = {
    "alert.close": RecordKind.FINDING,
    "order.put": RecordKind.ORDER,
} | dict.fromkeys(
    (
        *("contact.log", "opening.granted", "opening.break-glass", "break-glass.review"),
        *("wearer.contest", "wearer.statement", "photo.review", "alert.decide"),
    ),
    RecordKind.TEXT,
)
_TEXTS = ("notice.delay.", "second-person.", "complaint.", "disclosure.")
_STAYS = "disclosure.recipient"
# Rows that are older than their entry, by which their period can't be told: the log says of each
# whether it went.
_NAMED: dict[str, Callable[[Entry], str]] = {
    "alert.close": lambda entry: f"alerts/{entry.alert_id}",
    "order.put": lambda entry: f"order_versions/{entry.order_id}/{entry.details.get('version')}",
}


def sealed_under(what: str) -> RecordKind | None:
    """Tell which key seals the row of an entry of this code; None: the row stays for good."""
    if what.startswith(_TEXTS) and what != _STAYS:
        return RecordKind.TEXT
    return SEALED.get(what)


class Went:
    """What was erased, and what the log says about it."""

    def __init__(self, erased: Sequence[Erased]) -> None:
        self._erased = erased
        self._whole: dict[WearerId, Micros] = {}  # the newest end of a whole record
        self._parts: set[tuple[WearerId, str, str]] = set()
        for one in erased:
            owner = one.item.wearer_id
            if one.item.kind == WHOLE:
                self._whole[owner] = Micros(max(one.at, self._whole.get(owner, one.at)))
            else:
                self._parts.add((owner, one.item.kind, one.item.period))
        self._kinds = {(owner, kind) for owner, kind, _ in self._parts}
        self._owners = {one.item.wearer_id for one in erased}
        self._certified: set[tuple[str, str]] = set()  # run, and the hash of what went
        self._removed: set[tuple[str, Micros]] = set()  # run, and when its rows were removed
        self._orders: dict[str, WearerId] = {}
        self._apart: dict[str, str] = {}  # grants whose entries name no wearer, and their orders

    def take(self, entry: Entry) -> None:
        """Learn from an entry what was certified, and whose an order is."""
        told = entry.details
        if entry.what == "erasure.certificate":
            self._certified.add((told.get("run", ""), told.get("keys", "")))
        elif entry.what == "erasure.rows":
            self._removed.add((told.get("run", ""), entry.at))
        if entry.wearer_id in self._owners and entry.order_id is not None:
            self._orders[entry.order_id] = entry.wearer_id
        if "grant" in told and "of" in told:
            self._apart[told["grant"]] = told["of"]

    def may_lack_its_row(self, entry: Entry) -> bool:
        """Tell whether to look at an entry again, once all were taken."""
        is_about = entry.wearer_id is None or entry.wearer_id in self._owners
        return bool(self._owners) and is_about and sealed_under(entry.what) is not None

    def told(self, entry: Entry, *, is_gone: Callable[[str], bool]) -> Entry:
        """Give an entry as one whose row need not be there, when the row went lawfully.

        `is_gone` tells whether the log says of a watched row that the service removed it.
        """
        kind, owner = sealed_under(entry.what), self._owner(entry)
        if kind is None or owner is None:
            return entry
        named = _NAMED.get(entry.what)
        if named is not None:
            is_part = (owner, kind) in self._kinds
            went = (is_part or self._went_whole(owner, entry)) and is_gone(named(entry))
        else:
            is_part = (owner, kind, period_of(kind, entry.at)) in self._parts
            went = is_part or self._went_whole(owner, entry)
        return replace(entry, spooled=True) if went else entry

    def disagreement(self) -> str | None:
        """Tell the first run of which the store says something else than its certificate."""
        runs: dict[tuple[str, Micros], list[Erased]] = {}
        for one in self._erased:
            runs.setdefault((one.run_id, one.at), []).append(one)
        for (run, at), some in sorted(runs.items()):
            keys = hashed(one.item for one in some)
            if (run, keys) not in self._certified or (run, at) not in self._removed:
                return f"what the store says that erasure {run} took, the log does not say"
        return None

    def _went_whole(self, owner: WearerId, entry: Entry) -> bool:
        return entry.at <= self._whole.get(owner, -1)

    def _owner(self, entry: Entry) -> WearerId | None:
        """Tell whose a row is; what concerns a third person names its order at most."""
        if entry.wearer_id is not None:
            return entry.wearer_id
        grant = entry.details.get("grant", "")
        order = entry.details.get("of") or self._apart.get(grant)
        if order is None:
            return None if grant else _HOUSE
        return self._orders.get(order)
