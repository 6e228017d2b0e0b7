"""Recipients with keys of their own, and the way of a disclosure from request to package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyrage import x25519
from tests.rig import PASSWORD, START, Rig

from fairtag.adapters.parcels.folder import unseal
from fairtag.app.books import Person
from fairtag.app.disclosure.ask import Wanted, propose, request
from fairtag.app.disclosure.deliver import hand_over, pack
from fairtag.app.disclosure.register import propose_recipient, register
from fairtag.app.disclosure.subject_access import answer
from fairtag.app.four_eyes.decide import decide
from fairtag.disclosure.gateways import GATEWAYS, Kind
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.scope import Category
from fairtag.review.four_eyes import Proposal
from fairtag.terms.ids import OrderId
from fairtag.terms.local import Interval

WHY = "the court asked for it in writing and it is no more than that"


@dataclass(slots=True)
class Discloser:
    """An officer, a supervisor, and another of each who may be the second person."""

    rig: Rig
    officer: Person
    second: Person
    keeper: Person  # of the register
    keys: dict[str, x25519.Identity]

    def agree(self, proposal: Proposal) -> None:
        decide(
            self.rig.house,
            self.second,
            proposal.proposal_id,
            state="agreed",
            digest=proposal.digest,
            password=PASSWORD,
        )

    def answered(self, disclosure_id: str) -> None:
        """Answer a wearer at whom somebody looked: two people, then the package."""
        self.agree(propose(self.rig.house, self.officer, disclosure_id, reason=WHY))
        answer(self.rig.house, self.officer, disclosure_id)

    def recipient(self, name: str = "court", kind: Kind = Kind.COURT) -> Recipient:
        """Register a body; two people."""
        self.keys[name] = x25519.Identity.generate()
        told = Recipient(
            recipient_id=name,
            name=f"The {name} of Freedonia",
            kind=kind,
            public_key=str(self.keys[name].to_public()),
            contact="0161 000 0000, from the court's own page",
            gateways=tuple(code for code, one in GATEWAYS.items() if kind in one.kinds),
        )
        proposal = propose_recipient(self.rig.house, self.keeper, told, reason=WHY)
        self.agree(proposal)
        return register(self.rig.house, self.keeper, proposal.proposal_id)

    def wanted(self, **told: Any) -> Wanted:
        made = {
            "recipient_id": "court",
            "gateway": "court_order",
            "order_id": OrderId("ORD-1"),
            "window": Interval(start=START, end=self.rig.clock.at),
            "categories": frozenset(Category),
            "asked_by": "The clerk",
            "authority": "Order 12/26 of 3 November",
            "case_ref": "T2026/1",
            "purpose": "to decide whether the condition was kept",
        }
        return Wanted(**(made | told))

    def packed(self, **told: Any) -> str:
        """Bring a request to a package; gives its reference."""
        asked = request(self.rig.house, self.officer, self.wanted(**told))
        proposal = propose(self.rig.house, self.officer, asked.disclosure_id, reason=WHY)
        self.agree(proposal)
        pack(self.rig.house, self.officer, asked.disclosure_id)
        return asked.disclosure_id

    def files(self, disclosure_id: str, name: str = "court") -> dict[str, bytes]:
        """Fetch a package and open it as its recipient."""
        sealed = hand_over(self.rig.house, self.officer, disclosure_id)
        return unseal(sealed, str(self.keys[name]))


def discloser(rig: Rig) -> Discloser:
    """Make the people; two days pass."""
    keeper = rig.person("karl", "supervisor", by="adam")
    officer, second = rig.pair()
    return Discloser(rig=rig, officer=officer, second=second, keeper=keeper, keys={})


def written(files: dict[str, bytes], folder: Path) -> Path:
    """Write an opened package out."""
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder
