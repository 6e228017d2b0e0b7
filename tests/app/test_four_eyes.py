"""Two people decide together: asked, agreed with a fresh password, carried out once."""

from __future__ import annotations

import sqlite3

import pytest
from tests.rig import PASSWORD, Rig

from fairtag.app.disable_user import disable_user
from fairtag.app.four_eyes.decide import Question, ask, carry_out, decide, waiting, withdraw
from fairtag.app.sign_in import add_user
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import (
    NotPermitted,
    ProposalStateRefused,
    ReasonRefused,
    SecondPersonRefused,
    SignInRefused,
    UnknownProposal,
)
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import MINUTE

WHY = "to find out where the device was lost"
ASKED = Question(matter="opening", about="Two hours", scope={"order": "ORD-1"})


def agree(rig: Rig, person: object, proposal: Proposal, **told: str) -> None:
    made = {"state": "agreed", "digest": proposal.digest, "password": PASSWORD} | told
    decide(rig.house, person, proposal.proposal_id, **made)  # type: ignore[arg-type]


def spend(rig: Rig, proposal: Proposal, matter: str = "opening") -> tuple[Proposal, str]:
    now = rig.clock.at
    return rig.house.store.transact(
        lambda tx: carry_out(tx, proposal.proposal_id, matter, by="otto", now=now)  # type: ignore[arg-type]
    )


def test_what_two_agree_to_is_carried_out_once(rig: Rig) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    assert [one.proposal_id for one, _, _ in waiting(rig.house, second)] == [proposal.proposal_id]
    with pytest.raises(ProposalStateRefused, match="asked"):
        spend(rig, proposal)
    agree(rig, second, proposal)
    done, by = spend(rig, proposal)
    assert (done.reason, by) == (WHY, "sara")
    with pytest.raises(ProposalStateRefused, match="done"):
        spend(rig, proposal)
    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry.what for one in entries if one.entry.what.startswith("second-person")]
    assert told == ["second-person.asked", "second-person.agreed", "second-person.done"]


def test_nobody_agrees_to_their_own(rig: Rig) -> None:
    _, second = rig.pair()
    proposal = ask(rig.house, second, ASKED, reason=WHY)
    with pytest.raises(SecondPersonRefused):
        agree(rig, second, proposal)


def test_an_officer_is_no_second_person(rig: Rig) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, second, ASKED, reason=WHY)
    with pytest.raises(NotPermitted):
        agree(rig, first, proposal)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"password": "wrong"}, SignInRefused),
        ({"digest": "0" * 64}, ProposalStateRefused),
        ({"state": "refused", "reason": "no"}, ReasonRefused),
    ],
)
def test_a_sign_off_is_fresh_bound_and_reasoned(
    rig: Rig, told: dict[str, str], error: type[Exception]
) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    with pytest.raises(error):
        agree(rig, second, proposal, **told)
    with pytest.raises(ProposalStateRefused):
        spend(rig, proposal)


def test_an_agreement_lapses(rig: Rig) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    agree(rig, second, proposal)
    rig.pass_time(15 * MINUTE)
    with pytest.raises(ProposalStateRefused, match="over"):
        spend(rig, proposal)


def test_what_was_refused_or_withdrawn_is_not_carried_out(rig: Rig) -> None:
    first, second = rig.pair()
    refused = ask(rig.house, first, ASKED, reason=WHY)
    agree(rig, second, refused, state="refused", reason="The alert is enough for this.")
    withdrawn = ask(rig.house, first, ASKED, reason=WHY)
    with pytest.raises(NotPermitted):
        withdraw(rig.house, second, withdrawn.proposal_id)
    withdraw(rig.house, first, withdrawn.proposal_id)
    for one in (refused, withdrawn):
        with pytest.raises(ProposalStateRefused):
            agree(rig, second, one)
        with pytest.raises(ProposalStateRefused):
            spend(rig, one)


def test_agreed_for_one_thing_is_not_agreed_for_another(rig: Rig) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    agree(rig, second, proposal)
    with pytest.raises(ProposalStateRefused):
        spend(rig, proposal, "erasure")
    with pytest.raises(UnknownProposal):
        rig.house.store.read(lambda tx: tx.proposals.get("p_none"))


def test_a_closed_account_decides_nothing_any_more(rig: Rig) -> None:
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    agree(rig, second, proposal)
    disable_user(rig.house, "sara", by="test")
    with pytest.raises(SecondPersonRefused):
        spend(rig, proposal)


def test_a_renewed_way_in_is_a_new_one(rig: Rig) -> None:
    """Whoever has the new link can be that person: one administrator must not be both."""
    first, second = rig.pair()
    proposal = ask(rig.house, first, ASKED, reason=WHY)
    add_user(rig.house, "sara", role="supervisor", authority="ho", by="adam")
    with pytest.raises(SecondPersonRefused):
        agree(rig, second, proposal)


def test_the_reason_is_sealed_and_the_line_is_not(rig: Rig) -> None:
    first, _ = rig.pair()
    rig.wearer()
    question = Question(matter="opening", about="Two hours", scope={}, wearer_id=WearerId("W-1"))
    ask(rig.house, first, question, reason="Canaryella was seen at the station")
    held = b"".join(path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    assert b"Canaryella" not in held
    assert b"Two hours" in held


def test_a_question_can_not_be_bent_by_sql(rig: Rig) -> None:
    first, _ = rig.pair()
    ask(rig.house, first, ASKED, reason=WHY)
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        for told in ("UPDATE proposals SET matter = 'limit'", "DELETE FROM proposals"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(told)
    db.close()
