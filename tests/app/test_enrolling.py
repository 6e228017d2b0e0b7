"""Enrolment: who opens it, which pictures are kept, where they come from, another engine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.answers import (
    NOON,
    OFFICER,
    TextFaces,
    answer,
    asked_wearer,
    burst,
    enrol,
    face,
    manifest,
    multipart,
    newest,
    opened_check_ins,
    prompt_of,
    send,
)
from tests.erasing import days_of_care, hold, steady
from tests.rig import Rig
from tests.web.desk import at_desk

from fairtag.adapters.enrolling.folder import LIST, FolderEnrolmentSource
from fairtag.alerts.model import Cause
from fairtag.app.books import Person
from fairtag.app.checkins.book import Invitation
from fairtag.app.checkins.enrolling import enrol as enrolling
from fairtag.app.checkins.enrolling.confirm import list_waiting, say_who, see_set
from fairtag.app.checkins.enrolling.enrol import enrol_at_desk, enrol_from, open_enrolment
from fairtag.app.checkins.enrolling.reenrol import re_enrol
from fairtag.app.checkins.enrolling.sets import KIND
from fairtag.app.checkins.enrolling.together import strays
from fairtag.app.handle_alert import close
from fairtag.app.openings.circles import declare_interest
from fairtag.app.reviewing.deal import is_showable
from fairtag.custody.kinds import RecordKind
from fairtag.custody.refusals import InterestDeclared
from fairtag.faces.model import Reading, Refer
from fairtag.faces.refusals import EnrolmentNotSeen, EnrolmentRefused, UnknownEnrolment
from fairtag.terms.errors import NotPermitted
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text

W1, ORDER = WearerId("W-1"), OrderId("ORD-1")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("asked") / "data"
    with opened_check_ins(folder) as rig:
        asked_wearer(rig)
        return folder, rig.tokens


@pytest.fixture
def desk(asked: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Rig]:
    folder, tokens = asked
    shutil.copytree(folder, tmp_path / "data")
    with opened_check_ins(tmp_path / "data") as rig:
        rig.tokens |= tokens
        yield rig


def opened(rig: Rig, device: str | None = None, *, who: Person = OFFICER) -> Invitation:
    device_id = None if device is None else DeviceId(device)
    until = Micros(rig.clock.at + DAY)
    return open_enrolment(rig.house, who, ORDER, device_id=device_id, until=until)


def sent(rig: Rig, invitation: Invitation, frames: list[bytes], device: str = "D-1") -> Any:
    about = invitation.invitation_id
    told = manifest(rig, device, about, frames)
    return send(rig, device, f"/d/v1/enrolments/{about}", told, frames)


def listed(rig: Rig) -> list[Any]:
    return rig.house.store.read(lambda tx: tx.enrolments.listed(W1))


def test_a_wearer_enrols_with_the_own_device(desk: Rig) -> None:
    invitation = opened(desk, "D-1")
    known = desk.house.store.read(lambda tx: tx.enrolments.invited(W1, at=desk.clock.at))
    assert known == invitation

    told = sent(desk, invitation, [face("ann", 1), face("ann", 2, quality="poor_quality")])
    assert told.json() == {
        "received_at": text(NOON),
        "advice": ["more_light"],
        "taken": 1,
        "wanted": 3,
        "outcome": "take_more",
    }
    told = sent(desk, invitation, [face("ann", 3), face("ann", 4)])

    assert (told.json()["taken"], told.json()["outcome"]) == (3, "enrolled")
    assert {one.source for one in listed(desk)} == {"the wearer's app"}
    assert {one.taken_at for one in listed(desk)} == {NOON}
    assert all(one.measures for one in listed(desk))
    assert desk.house.store.read(lambda tx: tx.enrolments.invited(W1, at=desk.clock.at)) is None
    assert sent(desk, invitation, [face("ann", 5)]).status_code == 409


@pytest.mark.parametrize("quality", ["no_face", "many_faces", "engine_error"])
def test_what_is_not_one_good_face_is_not_kept(desk: Rig, quality: str) -> None:
    told = sent(desk, opened(desk, "D-1"), [face("ann", 1, quality=quality)])
    assert (told.json()["taken"], listed(desk)) == (0, [])


def test_the_same_picture_twice_counts_once(desk: Rig) -> None:
    told = sent(desk, opened(desk, "D-1"), [face("ann", 1), face("ann", 1), face("ann", 2)])
    assert (told.json()["taken"], told.json()["advice"]) == (2, ["take_another"])


def test_pictures_that_the_device_did_not_sign_are_not_taken(desk: Rig) -> None:
    invitation = opened(desk, "D-1")
    told = manifest(desk, "D-1", invitation.invitation_id, burst("ann"), signature="bm8=")
    path = f"/d/v1/enrolments/{invitation.invitation_id}"
    assert send(desk, "D-1", path, told, burst("ann")).status_code == 409
    assert listed(desk) == []


def test_an_invitation_is_one_device_s_until_its_end_and_for_so_many_tries(desk: Rig) -> None:
    asked_wearer(desk, 2)
    invitation = opened(desk, "D-1")
    assert sent(desk, invitation, [face("ann")], "D-2").status_code in (404, 409)
    assert listed(desk) == []
    for number in range(enrolling.MOST_TRIES):
        assert sent(desk, invitation, [face("ann", number, quality="no_face")]).is_success
    assert sent(desk, invitation, [face("ann", 90)]).status_code == 409
    late = opened(desk, "D-1")
    desk.clock.at = late.until
    assert sent(desk, late, [face("ann", 91)]).status_code == 409


def test_only_an_order_that_asks_for_pictures_and_only_who_may(desk: Rig) -> None:
    desk.wearer(3)
    until = Micros(desk.clock.at + DAY)
    with pytest.raises(EnrolmentRefused, match="no pictures"):
        open_enrolment(desk.house, OFFICER, OrderId("ORD-3"), device_id=None, until=until)
    with pytest.raises(EnrolmentRefused, match="no device"):
        opened(desk, "D-3")
    with pytest.raises(EnrolmentRefused, match="14 days"):
        open_enrolment(
            desk.house, OFFICER, ORDER, device_id=None, until=Micros(desk.clock.at + 15 * DAY)
        )
    reviewer = Person(
        user_id="rita", name="rita", role="reviewer", authority_id="ho", created_at=Micros(0)
    )
    with pytest.raises(NotPermitted):
        opened(desk, who=reviewer)
    with pytest.raises(UnknownEnrolment):
        enrol_at_desk(desk.house, OFFICER, "i_nothing", [face("ann")])


def keys_of(rig: Rig, kind: RecordKind) -> int:
    return sum(one.kind is kind for one in rig.house.vault.periods())


def test_a_new_full_set_takes_the_place_of_the_old_one_whose_keys_go(desk: Rig) -> None:
    enrol(desk, pictures=[face("ann", salt) for salt in (1, 2, 3)])
    desk.pass_time(MINUTE)
    second = opened(desk)
    enrol_at_desk(desk.house, OFFICER, second.invitation_id, [face("ann", 11)])
    assert len(desk.house.store.read(lambda tx: tx.enrolments.templates(W1))) == 3  # the full one

    enrol_at_desk(desk.house, OFFICER, second.invitation_id, [face("ann", 12), face("ann", 13)])

    assert {one.invitation_id for one in listed(desk)} == {second.invitation_id}
    kept = desk.house.store.read(lambda tx: tx.enrolments.pictures(W1))
    assert sorted(kept) == sorted(face("ann", salt) for salt in (11, 12, 13))
    assert keys_of(desk, RecordKind.ENROLMENT) == 6
    steady(desk, Micros(NOON + 3 * DAY))
    days_of_care(desk, 1)
    assert keys_of(desk, RecordKind.ENROLMENT) == keys_of(desk, RecordKind.TEMPLATE) == 3


def test_a_hold_keeps_the_old_set_too(desk: Rig) -> None:
    enrol(desk, pictures=[face("ann", salt) for salt in (1, 2, 3)])
    hold(desk)
    desk.pass_time(MINUTE)
    enrol(desk, pictures=[face("ann", salt) for salt in (11, 12, 13)])
    assert len(listed(desk)) == 6
    assert len(desk.house.store.read(lambda tx: tx.enrolments.templates(W1))) == 3


# Do they belong together?


def test_a_picture_of_somebody_else_does_not_complete_a_set(desk: Rig) -> None:
    invitation = opened(desk, "D-1")
    told = sent(desk, invitation, [face("ann", 1), face("ann", 2), face("bob", 3)])
    assert (told.json()["taken"], told.json()["advice"]) == (2, ["take_one_more"])
    told = sent(desk, invitation, [face("bob", 4), face("cleo", 5)])
    assert (told.json()["taken"], told.json()["outcome"]) == (2, "take_more")
    told = sent(desk, invitation, [face("ann", 6)])
    assert (told.json()["taken"], told.json()["outcome"]) == (3, "enrolled")


def test_where_pictures_differ_those_stay_that_most_others_are_like(desk: Rig) -> None:
    invitation = opened(desk)
    some = [face("bob", 1), face("ann", 2), face("ann", 3)]
    done = enrol_at_desk(desk.house, OFFICER, invitation.invitation_id, some)
    assert [one.is_kept for one in done.looked] == [False, True, True]


def test_no_wearer_s_pictures_are_held_against_another_s(desk: Rig) -> None:
    """One to one: W-2's pictures belong together by themselves, whoever W-1 is."""
    asked_wearer(desk, 2)
    enrol(desk, name="ann")
    enrol(desk, 2, "cleo")
    enrol(desk, 2, pictures=[face("ann", n) for n in (31, 32, 33)])
    found = [
        one.wearer_id
        for wearer in ("W-1", "W-2")
        for one in desk.house.store.read(
            lambda tx, wearer=wearer: tx.enrolments.in_use(WearerId(wearer))
        )
    ]
    assert found == ["W-1"] * 3 + ["W-2"] * 3


