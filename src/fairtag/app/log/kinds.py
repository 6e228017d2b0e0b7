"""Which rows of the store must have which entries in the log, and the other way round?

One list, `KINDS`: each kind names its table, the codes of its entries, and how the two match.
Whoever adds rows that say what people did adds a kind here, and the table to
`adapters.sqlite.log.rows.WATCHED`, which finds any change of a row by others than the service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fairtag.alerts.model import AlertState
from fairtag.app.matching.book import DIGEST, IN_FORCE, OUT_OF_FORCE
from fairtag.app.ports import Transaction
from fairtag.app.record_installation import STEPS_BY_PEOPLE
from fairtag.app.reviewing.again import DRAWN as AGAIN_DRAWN
from fairtag.app.reviewing.again import SAID as AGAIN_SAID
from fairtag.audit.entries import MACHINE, Entry
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.faces.verdict import digest as digest_of
from fairtag.rules.prompts.model import commitment
from fairtag.terms.instants import DAY, Micros, text

_ALL = 10_000_000
Key = tuple[str, ...]  # to what it was done, by whom or with what
Done = tuple[str, Key]  # code of the entry, and its key


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How rows of one table match their entries."""

    table: str
    codes: tuple[str, ...]
    said: Callable[[Entry], Key]  # of an entry with one of the codes
    rows: Callable[[Transaction], Iterable[Done]]
    needs_row: bool = True  # an entry without its row is found too


class Said:
    """Counts what entries account for, and holds the rows against it."""

    def __init__(self) -> None:
        self._sure: Counter[Done] = Counter()
        self._maybe: Counter[Done] = Counter()  # announced, and carried out or not; or erased
        self._by_code = {code: kind for kind in KINDS for code in kind.codes}

    def take(self, entry: Entry) -> None:
        """Count an entry."""
        kind = self._by_code.get(entry.what)
        if kind is not None:
            counted = self._maybe if entry.spooled else self._sure
            counted[entry.what, kind.said(entry)] += 1

    def disagreement(self, tx: Transaction) -> str | None:
        """Tell the first row without its entry, or entry without its row; None when all agree."""
        for kind in KINDS:
            for done in kind.rows(tx):
                held = self._sure if self._sure[done] > 0 else self._maybe
                held[done] -= 1
                if held[done] < 0:
                    return f"{_told(done)} is in the store and the log does not say so"
        for done, left in self._sure.items():
            if left > 0 and self._by_code[done[0]].needs_row:
                return f"the log says {_told(done)}, and the store does not hold it"
        return None


def _told(done: Done) -> str:
    what, (whose, *more) = done
    by = f" ({', '.join(more)})" if more else ""
    return f"{what} of {whose}{by}"


def _order(entry: Entry) -> Key:
    return (entry.order_id or "",)


def _closings(tx: Transaction) -> Iterator[Done]:
    for alert in tx.alerts.listed(states=[AlertState.CLOSED], limit=_ALL):
        if alert.closed_by is not None:
            yield "alert.close", (alert.alert_id, alert.closed_by)


def _contacts(tx: Transaction) -> Iterator[Done]:
    for order_id in tx.alerts.contacts_counted():
        for note in tx.alerts.contacts(order_id, bare=True):
            yield "contact.log", (order_id, text(note.at))


def _versions(tx: Transaction) -> Iterator[Done]:
    """List all up to the newest; whether each still stands the watched rows tell."""
    for order in tx.orders.facts():
        for number in range(1, order.version + 1):
            yield "order.put", (order.order_id, str(number))


def _suspensions(tx: Transaction) -> Iterator[Done]:
    for order in tx.orders.facts():
        if order.suspended_since is not None:
            yield "order.suspend", (order.order_id,)
        if order.lapsed_since is not None:
            yield "order.lapse", (order.order_id,)


def _devices(tx: Transaction) -> Iterator[Done]:
    for device in tx.devices.last_seen():
        yield "device.add", (device.device_id,)


def _people(tx: Transaction) -> Iterator[Done]:
    for person in tx.people.listed():
        yield "user.add", (person.user_id,)
        if person.disabled_at is not None:
            yield "user.disable", (person.user_id,)


def _steps(tx: Transaction) -> Iterator[Done]:
    for step in tx.devices.steps():
        if step.step in STEPS_BY_PEOPLE:
            yield f"installation.{step.step}", (step.order_id, step.device_id)


def _erasures(tx: Transaction) -> Iterator[Done]:
    for run in tx.erasures.listed(is_open=False):
        if run.state in ("destroying", "destroyed", "removed"):
            what = "erasure.routine" if run.by == "machine" else "erasure.destroy"
            yield what, (run.run_id,)


def _answers(tx: Transaction) -> Iterator[Done]:
    for what, answer_id in tx.answers.acts():
        if what == "check_in.answer":
            yield what, (answer_id,)


def _proposals(tx: Transaction) -> Iterator[Done]:
    for proposal_id, state in tx.proposals.acts():
        yield f"second-person.{state}", (proposal_id,)


def _digested(entry: Entry) -> Key:
    return (entry.details.get("row", ""), entry.details.get("digest", ""))


def _photo_reviews(tx: Transaction) -> Iterator[Done]:
    for review_id, digest in tx.photo_reviews.digests():
        yield "photo.review", (review_id, digest)


