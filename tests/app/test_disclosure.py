"""A disclosure: asked for, decided, agreed to, packed, handed over once, and told of."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import msgspec
import pytest
from tests.discloser import WHY, Discloser, discloser
from tests.rig import Rig, walk_out

from fairtag.app.disclosure import deliver
from fairtag.app.disclosure.ask import propose, refuse, request
from fairtag.app.disclosure.deliver import expire, hand_over, pack
from fairtag.app.disclosure.listed import told_about
from fairtag.app.disclosure.log import disagreement
from fairtag.app.disclosure.register import propose_end, propose_recipient, register
from fairtag.audit.entries import Entry
from fairtag.disclosure.course import State, state_of
from fairtag.disclosure.gateways import Kind
from fairtag.disclosure.package.gathered import Gathered
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused, RecipientRefused
from fairtag.disclosure.scope import OPEN_FOR, Category
from fairtag.terms.errors import LogUnavailable, NotPermitted, ProposalStateRefused, UnknownOrder
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros
from fairtag.terms.local import Interval


@pytest.fixture
def people(rig: Rig) -> Discloser:
    made = discloser(rig)
    made.recipient()
    rig.wearer()
    walk_out(rig, "D-1")
    rig.pass_time(HOUR)
    return made


def entries(rig: Rig) -> list[Entry]:
    return [one.entry for one in rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))]


def state(rig: Rig, name: str) -> State:
    return state_of(rig.house.store.read(lambda tx: tx.disclosures.get(name))[1])


def out(rig: Rig) -> list[str]:
    return rig.house.parcels.names()


def test_what_two_agreed_to_is_packed_and_handed_over_once(people: Discloser) -> None:
    rig = people.rig
    name = people.packed()
    sealed = (rig.folder / "out" / f"{name}.age").read_bytes()
    assert b"Canaryella" not in sealed
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert out(rig) == [name]

    files = people.files(name)

    assert out(rig) == []
    with pytest.raises(DisclosureStateRefused):
        hand_over(rig.house, people.officer, name)
    assert b"Canaryella" in files["data/orders/as-received/ORD-1-v1.json"]
    about = json.loads(files["data/about.json"])
    assert (about["decision"]["by"], about["second_person"]) == ("otto", "sara")
    told = [one for one in entries(rig) if one.details.get("disclosure") == name]
    steps = ["asked", "proposed", "approved", "packed", "fetched"]
    assert [one.what for one in told] == [f"disclosure.{one}" for one in steps]
    assert {one.operation for one in told} == {"disclosure"}
    assert (told[3].second_person, told[3].recipient) == ("sara", "court")
    assert {(one.role, one.authority) for one in told} == {("officer", "ho")}
    (seen,) = rig.house.store.read(lambda tx: told_about(tx, WearerId("W-1")))
    assert (seen.state, seen.by) == (State.FETCHED, ("otto", "sara"))
    assert "The court of Freedonia" in seen.words
    assert "It was given." in seen.words


def test_without_a_second_person_nothing_is_packed(people: Discloser) -> None:
    rig = people.rig
    asked = request(rig.house, people.officer, people.wanted())
    with pytest.raises(DisclosureStateRefused):
        pack(rig.house, people.officer, asked.disclosure_id)
    propose(rig.house, people.officer, asked.disclosure_id, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        pack(rig.house, people.officer, asked.disclosure_id)
    with pytest.raises(DisclosureStateRefused):
        hand_over(rig.house, people.officer, asked.disclosure_id)
    assert out(rig) == []


def test_a_refusal_is_kept_and_shown(people: Discloser) -> None:
    rig = people.rig
    asked = request(rig.house, people.officer, people.wanted())
    refuse(rig.house, people.officer, asked.disclosure_id, reason="The order is not genuine.")
    with pytest.raises(DisclosureStateRefused):
        propose(rig.house, people.officer, asked.disclosure_id, reason=WHY)
    (seen,) = rig.house.store.read(lambda tx: told_about(tx, WearerId("W-1")))
    assert "It was refused. Nothing was given." in seen.words


def test_a_liaison_asks_and_decides_nothing(people: Discloser) -> None:
    rig = people.rig
    liaison = rig.person("lia", "liaison", by="adam")
    asked = request(rig.house, liaison, people.wanted())
    for act in (propose, refuse):
        with pytest.raises(NotPermitted):
            act(rig.house, liaison, asked.disclosure_id, reason=WHY)
    with pytest.raises(NotPermitted):
        hand_over(rig.house, liaison, asked.disclosure_id)


def test_only_a_registered_body_on_its_own_grounds_within_bounds(people: Discloser) -> None:
    rig = people.rig
    people.recipient("force", Kind.POLICE)
    now, start = rig.clock.at, people.wanted().window.start
    assert now - start < 14 * DAY
    long = Interval(start=start, end=Micros(start + 15 * DAY))
    police = {"recipient_id": "force", "gateway": "crime"}
    for told, error in (
        ({"recipient_id": "nobody"}, RecipientRefused),
        ({"gateway": "crime"}, RecipientRefused),  # a court relies on other grounds
        ({"gateway": "access_gdpr"}, RecipientRefused),
        ({"window": Interval(start=start, end=Micros(now + DAY))}, DisclosureRefused),
        ({"window": Interval(start=Micros(start - DAY), end=now)}, DisclosureRefused),
        ({"categories": frozenset()}, DisclosureRefused),
        ({"purpose": "case"}, DisclosureRefused),
        ({"authority": " "}, DisclosureRefused),
        ({"order_id": OrderId("ORD-9")}, UnknownOrder),
    ):
        with pytest.raises(error):
            request(rig.house, people.officer, people.wanted(**told))
    rig.clock.at = Micros(start + 16 * DAY)
    with pytest.raises(DisclosureRefused, match="14 days"):
        request(rig.house, people.officer, people.wanted(**police, window=long))
    request(rig.house, people.officer, people.wanted(window=long))  # a court may need more


def test_the_lawyer_gets_what_the_court_gets(people: Discloser) -> None:
    people.recipient("lawyer", Kind.LAWYER)
    court = people.files(people.packed())
    lawyer = people.files(
        people.packed(recipient_id="lawyer", gateway="proceedings"), name="lawyer"
    )
    same = ("findings.ndjson", "traffic.ndjson", "record.json", "said.ndjson", "gaps.ndjson")
    for name in same:
        assert lawyer[f"data/{name}"] == court[f"data/{name}"]
    assert court.keys() == lawyer.keys()
    assert b"never disclosed to the wearer's side" in lawyer["data/removed.json"]


def test_what_speaks_for_the_wearer_can_not_be_left_out(people: Discloser) -> None:
    only = frozenset({Category.POSITIONS})
    files = people.files(people.packed(categories=only))
    wanted = ("findings", "said", "gaps", "device-events")
    assert {f"data/{one}.ndjson" for one in wanted} <= files.keys()
    assert "data/uncertainty.json" in files
    assert not any(name.startswith("data/orders") for name in files)
    removed = {one["part"] for one in json.loads(files["data/removed.json"])}
    assert removed == {"identity", "order", "log", "photos"}


def test_no_name_leaves_without_the_name_in_scope(people: Discloser) -> None:
    files = people.files(people.packed(categories=frozenset(Category) - {Category.IDENTITY}))
    whole = b"".join(files.values())
    for canary in (b"Canaryella", b"Sealington", b"1991-02-03", b"Freedonian"):
        assert canary not in whole
    assert b'"can_be_judged_again": true' in files["data/about.json"]


def test_a_package_expires(people: Discloser) -> None:
    rig = people.rig
    name = people.packed()
    assert expire(rig.house) == 0
    rig.clock.at = Micros(rig.clock.at + OPEN_FOR)
    with pytest.raises(DisclosureStateRefused, match="expired"):
        hand_over(rig.house, people.officer, name)
    assert expire(rig.house) == 1
    assert (out(rig), state(rig, name)) == ([], State.EXPIRED)


def cut_off(people: Discloser, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let two people agree and the making of the package fail once; gives its reference."""
    rig = people.rig

    def fails(*_: object) -> None:
        raise LogUnavailable("cut off")

    with monkeypatch.context() as broken:
        broken.setattr(deliver, "contents", fails)
        asked = request(rig.house, people.officer, people.wanted())
        people.agree(propose(rig.house, people.officer, asked.disclosure_id, reason=WHY))
        with pytest.raises(LogUnavailable):
            pack(rig.house, people.officer, asked.disclosure_id)
    assert (state(rig, asked.disclosure_id), out(rig)) == (State.APPROVED, [])
    return asked.disclosure_id