def test_pictures_of_the_authority_belong_together_too(desk: Rig, tmp_path: Path) -> None:
    some = [
        (face(name, n), Micros(NOON - n * DAY))
        for n, name in enumerate(("ann", "bob", "ann", "ann"))
    ]
    done = enrol_from(
        desk.house,
        OFFICER,
        opened(desk).invitation_id,
        source=folder_of(tmp_path, *some),
        reference="CASE-7",
    )
    assert (done.taken, done.advice) == (3, ("take_one_more",))


def test_a_fault_of_the_machine_is_no_stray_and_where_nothing_can_say_it_nothing_is_one() -> None:
    faces = TextFaces()
    key = b"k" * 32
    ann, bob = (faces.read(face(name, 1), key=key) for name in ("ann", "bob"))
    other = TextFaces("other-engine").read(face("bob", 2), key=key)
    broken = Reading(outcome="engine_error")
    assert ann.template is not None
    assert strays([broken, bob], [ann.template], 0.9) == {1}
    assert strays([broken, other], [ann.template], 0.9) == frozenset()
    assert strays([bob], [ann.template], None) == frozenset()


# What a wearer took alone waits for an officer's look.


def alone(rig: Rig, name: str = "ann", since: int = 1) -> Invitation:
    """Let the wearer's app send a full set."""
    invitation = opened(rig, "D-1")
    told = sent(rig, invitation, [face(name, n) for n in range(since, since + 3)])
    assert told.json()["outcome"] == "enrolled"
    return invitation