def _second_looks(tx: Transaction) -> Iterator[Done]:
    for one in tx.second_looks.listed():
        yield (AGAIN_SAID if one.by else AGAIN_DRAWN), (one.alert_id, one.by or MACHINE)


def _decisions(tx: Transaction) -> Iterator[Done]:
    for what, name, digest in tx.decisions.digests():
        yield _SAID[what], (name, digest)


def _complaints(tx: Transaction) -> Iterator[Done]:
    for what, name, digest in tx.complaints.digests():
        yield f"complaint.{what}", (name, digest)


_SAID = {"decision": "alert.decide", "statement": "wearer.statement"}


def _profiles(tx: Transaction) -> Iterator[Done]:
    for kept in tx.profiles.listed():
        if kept.profile is None:
            yield OUT_OF_FORCE, (kept.by, "")
        else:
            yield IN_FORCE, (kept.by, digest_of(kept.profile))


def _prompts(tx: Transaction) -> Iterator[Done]:
    """List commitments as the prompts themselves tell them: one that was added changes its own.

    A day of prompts may lie in two months, and one of them may be erased: what is left of the day
    tells the commitment no more, and names it still.
    """
    erased = (one.item for one in tx.erasures.erased())
    went = {(one.wearer_id, one.period) for one in erased if one.kind == RecordKind.FINDING}
    for named, kind, some in tx.asking.commitments():
        is_cut = any(
            (one.wearer_id, period_of(RecordKind.FINDING, Micros(one.at + span))) in went
            for one in some
            for span in (-DAY, DAY)
        )
        told = named if is_cut else commitment(some)
        yield ("checkin.drawn" if kind == "drawn" else "checkin.asked"), (told,)


KINDS = (
    Kind(
        table="prompts",  # a day on which nobody is asked has an entry and no row
        codes=("checkin.drawn", "checkin.asked"),
        said=lambda entry: (entry.details.get("commitment", ""),),
        rows=_prompts,
        needs_row=False,
    ),
    Kind(
        table="alerts",
        codes=("alert.close",),
        said=lambda entry: (entry.alert_id or "", entry.actor),
        rows=_closings,
    ),
    Kind(
        table="contacts",
        codes=("contact.log",),
        said=lambda entry: (entry.order_id or "", text(entry.at)),
        rows=_contacts,
    ),
    Kind(
        table="order_versions",
        codes=("order.put",),
        said=lambda entry: (entry.order_id or "", entry.details.get("version", "")),
        rows=_versions,
    ),
    Kind(
        table="order_marks",  # the store tells the last suspension only; each mark is watched
        codes=("order.suspend", "order.lapse"),
        said=_order,
        rows=_suspensions,
        needs_row=False,
    ),
    Kind(
        table="devices",  # a device that gets a new credential has two entries
        codes=("device.add",),
        said=lambda entry: (entry.details.get("device", ""),),
        rows=_devices,
        needs_row=False,
    ),
    Kind(
        table="people",
        codes=("user.add", "user.disable"),
        said=lambda entry: (entry.details.get("user", ""),),
        rows=_people,
        needs_row=False,  # disabling twice is two entries
    ),
    Kind(
        table="install_steps",  # a step that is recorded again stays one
        codes=tuple(f"installation.{step}" for step in STEPS_BY_PEOPLE),
        said=lambda entry: (entry.order_id or "", entry.details.get("device", "")),
        rows=_steps,
        needs_row=False,
    ),
    Kind(
        table="erasure_runs",
        codes=("erasure.destroy", "erasure.routine"),
        said=lambda entry: (entry.details.get("run", ""),),
        rows=_erasures,
        needs_row=False,
    ),
    Kind(
        table="second_looks",  # its rows end with the wearer's texts, the entries stay
        codes=(AGAIN_DRAWN, AGAIN_SAID),
        said=lambda entry: (entry.alert_id or "", entry.actor),
        rows=_second_looks,
        needs_row=False,
    ),
    Kind(table="photo_reviews", codes=("photo.review",), said=_digested, rows=_photo_reviews),
    Kind(
        table="decisions",  # and statements
        codes=tuple(_SAID.values()),
        said=_digested,
        rows=_decisions,
    ),
    Kind(
        table="complaints",  # and what was done about them
        codes=tuple(
            f"complaint.{one}" for one in ("recorded", "acknowledged", "named", "answered")
        ),
        said=_digested,
        rows=_complaints,
    ),
    Kind(
        table="answers",  # its rows end by two people's leave, the entries stay
        codes=("check_in.answer",),
        said=lambda entry: (entry.details.get("answer", ""),),
        rows=_answers,
        needs_row=False,
    ),
    Kind(
        table="proposals",
        codes=tuple(
            f"second-person.{one}" for one in ("asked", "agreed", "refused", "withdrawn", "done")
        ),
        said=lambda entry: (entry.details.get("proposal", ""),),
        rows=_proposals,
    ),
    Kind(
        table="face_profiles",
        codes=(IN_FORCE, OUT_OF_FORCE),
        said=lambda entry: (entry.actor, entry.details.get(DIGEST, "")),
        rows=_profiles,
    ),
)