def test_what_was_cut_off_after_two_agreed_is_made_by_the_same_door(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = cut_off(people, monkeypatch)

    pack(people.rig.house, people.officer, name)

    assert state(people.rig, name) is State.PACKED
    about = json.loads(people.files(name)["data/about.json"])
    assert (about["decision"]["by"], about["second_person"]) == ("otto", "sara")


def test_a_lost_package_is_made_again_and_waits_no_longer_for_it(people: Discloser) -> None:
    rig = people.rig
    name = people.packed()
    with pytest.raises(DisclosureStateRefused):
        pack(rig.house, people.officer, name)  # it lies there
    rig.house.parcels.remove(name)
    rig.clock.at = Micros(rig.clock.at + OPEN_FOR - 1)
    pack(rig.house, people.officer, name)
    assert out(rig) == [name]
    rig.clock.at = Micros(rig.clock.at + 1)
    rig.house.parcels.remove(name)
    with pytest.raises(DisclosureStateRefused):
        pack(rig.house, people.officer, name)
    assert expire(rig.house) == 1


def test_what_is_made_again_goes_to_the_key_that_two_agreed_to(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = cut_off(people, monkeypatch)
    people.recipient()  # registered again, with a new key
    with pytest.raises(DisclosureStateRefused, match="key"):
        pack(people.rig.house, people.officer, name)
    assert out(people.rig) == []


def test_a_button_pressed_twice_makes_one_package(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second pressing is done while the first one still writes the files."""
    name = cut_off(people, monkeypatch)
    makes, pressed = deliver.contents, []

    def twice(gathered: Gathered) -> dict[str, bytes]:
        if not pressed:
            pressed.append(name)
            pack(people.rig.house, people.officer, name)
        return makes(gathered)

    monkeypatch.setattr(deliver, "contents", twice)
    with pytest.raises(DisclosureStateRefused, match="meanwhile"):
        pack(people.rig.house, people.officer, name)
    assert people.files(name)


def test_a_package_kept_while_old_ones_are_removed_stays(people: Discloser) -> None:
    """Between the two looks of `expire`, at the folder and at the list, somebody packs."""
    rig = people.rig
    made: list[str] = []

    class Meanwhile:
        """The store, in which a package is made just before the list is read."""

        def read(self, work: object) -> object:
            found = rig.house.store.read(work)
            if not made:
                made.append(people.packed())
            return found

        def transact(self, work: object) -> object:
            return rig.house.store.transact(work)

    assert expire(replace(rig.house, store=Meanwhile())) == 0
    assert out(rig) == made


def test_what_was_fetched_while_old_ones_are_removed_is_not_expired(people: Discloser) -> None:
    rig = people.rig
    name = people.packed()
    sealed_at = rig.clock.at

    class Meanwhile:
        """The store, in which the package is fetched just after the list was read."""

        def read(self, work: object) -> object:
            found = rig.house.store.read(work)
            rig.clock.at = sealed_at
            people.files(name)
            return found

        def transact(self, work: object) -> object:
            return rig.house.store.transact(work)

    rig.clock.at = Micros(rig.clock.at + OPEN_FOR)
    assert expire(replace(rig.house, store=Meanwhile())) == 0
    assert state(rig, name) is State.FETCHED


def test_a_key_that_changed_since_is_not_packed_to(people: Discloser) -> None:
    """Two people agreed to one key: whoever swaps it in the register gets nothing."""
    rig = people.rig
    asked = request(rig.house, people.officer, people.wanted())
    people.agree(propose(rig.house, people.officer, asked.disclosure_id, reason=WHY))
    people.recipient()  # registered again, with a new key
    with pytest.raises(DisclosureStateRefused, match="key"):
        pack(rig.house, people.officer, asked.disclosure_id)
    proposal = propose_end(rig.house, people.keeper, "court", reason=WHY)
    people.agree(proposal)
    register(rig.house, people.keeper, proposal.proposal_id)
    with pytest.raises(RecipientRefused):
        request(rig.house, people.officer, people.wanted())


def test_the_register_takes_two_people_and_a_real_key(people: Discloser) -> None:
    rig = people.rig
    found = rig.house.store.read(lambda tx: tx.disclosures.recipient("court"))
    with pytest.raises(NotPermitted):
        propose_recipient(rig.house, people.officer, found, reason=WHY)
    proposal = propose_recipient(rig.house, people.keeper, found, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        register(rig.house, people.keeper, proposal.proposal_id)
    for told in ({"public_key": "age1" + "q" * 58}, {"public_key": ""}, {"gateways": ("crime",)}):
        bad = msgspec.structs.replace(found, **told)
        with pytest.raises(RecipientRefused):
            propose_recipient(rig.house, people.keeper, bad, reason=WHY)


@pytest.mark.parametrize(
    "bend",
    [
        "UPDATE disclosures SET at = at + 1",
        "UPDATE disclosures SET sealed = zeroblob(40)",
        "DELETE FROM disclosures",
        "DELETE FROM disclosure_steps WHERE what = 'fetched'",
        "UPDATE disclosure_steps SET body = replace(body, 'otto', 'olga')",
        "UPDATE recipients SET second = 'adam'",
        "INSERT INTO disclosure_steps SELECT 99, disclosure_id, what, owner, at, body, sealed FROM disclosure_steps LIMIT 1",  # noqa: E501
    ],
)
def test_rows_bent_by_sql_are_found(people: Discloser, bend: str) -> None:
    rig = people.rig
    people.files(people.packed())
    told = entries(rig)
    assert rig.house.store.read(lambda tx: disagreement(tx, told)) is None
    with sqlite3.connect(rig.folder / "fairtag.db") as db:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(bend.replace("SELECT 99", "SELECT 1"))
        for table in ("disclosures", "disclosure_steps", "recipients"):
            for guard in ("stay", "hold", "once"):
                db.execute(f"DROP TRIGGER {table}_{guard}")
        db.execute(bend)
    db.close()
    assert rig.house.store.read(lambda tx: disagreement(tx, told)) is not None