def compared_with(rig: Rig) -> list[bytes]:
    return sorted(rig.house.store.read(lambda tx: tx.enrolments.pictures(W1)))


def matter(rig: Rig) -> Any:
    last = rig.house.store.read(
        lambda tx: tx.alerts.last_about(KIND, order_id=ORDER, device_id=None)
    )
    assert last is not None
    return last


def test_what_a_wearer_took_alone_is_used_when_an_officer_has_looked(desk: Rig) -> None:
    name = alone(desk).invitation_id
    assert compared_with(desk) == []
    assert desk.house.store.read(lambda tx: tx.enrolments.templates(W1)) == []
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann", since=60))
    assert newest(desk, prompt).reason is Refer.NOT_ENROLLED
    waiting = newest(desk, prompt)
    assert not desk.house.store.read(lambda tx: is_showable(tx, waiting))
    assert (matter(desk).recipient, matter(desk).is_over) == ("support", False)
    told = {"cause": Cause.EQUIPMENT, "reason": "Somebody closed it too early."}
    close(desk.house, matter(desk).alert_id, person=OFFICER, **told)  # that ends no waiting
    assert [one.invitation_id for one in list_waiting(desk.house, OFFICER)] == [name]

    seen = see_set(desk.house, OFFICER, name)
    say_who(desk.house, OFFICER, name, is_wearer=True)

    assert sorted(seen.pictures) == compared_with(desk) == [face("ann", n) for n in (1, 2, 3)]
    assert list_waiting(desk.house, OFFICER) == []
    desk.clock.at = Micros(desk.clock.at + 2 * HOUR)
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann", since=70))
    assert newest(desk, prompt).result == "match"
    looks = desk.house.store.read(lambda tx: tx.openings.looks(wearer_id=W1))
    assert [(one.what, one.purpose) for one in looks] == [("photos", "confirm_enrolment")]
    entries = [one.entry for one in desk.house.store.read(lambda tx: tx.audit.about(W1))]
    told = ("opening.granted", "photo.read", "enrolment.confirmed")
    by = [(one.what, one.actor) for one in entries if one.what in told]
    assert by == [(one, OFFICER.user_id) for one in told]


