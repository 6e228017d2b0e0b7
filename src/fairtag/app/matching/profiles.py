"""Put a threshold profile in force, by two people who are not its evaluator; or out, by one.

What was agreed to stands in the access log by its digest. A profile that differs from it in one
byte decides nothing, and neither does one that the gate would refuse today.
Source: charter G8. Units: µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import Question, ask, carry_out, decide
from fairtag.app.house import House
from fairtag.app.matching.book import DIGEST, IN_FORCE, OUT_OF_FORCE, KeptProfile
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.sign_in import confirm
from fairtag.audit.entries import Entry, Receipt
from fairtag.faces.model import EngineInfo, ThresholdProfile
from fairtag.faces.refusals import EngineRefused, ProfileRefused
from fairtag.faces.threshold import CAPTURE_MODE, Admitted, admitted, demo, failings
from fairtag.faces.verdict import digest as digest_of
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import Busy, LogUnavailable

Mode = Literal["refer_all", "demo", "live"]
_NEVER = "no profile was put in force"
_TAKEN_OUT = "the profile was taken out of force"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What may decide now, and why it may not."""

    mode: Mode
    decides: Admitted | None  # None: every check-in goes to people
    kept: ThresholdProfile | None  # what was put in force, even when it may not decide
    why: str


def standing(house: House, engine: EngineInfo) -> Standing:
    """Tell what may decide here with the engine that runs.

    Fails: closed, everything is referred.
    """
    return house.store.read(lambda tx: _standing_in(tx, engine, house))


def refers(house: House) -> bool:
    """Tell whether people look at every photo now: no profile may decide, or no engine runs."""
    if not house.is_demo and house.store.read(lambda tx: tx.profiles.current()) is None:
        return True  # and no engine need be asked
    try:
        engine = house.faces.info()
    except (Busy, EngineRefused):
        return True
    return standing(house, engine).mode == "refer_all"


def _standing_in(tx: Transaction, engine: EngineInfo, house: House) -> Standing:
    kept = tx.profiles.current()
    if kept is None and house.is_demo:
        why = "invented people only: this profile is refused outside a demo"
        return Standing(mode="demo", decides=demo(engine, is_demo=True), kept=None, why=why)
    if kept is None or kept.profile is None:
        return _refer(None, _NEVER if kept is None else _TAKEN_OUT)
    try:
        decides = admitted(
            kept.profile,
            approved=_agreed(tx, kept),
            engine=engine,
            capture_mode=CAPTURE_MODE,
            cohort=house.face_cohort,
        )
    except ProfileRefused as refusal:
        return _refer(kept.profile, str(refusal))
    return Standing(mode="live", decides=decides, kept=kept.profile, why="within the ceilings")


def propose(
    house: House, person: Person, candidate: ThresholdProfile, *, password: str, reason: str
) -> Proposal:
    """Ask a second person to agree to a profile that nobody approved yet.

    Raises: ProfileRefused when it would not pass, NotPermitted, SignInRefused, ReasonRefused.
    """
    confirm(house, person, password)
    _demand_measured(candidate, person)
    worst = max(candidate.groups, key=lambda one: one.fmr.high)
    scope = {
        "profile": msgspec.json.encode(candidate, order="sorted").decode(),
        "engine": candidate.engine,
        "threshold": f"{candidate.threshold:g}",
        "evaluated_by": candidate.evaluated_by,
        "report": candidate.report_sha256,
        "cohort": candidate.cohort_sha256 or "none",
        "worst_group": f"{worst.group}: FMR at most {worst.fmr.high:.2g}",
    }
    about = f"Let {candidate.engine} say 'match' from {candidate.threshold:g} on"
    return ask(house, person, Question(matter="profile", about=about, scope=scope), reason=reason)


def approve(
    house: House,
    person: Person,
    proposal_id: str,
    *,
    digest: str,
    password: str,
    engine: EngineInfo,
) -> KeptProfile:
    """Agree as the second person, having seen the proposal of this digest, and put it in force.

    Raises: ProfileRefused, UnknownProposal, ProposalStateRefused, SecondPersonRefused,
    NotPermitted, SignInRefused, LogUnavailable.
    """
    decide(house, person, proposal_id, state="agreed", digest=digest, password=password)
    now = house.clock.now()

    def work(tx: Transaction) -> KeptProfile:
        proposal, second = carry_out(tx, proposal_id, "profile", by=person.user_id, now=now)
        candidate = msgspec.json.decode(proposal.scope["profile"], type=ThresholdProfile)
        names = f"{proposal.asked_by}+{second}"
        profile = msgspec.structs.replace(candidate, approved_by=names, made_at=now)
        approved = digest_of(profile)
        admitted(
            profile,
            approved=approved,
            engine=engine,
            capture_mode=CAPTURE_MODE,
            cohort=house.face_cohort,
        )
        told = {DIGEST: approved, "engine": profile.engine, "report": profile.report_sha256}
        entry = Entry(
            at=now,
            operation="policy",
            actor=proposal.asked_by,
            what=IN_FORCE,
            second_person=second,
            details=told | {"threshold": f"{profile.threshold:g}"},
        )
        n = _numbered(tx.audit.append(entry))
        kept = KeptProfile(profile=profile, at=now, by=proposal.asked_by, entry=n)
        tx.profiles.put(kept)
        return kept

    return house.store.transact(work)


def take_out(house: House, person: Person, *, password: str) -> None:
    """Take the profile out of force, alone: from now on everything goes to people.

    Raises: NotPermitted, SignInRefused, LogUnavailable.
    """
    confirm(house, person, password)
    demand(person, Act.PROFILE)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        entry = Entry(at=now, operation="policy", actor=person.user_id, what=OUT_OF_FORCE)
        n = _numbered(tx.audit.append(entry))
        tx.profiles.put(KeptProfile(profile=None, at=now, by=person.user_id, entry=n))

    house.store.transact(work)


def _numbered(receipt: Receipt) -> int:
    """Give an entry's number: nothing comes into force over the log's file alone.

    Raises: LogUnavailable.
    """
    if receipt.n is None:
        raise LogUnavailable("a profile waits until the log's table takes entries")
    return receipt.n


def _refer(kept: ThresholdProfile | None, why: str) -> Standing:
    return Standing(mode="refer_all", decides=None, kept=kept, why=why)


def _agreed(tx: Transaction, kept: KeptProfile) -> str:
    """Give the digest that the access log holds; empty when the entry is about something else."""
    found = tx.audit.entries(after=kept.entry - 1, limit=1)
    entry = found[0].entry if found else None
    return entry.details.get(DIGEST, "") if entry and entry.what == IN_FORCE else ""


def _demand_measured(candidate: ThresholdProfile, person: Person) -> None:
    """Go on only with what would pass once two people, who are not its evaluator, approved it.

    Raises: ProfileRefused.
    """
    by_somebody = msgspec.structs.replace(candidate, approved_by=f"{person.user_id}+?")
    why = failings(by_somebody)
    if why:
        raise ProfileRefused("; ".join(why))