def test_somebody_else_s_pictures_take_nobody_s_place_unseen(desk: Rig) -> None:
    """Whoever holds the phone enrols a whole set of another face: the former one stays in use."""
    enrol(desk, pictures=[face("ann", salt) for salt in (901, 902, 903)])
    desk.pass_time(MINUTE)
    invitation = alone(desk, "bob")
    former = [face("ann", salt) for salt in (901, 902, 903)]
    assert compared_with(desk) == former
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("bob", since=60))
    assert newest(desk, prompt).reason is Refer.LOW_SCORE

    seen = see_set(desk.house, OFFICER, invitation.invitation_id)
    say_who(desk.house, OFFICER, invitation.invitation_id, is_wearer=False)

    assert sorted(seen.former) == compared_with(desk) == former
    assert (matter(desk).is_over, list_waiting(desk.house, OFFICER)) == (True, [])
    assert {one.invitation_id for one in listed(desk)} != {invitation.invitation_id}
    assert len(listed(desk)) == 3
    with pytest.raises(EnrolmentNotSeen):
        say_who(desk.house, OFFICER, invitation.invitation_id, is_wearer=True)


def test_confirmed_pictures_take_the_place_of_older_ones_and_of_no_newer(desk: Rig) -> None:
    enrol(desk, pictures=[face("ann", salt) for salt in (901, 902, 903)])
    desk.pass_time(MINUTE)
    first = alone(desk)
    see_set(desk.house, OFFICER, first.invitation_id)
    desk.pass_time(MINUTE)
    second = alone(desk, since=11)
    say_who(desk.house, OFFICER, first.invitation_id, is_wearer=True)
    assert compared_with(desk) == [face("ann", n) for n in (1, 2, 3)]
    assert {one.invitation_id for one in listed(desk)} == {
        first.invitation_id,
        second.invitation_id,
    }
    # Pictures taken at the desk are used at once, and nothing waits beside them.
    desk.pass_time(MINUTE)
    enrol(desk, pictures=[face("ann", salt) for salt in (21, 22, 23)])
    assert compared_with(desk) == [face("ann", n) for n in (21, 22, 23)]
    assert (len(listed(desk)), matter(desk).is_over) == (3, True)


def test_a_hold_keeps_what_was_not_confirmed_and_it_is_never_used(desk: Rig) -> None:
    name = alone(desk, "bob").invitation_id
    hold(desk)
    see_set(desk.house, OFFICER, name)
    say_who(desk.house, OFFICER, name, is_wearer=False)
    assert ([one.use for one in listed(desk)], compared_with(desk)) == (["declined"] * 3, [])
    re_enrol(desk.house, by="cli")
    assert desk.house.store.read(lambda tx: tx.enrolments.templates(W1)) == []


def test_only_who_has_looked_within_the_hour_says_whom_they_show(desk: Rig) -> None:
    name = alone(desk).invitation_id
    other = msgspec.structs.replace(OFFICER, user_id="olga", name="olga")
    see_set(desk.house, other, name)
    with pytest.raises(EnrolmentNotSeen):
        say_who(desk.house, OFFICER, name, is_wearer=True)
    see_set(desk.house, OFFICER, name)
    desk.clock.at = Micros(desk.clock.at + HOUR)
    with pytest.raises(EnrolmentNotSeen):
        say_who(desk.house, OFFICER, name, is_wearer=True)
    reviewer = msgspec.structs.replace(OFFICER, user_id="rita", role="reviewer")
    for act in (see_set, partial(say_who, is_wearer=True)):
        with pytest.raises(NotPermitted):
            act(desk.house, reviewer, name)  # type: ignore[operator]
    assert compared_with(desk) == []
    unfilled = opened(desk, "D-1").invitation_id
    with pytest.raises(EnrolmentNotSeen):
        see_set(desk.house, OFFICER, unfilled)


def test_who_knows_the_wearer_does_not_say_it(desk: Rig) -> None:
    name = alone(desk).invitation_id
    olga = desk.person("olga")
    declare_interest(desk.house, desk.person("ada", "admin"), "W-1", of_user="olga")
    for act in (see_set, partial(say_who, is_wearer=True)):
        with pytest.raises(InterestDeclared):
            act(desk.house, olga, name)  # type: ignore[operator]


# The authority's own pictures.


def folder_of(tmp_path: Path, *pictures: tuple[bytes, Micros]) -> FolderEnrolmentSource:
    place = tmp_path / "authority" / "CASE-7"
    place.mkdir(parents=True)
    told = []
    for number, (raw, taken_at) in enumerate(pictures):
        (place / f"{number}.jpg").write_bytes(raw)
        told.append({"file": f"{number}.jpg", "taken_at": text(taken_at), "source": "case images"})
    (place / LIST).write_text(json.dumps(told))
    return FolderEnrolmentSource(tmp_path / "authority")


def test_pictures_come_from_the_authority_by_its_reference_newest_first(
    desk: Rig, tmp_path: Path
) -> None:
    some = [(face("ann", n), Micros(NOON - n * DAY)) for n in range(1, 6)]
    source = folder_of(tmp_path, *reversed(some))
    invitation = opened(desk)
    done = enrol_from(
        desk.house, OFFICER, invitation.invitation_id, source=source, reference="CASE-7"
    )
    assert done.taken == 3
    assert sorted(one.taken_at for one in listed(desk)) == [NOON - n * DAY for n in (3, 2, 1)]
    assert {one.source for one in listed(desk)} == {"case images"}


def test_old_or_no_pictures_mean_to_enrol_anew(desk: Rig, tmp_path: Path) -> None:
    source = folder_of(tmp_path, (face("ann", 1), Micros(NOON - 6 * 365 * DAY)))
    invitation = opened(desk).invitation_id
    for reference in ("CASE-7", "CASE-8", "../CASE-7"):
        with pytest.raises(EnrolmentRefused):
            enrol_from(desk.house, OFFICER, invitation, source=source, reference=reference)
    assert listed(desk) == []


def test_a_list_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    source = folder_of(tmp_path, (face("ann", 1), NOON))
    place = tmp_path / "authority" / "CASE-7"
    for file in ("../../secret.jpg", "gone.jpg", "link.jpg"):
        (tmp_path / "secret.jpg").write_bytes(b"FACE secret")
        (place / "link.jpg").unlink(missing_ok=True)
        (place / "link.jpg").symlink_to(tmp_path / "secret.jpg")
        told = [{"file": file, "taken_at": text(NOON), "source": "case images"}]
        (place / LIST).write_text(json.dumps(told))
        with pytest.raises(EnrolmentRefused):
            source.pictures("CASE-7")


# Another engine.


def test_another_engine_compares_nothing_until_pictures_are_read_anew(desk: Rig) -> None:
    enrol(desk)
    house = replace(desk.house, faces=TextFaces("other-engine"))
    assert house.store.read(lambda tx: tx.enrolments.templates(W1))[0].engine == "text-engine@1"

    (done,) = re_enrol(house, by="cli")

    assert (done.engine, done.made, done.lost, done.is_whole) == ("other-engine@1", 3, 0, True)
    found = house.store.read(lambda tx: tx.enrolments.templates(W1))
    assert {one.engine for one in found} == {"other-engine@1"}
    entries = house.store.read(lambda tx: tx.audit.about(W1))
    told = next(one.entry for one in entries if one.entry.what == "enrolment.re-enrol")
    assert (told.operation, told.actor, told.details) == (
        "alteration",
        "cli",
        {"engine": "other-engine@1"},
    )


class Faceless(TextFaces):
    """An engine that finds no face in any picture."""

    def read(self, picture: bytes, *, key: bytes) -> Reading:
        del picture, key
        return Reading(outcome="no_face")


def test_a_fault_of_the_machine_takes_nobody_s_template_away(desk: Rig) -> None:
    enrol(desk)
    asked_wearer(desk, 2)
    enrol(desk, 2, "cleo")
    before = desk.house.store.read(lambda tx: tx.enrolments.templates(W1))
    broken = TextFaces("text-engine")
    broken.is_broken = True

    found = re_enrol(replace(desk.house, faces=broken), by="cli")

    assert [(one.made, one.lost, one.failed, one.is_whole) for one in found] == [
        (0, 0, 3, False)
    ] * 2
    assert desk.house.store.read(lambda tx: tx.enrolments.templates(W1)) == before
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann"))
    assert newest(desk, prompt).result == "match"
    # Run again, it is done.
    assert all(one.is_whole for one in re_enrol(desk.house, by="cli"))


def test_who_the_new_engine_can_t_read_goes_to_people(desk: Rig) -> None:
    enrol(desk)
    (done,) = re_enrol(replace(desk.house, faces=Faceless("other-engine")), by="cli")
    assert (done.made, done.lost, done.failed, done.is_whole) == (0, 3, 0, False)
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann"))
    assert newest(desk, prompt).reason is Refer.NOT_ENROLLED


# The page.


def test_an_officer_enrols_at_the_desk_and_sees_quality_and_no_score(desk: Rig) -> None:
    olga = at_desk(desk, "olga", "officer")
    page = olga.send("/enrolling", order="ORD-1", device="", days="2")
    assert page.status_code == 303
    where = page.headers["location"]
    body, kind = multipart({}, [])
    edge = b"--fairtag-edge\r\nContent-Disposition: form-data; "
    parts = edge + b'name="csrf"\r\n\r\n' + olga.csrf.encode() + b"\r\n"
    for frame in (face("ann", 1), face("ann", 2, quality="poor_quality"), b"<html>"):
        parts += edge + b'name="pictures"; filename="a.jpg"\r\n\r\n' + frame + b"\r\n"
    told = olga.client.post(
        f"{where}/pictures",
        content=parts + b"--fairtag-edge--\r\n",
        headers={"Content-Type": kind},
    )
    assert body
    assert told.status_code == 200
    assert "<strong>1 of 3</strong>" in told.text
    assert "More light on the face" in told.text
    assert "DynamicRange" in told.text
    assert "could not be read" in told.text
    assert "score" not in told.text


def test_an_officer_looks_and_says_whom_pictures_show_on_the_page(desk: Rig) -> None:
    name = alone(desk).invitation_id
    olga = at_desk(desk, "olga", "officer")
    assert f'href="/enrolling/{name}"' in olga.get("/enrolling").text
    before = olga.get(f"/enrolling/{name}").text
    assert "data:image" not in before
    assert "Look at the pictures" in before
    told = olga.send(f"/enrolling/{name}/confirm", answer="yes")
    assert (told.status_code, "Look at the pictures first" in told.text) == (409, True)

    seen = olga.send(f"/enrolling/{name}/look")
    assert (seen.status_code, seen.text.count("data:image")) == (200, 3)
    done = olga.send(f"/enrolling/{name}/confirm", answer="yes")

    assert (done.status_code, done.headers["location"]) == (303, f"/enrolling/{name}")
    assert "The wearer is enrolled" in olga.get(f"/enrolling/{name}").text
    assert len(compared_with(desk)) == 3
    assert name not in olga.get("/enrolling").text


def test_the_page_says_which_picture_is_in_use_until_when_and_what_became_of_a_no(
    desk: Rig,
) -> None:
    enrol(desk)
    desk.pass_time(MINUTE)
    name = alone(desk, "bob").invitation_id
    olga = at_desk(desk, "olga", "officer")

    seen = olga.send(f"/enrolling/{name}/look").text
    done = olga.send(f"/enrolling/{name}/confirm", answer="no")
    after = olga.get(done.headers["location"]).text

    captions = re.findall("<figcaption>(.*?)</figcaption>", seen)
    assert captions == ["New picture 1", "New picture 2", "New picture 3", "In use now"]
    assert "Open until Wed 4 Nov 2026, 12:01 (Europe/London)." in seen
    assert "The pictures were taken away and are not used." in after
    assert "were taken away" not in olga.get(f"/enrolling/{name}").text


def test_a_form_that_is_not_ours_takes_no_picture_in(desk: Rig) -> None:
    olga = at_desk(desk, "olga", "officer")
    invitation = opened(desk)
    edge = b"--fairtag-edge\r\nContent-Disposition: form-data; "
    body = edge + b'name="pictures"\r\n\r\n' + face("ann", 1) + b"\r\n--fairtag-edge--\r\n"
    told = olga.client.post(
        f"/enrolling/{invitation.invitation_id}/pictures",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=fairtag-edge"},
    )
    assert told.status_code == 403
    assert listed(desk) == []


def test_a_wrong_order_is_said_on_the_page(desk: Rig) -> None:
    olga = at_desk(desk, "olga", "officer")
    told = olga.send("/enrolling", order="ORD-9", device="", days="2")
    assert told.status_code == 404
    assert "This was not done" in told.text
