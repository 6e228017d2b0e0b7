"""An answer to a check-in: what is kept, what people see, what the device hears, what goes when."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.answers import (
    NOON,
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
    result,
    send,
)
from tests.app.test_verify_log import verify
from tests.erasing import days_of_care, hold, steady
from tests.reviewers import never_known, reviewers, says
from tests.rig import Rig

from fairtag.app.checkins.answering import answer as answering
from fairtag.app.checkins.answering import compare
from fairtag.app.retention import plan
from fairtag.app.reviewing.deal import deal
from fairtag.app.reviewing.figures import see_figures
from fairtag.app.reviewing.overdue import (
    Waiting,
    end_undecidable,
    see_reviews_overdue,
    waiting,
)
from fairtag.custody.kinds import RecordKind
from fairtag.faces.model import Attack, Reading, Refer
from fairtag.intake.messages import CheckInState
from fairtag.review.photos import ADVERSE
from fairtag.terms.errors import Busy, SealBroken
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text

W1 = WearerId("W-1")


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("enrolled") / "data"
    with opened_check_ins(folder) as rig:
        asked_wearer(rig)
        enrol(rig)
        return folder, rig.tokens


@pytest.fixture
def desk(enrolled: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Rig]:
    folder, tokens = enrolled
    shutil.copytree(folder, tmp_path / "data")
    with opened_check_ins(tmp_path / "data") as rig:
        rig.tokens |= tokens
        yield rig


def faces_of(rig: Rig) -> TextFaces:
    faces = rig.house.faces
    assert isinstance(faces, TextFaces)
    return faces


def pictures(rig: Rig, answer_id: str) -> list[bytes]:
    return rig.house.store.read(lambda tx: tx.answers.pictures(answer_id))


def to_review(rig: Rig) -> list[str]:
    return [one.answer_id for one in rig.house.store.read(lambda tx: tx.answers.to_review())]


def test_the_same_person_matches_and_the_device_hears_no_result(desk: Rig) -> None:
    prompt = prompt_of(desk)

    told = answer(desk, prompt, burst("ann"))

    one = newest(desk, prompt)
    assert (one.result, one.reason, one.frames, one.pad) == ("match", None, 3, "none")
    assert one.score is not None
    assert one.profile is not None
    assert told.status_code == 200
    assert told.json() == {
        "receipt_id": one.answer_id,
        "captured_at": text(NOON),
        "received_at": text(NOON),
        "advice": [],
        "outcome": "received",
    }
    moved = desk.house.store.read(lambda tx: tx.prompts.get(prompt.check_in_id))
    assert moved.state is CheckInState.ANSWERED


def test_somebody_else_is_referred_in_the_same_words(desk: Rig) -> None:
    first, second = prompt_of(desk), None
    match = answer(desk, first, burst("ann"))
    desk.pass_time(2 * HOUR)
    second = prompt_of(desk)
    refer = answer(desk, second, burst("bob", since=40))

    assert newest(desk, second).reason is Refer.LOW_SCORE
    assert refer.json().keys() == match.json().keys()
    assert (refer.json()["advice"], refer.json()["outcome"]) == ([], "received")
    assert to_review(desk) == [newest(desk, second).answer_id]
    assert "checkin.needs_review" in desk.kinds()


def test_negative_control_without_the_gate_somebody_else_would_pass(
    desk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = compare.profile_now

    def open_gate(house: Any) -> Any:
        return msgspec.structs.replace(low(house), threshold=-1.0)

    monkeypatch.setattr(compare, "profile_now", open_gate)
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("bob", since=40))
    assert newest(desk, prompt).result == "match"


def test_outside_a_demo_nothing_matches_without_an_audited_profile(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data", kind="service") as rig:
        asked_wearer(rig)
        enrol(rig)
        prompt = prompt_of(rig)
        answer(rig, prompt, burst("ann"))
        assert newest(rig, prompt).reason is Refer.NOT_AUDITED
        assert to_review(rig) == [newest(rig, prompt).answer_id]


def test_whoever_is_not_enrolled_is_referred(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig)
        prompt = prompt_of(rig)
        answer(rig, prompt, burst("ann"))
        assert newest(rig, prompt).reason is Refer.NOT_ENROLLED


@pytest.mark.parametrize("quality", ["poor_quality", "no_face", "many_faces"])
def test_a_poor_picture_is_taken_again_and_the_better_one_stands(desk: Rig, quality: str) -> None:
    prompt = prompt_of(desk)
    told = answer(desk, prompt, burst("ann", quality=quality))
    first = newest(desk, prompt)
    assert first.reason == quality
    assert told.json()["advice"]
    desk.pass_time(5 * MINUTE)

    told = answer(desk, prompt, burst("ann", since=20))

    assert newest(desk, prompt).result == "match"
    assert told.json()["advice"] == []
    assert to_review(desk) == []  # the poor one was replaced


def test_no_advice_when_it_is_too_late_for_another_picture(desk: Rig) -> None:
    prompt = prompt_of(desk)
    taken = text(desk.clock.at)
    desk.clock.at = Micros(prompt.until + MINUTE)
    told = answer(desk, prompt, burst("ann", quality="no_face"), captured_at=taken)
    assert newest(desk, prompt).reason is Refer.NO_FACE
    assert told.json()["advice"] == []


def test_so_many_tries_and_no_more(desk: Rig) -> None:
    prompt = prompt_of(desk)
    for number in range(answering.MOST_ANSWERS):
        told = answer(desk, prompt, burst("ann", since=10 * number, quality="no_face"))
        assert bool(told.json()["advice"]) == (number + 1 < answering.MOST_ANSWERS)
    assert answer(desk, prompt, burst("ann", since=90)).status_code == 409


def test_after_a_match_nothing_more_is_taken(desk: Rig) -> None:
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann"))
    told = answer(desk, prompt, burst("ann", since=50))
    assert told.status_code == 409
    assert told.json()["code"] == "FT-831"
    assert len(desk.house.store.read(lambda tx: tx.answers.of_prompt(prompt.check_in_id))) == 1


def test_the_same_upload_again_gets_the_same_receipt(desk: Rig) -> None:
    prompt = prompt_of(desk)
    taken = text(desk.clock.at)
    first = answer(desk, prompt, burst("ann")).json()
    desk.pass_time(10 * MINUTE)
    again = answer(desk, prompt, burst("ann"), captured_at=taken)
    assert (again.status_code, again.json()) == (200, first)


def test_one_frame_twice_is_no_burst(desk: Rig) -> None:
    prompt = prompt_of(desk)
    told = answer(desk, prompt, [face("ann", 1), face("ann", 1), face("ann", 2)])
    one = newest(desk, prompt)
    assert (told.status_code, one.result, one.reason) == (200, "refer", Refer.PAD)
    assert one.doubts == ("replay",)


def test_a_frame_that_was_seen_before_is_a_replay_also_with_other_metadata(desk: Rig) -> None:
    answer(desk, prompt_of(desk), burst("ann"))
    desk.pass_time(2 * HOUR)
    prompt = prompt_of(desk)
    frames = [face("ann", 1) + b"|taken with another camera", face("ann", 51), face("ann", 52)]
    answer(desk, prompt, frames)
    assert newest(desk, prompt).doubts == ("replay",)
    assert newest(desk, prompt).reason is Refer.PAD


def test_an_enrolled_picture_is_no_answer(desk: Rig) -> None:
    prompt = prompt_of(desk)
    answer(desk, prompt, [face("ann", 901), face("ann", 61), face("ann", 62)])
    assert newest(desk, prompt).reason is Refer.PAD


@pytest.mark.parametrize(
    ("changed", "doubts"),
    [
        ({"nonce": "00" * 16}, ("nonce",)),
        ({"signature": "bm8="}, ("signature",)),
        ({"sha256": ["0" * 64] * 3}, ("sha256",)),
    ],
)
def test_what_does_not_hold_is_kept_and_people_look(
    desk: Rig, changed: dict[str, Any], doubts: tuple[str, ...]
) -> None:
    prompt = prompt_of(desk)
    told = answer(desk, prompt, burst("ann"), **changed)
    one = newest(desk, prompt)
    assert (told.status_code, told.json()["advice"]) == (200, [])
    assert (one.result, one.reason, one.doubts) == ("refer", Refer.PAD, doubts)
    assert len(pictures(desk, one.answer_id)) == 3


def test_a_picture_taken_offline_in_time_counts_days_later(desk: Rig) -> None:
    prompt = prompt_of(desk)
    taken = text(Micros(desk.clock.at + 20 * MINUTE))
    desk.clock.at = Micros(desk.clock.at + 3 * DAY)
    answer(desk, prompt, burst("ann"), captured_at=taken, is_offline=True)
    one = newest(desk, prompt)
    assert (one.result, one.timing) == ("match", "in_time")


@pytest.mark.parametrize(
    ("shift", "timing", "reason"),
    [
        (-3 * MINUTE, "early", Refer.PAD),
        (-2 * MINUTE, "in_time", None),
        (32 * MINUTE, "in_time", None),
        (33 * MINUTE, "late", Refer.OUT_OF_WINDOW),
        (9 * HOUR, "clock", Refer.PAD),
    ],
)
def test_when_it_was_taken_decides(desk: Rig, shift: int, timing: str, reason: object) -> None:
    prompt = prompt_of(desk)
    taken = text(Micros(desk.clock.at + shift))
    desk.clock.at = Micros(desk.clock.at + HOUR)
    answer(desk, prompt, burst("ann"), captured_at=taken)
    assert (newest(desk, prompt).timing, newest(desk, prompt).reason) == (timing, reason)


def test_another_device_s_prompt_is_unknown(desk: Rig) -> None:
    asked_wearer(desk, 2)
    prompt = prompt_of(desk)
    for about in (prompt.check_in_id, "nothing"):
        told = manifest(desk, "D-2", about, burst("ann"))
        done = send(desk, "D-2", f"/d/v1/check-ins/{about}", told, burst("ann"))
        assert (done.status_code, done.json()["code"]) == (404, "FT-802")
    assert desk.house.store.read(lambda tx: tx.answers.of_prompt(prompt.check_in_id)) == []


def test_after_the_order_s_end_nothing_is_kept(desk: Rig) -> None:
    prompt = prompt_of(desk)
    desk.clock.at = Micros(NOON + 90 * DAY)
    assert answer(desk, prompt, burst("ann")).status_code == 410
    assert desk.house.store.read(lambda tx: tx.answers.of_prompt(prompt.check_in_id)) == []


class WatchedFaces(TextFaces):
    """An engine beside which a detector of attacks looks: the word of the whole burst counts."""

    def __init__(self, *said: bool) -> None:
        super().__init__()
        self._said = said

    def read_all(self, pictures: Sequence[bytes], *, key: bytes) -> list[Reading]:
        return [
            msgspec.structs.replace(one, attack=Attack(detector="watch@1", is_suspected=is_so))
            for one, is_so in zip(super().read_all(pictures, key=key), self._said, strict=True)
        ]


@pytest.mark.parametrize(
    ("said", "reason"), [((False, False, True), Refer.PAD), ((True, True, False), None)]
)
def test_a_detector_of_attacks_is_named_and_what_it_suspects_goes_to_people(
    desk: Rig, said: tuple[bool, ...], reason: Refer | None
) -> None:
    object.__setattr__(desk.house, "faces", WatchedFaces(*said))  # the pages hold this same house
    prompt = prompt_of(desk)
    told = answer(desk, prompt, burst("ann"))
    one = newest(desk, prompt)
    assert (one.reason, one.pad) == (reason, "watch@1")
    assert (told.json()["outcome"], told.json()["advice"]) == ("received", [])


def test_without_a_detector_every_record_says_none(desk: Rig) -> None:
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann"))
    assert newest(desk, prompt).pad == "none"


def test_an_engine_that_fails_is_nobody_s_fault(desk: Rig) -> None:
    faces_of(desk).is_broken = True
    prompt = prompt_of(desk)
    told = answer(desk, prompt, burst("ann"))
    assert newest(desk, prompt).reason is Refer.ENGINE_ERROR
    assert (told.status_code, told.json()["advice"]) == (200, [])


def test_an_engine_that_does_not_even_say_its_name_is_nobody_s_fault(
    desk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: TextFaces) -> None:
        raise Busy("the engine is away")

    monkeypatch.setattr(TextFaces, "info", away)
    prompt = prompt_of(desk)
    assert answer(desk, prompt, burst("ann")).status_code == 200
    assert newest(desk, prompt).reason is Refer.ENGINE_ERROR


def test_without_a_decoder_the_device_keeps_it_and_sends_it_again(desk: Rig) -> None:
    prompt = prompt_of(desk)
    faces_of(desk).is_away = True
    told = answer(desk, prompt, burst("ann"))
    assert (told.status_code, told.headers["retry-after"]) == (503, "5")
    faces_of(desk).is_away = False
    assert answer(desk, prompt, burst("ann")).status_code == 200


def test_a_picture_that_nobody_can_read_is_asked_for_again_and_not_kept(desk: Rig) -> None:
    prompt = prompt_of(desk)
    told = answer(desk, prompt, [b"<html>", b"\xff\xd8broken"])
    one = newest(desk, prompt)
    assert (one.reason, one.frames, pictures(desk, one.answer_id)) == (Refer.POOR_QUALITY, 0, [])
    assert told.json()["advice"] == ["take_again"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"\xff\xfe" * 50, "application/json"),
        (b"FACE ann", "image/jpeg"),
        (b'{"captured_at": "noon"}', "application/json"),
    ],
)
def test_what_can_t_be_read_waits_in_quarantine(desk: Rig, body: bytes, kind: str) -> None:
    prompt = prompt_of(desk)
    headers = {"Authorization": f"Bearer {desk.tokens['D-1']}", "Content-Type": kind}
    told = desk.client.post(f"/d/v1/check-ins/{prompt.check_in_id}", content=body, headers=headers)
    assert (told.status_code, told.json()["outcome"]) == (200, "unreadable")
    kept = desk.house.store.read(lambda tx: tx.quarantine.count())
    assert kept == {"unreadable_answer": 1}


def quarantined(rig: Rig) -> list[bytes]:
    """Open what waits in quarantine."""
    with closing(sqlite3.connect(rig.folder / "fairtag.db")) as db:
        rows = db.execute("SELECT owner, device_id, received_at, sealed FROM quarantine").fetchall()
    return [
        rig.house.vault.unseal(
            sealed,
            wearer_id=WearerId(owner),
            kind=RecordKind.QUARANTINE,
            at=Micros(at),
            row=f"quarantine/{device}/{at}",
        )
        for owner, device, at, sealed in rows
    ]


def broken(rig: Rig, about: str) -> tuple[bytes, str]:
    """Write an upload whose second picture is cut."""
    frames = [b"\xff\xd8\xff" + face("ann", n) * 200 for n in (1, 2)]
    whole, kind = multipart(manifest(rig, "D-1", about, frames), frames)
    return whole[:-300], kind


@pytest.mark.parametrize("path", ["check-ins", "enrolments"])
def test_of_what_can_t_be_read_no_picture_is_kept(desk: Rig, path: str) -> None:
    prompt = prompt_of(desk)
    body, kind = broken(desk, prompt.check_in_id)
    for told in (kind, "image/jpeg", kind.replace("edge", "hedge"), "application/json"):
        headers = {"Authorization": f"Bearer {desk.tokens['D-1']}", "Content-Type": told}
        done = desk.client.post(f"/d/v1/{path}/{prompt.check_in_id}", content=body, headers=headers)
        assert (done.status_code, done.json()["outcome"]) == (200, "unreadable")

    first, *others = kept = quarantined(desk)
    assert len(kept) == 4
    assert not [one for one in kept if b"FACE" in one or len(one) > 8192]
    # What helps to find the fault is there: which parts came, how large, and what the device said.
    found = msgspec.json.decode(first)
    assert [len(one["headers"]) for one in found["parts"]] == [1, 2, 2]
    assert found["parts"][1]["bytes"] == len(b"\xff\xd8\xff" + face("ann", 1) * 200)
    assert '"captured_at"' in found["manifests"][0]
    assert all(msgspec.json.decode(one)["bytes"] == len(body) for one in others)


def test_after_the_order_s_end_what_can_t_be_read_is_dropped(desk: Rig) -> None:
    prompt = prompt_of(desk)
    body, kind = broken(desk, prompt.check_in_id)
    headers = {"Authorization": f"Bearer {desk.tokens['D-1']}", "Content-Type": kind}
    desk.clock.at = Micros(NOON + 90 * DAY)
    for path in ("check-ins", "enrolments"):
        done = desk.client.post(f"/d/v1/{path}/{prompt.check_in_id}", content=body, headers=headers)
        assert done.status_code == 410
    assert quarantined(desk) == []


def test_a_device_s_own_result_needs_no_picture(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig, modality="on_device_result")
        prompt = prompt_of(rig, modality="on_device_result")
        told = result(rig, prompt)
        one = newest(rig, prompt)
        assert (told.status_code, one.result, one.frames, one.score) == (200, "match", 0, None)
        assert result(rig, prompt).json() == told.json()
        rig.pass_time(2 * HOUR)
        second = prompt_of(rig, modality="on_device_result")
        result(rig, second, "no")
        assert newest(rig, second).reason is Refer.DEVICE_SAID_NO
        rig.pass_time(2 * HOUR)
        third = prompt_of(rig, modality="on_device_result")
        result(rig, third, sensor="another")
        assert newest(rig, third).doubts == ("signature",)
        assert faces_of(rig).asked == []


def test_what_was_not_asked_for_is_not_taken(desk: Rig) -> None:
    prompt = prompt_of(desk)
    assert result(desk, prompt).status_code == 409
    desk.pass_time(2 * HOUR)
    other = prompt_of(desk, modality="human_call", check_in_id="ci-call")
    assert answer(desk, other, burst("ann")).status_code == 409
    assert desk.house.store.read(lambda tx: tx.answers.of_prompt("ci-call")) == []


def test_some_matches_are_looked_at_blind(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data", sample=1.0) as rig:
        asked_wearer(rig)
        enrol(rig)
        prompt = prompt_of(rig)
        answer(rig, prompt, burst("ann"))
        one = newest(rig, prompt)
        assert (one.result, one.is_sampled, to_review(rig)) == ("match", True, [one.answer_id])


def test_what_people_say_of_matches_that_they_look_at_blind_is_counted(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data", sample=1.0) as rig:
        asked_wearer(rig)
        enrol(rig)
        never_known(rig)
        first, second, _ = reviewers(rig)
        desk = see_figures(rig.house, rig.person("sara", "supervisor"))
        assert (desk.blind.number, desk.blind.of) == (0, 0)
        for said, people in (("match", (first,)), ("no_match", (first, second))):
            rig.clock.at = Micros(rig.clock.at + 2 * HOUR)
            answered(rig, "ann", since=100 * len(people))
            for one in people:
                says(rig, one, said)
        rig.clock.at = Micros(rig.clock.at + 2 * HOUR)
        answered(rig, "bob", since=970)  # referred, and no match of the machine's
        says(rig, first, "match")

        desk = see_figures(rig.house, rig.person("sam", "supervisor"))

        assert (desk.blind.number, desk.blind.of) == (1, 2)


def test_of_many_matches_so_many_are_drawn_as_is_set(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data", sample=0.03) as rig:
        drawn = sum(answering.is_drawn(rig.house) for _ in range(20_000))
    assert 0.02 < drawn / 20_000 < 0.04  # eight standard deviations


def test_each_answer_is_in_the_log(desk: Rig) -> None:
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann"))
    said = desk.house.store.read(lambda tx: tx.audit.about(WearerId("W-1")))
    one = next(each.entry for each in said if each.entry.what == "check_in.answer")
    assert one.operation == "collection"
    assert one.details == {
        "answer": newest(desk, prompt).answer_id,
        "check_in": prompt.check_in_id,
        "result": "match",
        "frames": "3",
        "compared with": "3",
    }


@pytest.mark.parametrize(
    "bent",
    [
        "DROP TRIGGER answers_stay; DELETE FROM answers",
        "DROP TRIGGER answers_hold; UPDATE answers SET result = 'match'",
        "INSERT INTO answer_decisions (answer_id, owner, at, outcome) VALUES ('r', 'W-1', 1, 'x')",
    ],
)
def test_an_answer_that_somebody_changes_is_found(tmp_path: Path, bent: str) -> None:
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig)
        answer(rig, prompt_of(rig), burst("ann"))
    assert verify("--data", str(tmp_path / "data"))[0] == 0
    with closing(sqlite3.connect(tmp_path / "data" / "fairtag.db")) as db:
        db.executescript(bent)
    assert verify("--data", str(tmp_path / "data"))[0] == 1


# What goes when.


def answered(rig: Rig, name: str, since: int = 70) -> str:
    prompt = prompt_of(rig)
    answer(rig, prompt, burst(name, since=since))
    return str(newest(rig, prompt).answer_id)


def is_kept(rig: Rig, answer_id: str) -> bool:
    try:
        return bool(pictures(rig, answer_id))
    except SealBroken:
        return False


def keys_of(rig: Rig, kind: RecordKind) -> int:
    return sum(one.kind is kind for one in rig.house.vault.periods())


def decide(rig: Rig, answer_id: str, outcome: str) -> None:
    at = rig.clock.at
    rig.house.store.transact(lambda tx: tx.answers.decided(answer_id, outcome, at=at))


def test_pictures_of_a_match_go_after_seven_days_with_their_key(desk: Rig) -> None:
    answer_id = answered(desk, "ann")
    steady(desk, Micros(NOON + 6 * DAY + HOUR))
    assert is_kept(desk, answer_id)
    days_of_care(desk, 1)
    assert not is_kept(desk, answer_id)
    assert keys_of(desk, RecordKind.PHOTO) == 0
    assert desk.house.store.read(lambda tx: tx.answers.get(answer_id)).result == "match"
    certificates = [
        one.entry
        for one in desk.house.store.read(lambda tx: tx.audit.entries())
        if one.entry.what == "erasure.certificate"
    ]
    assert certificates


@pytest.mark.parametrize(
    ("outcome", "days"),
    [("match", 7), ("no_match", 28), ("cant_tell", 28), ("match_with_concern", None)],
)
def test_what_people_decided_says_when_pictures_go(
    desk: Rig, outcome: str, days: int | None
) -> None:
    never_known(desk)
    first, second, _ = reviewers(desk)
    answer_id = answered(desk, "bob")
    steady(desk, Micros(NOON + 20 * DAY))
    assert is_kept(desk, answer_id)  # nobody decided yet
    if outcome in ADVERSE:
        says(desk, first, outcome)
        says(desk, second, outcome)
    else:
        decide(desk, answer_id, outcome)
    days_of_care(desk, (days or 30) - 1)
    assert is_kept(desk, answer_id)
    days_of_care(desk, 2)
    assert is_kept(desk, answer_id) == (days is None)


def waiting_now(rig: Rig) -> Waiting:
    return rig.house.store.read(lambda tx: waiting(tx, now=rig.clock.at))


def order_end(rig: Rig) -> int:
    return int(rig.house.store.read(lambda tx: tx.orders.facts())[0].ends_at)


def test_what_nobody_can_decide_any_more_ends_for_nothing_and_goes(desk: Rig) -> None:
    answer_id = answered(desk, "bob")
    steady(desk, Micros(order_end(desk) + 27 * DAY))
    assert (to_review(desk), is_kept(desk, answer_id)) == ([answer_id], True)

    days_of_care(desk, 2)  # the pictures to compare with go
    see_reviews_overdue(desk.house)
    days_of_care(desk, 1)

    assert to_review(desk) == []
    assert desk.house.store.read(lambda tx: tx.answers.outcome(answer_id)) == "cant_tell"
    entries = [one.entry for one in desk.house.store.read(lambda tx: tx.audit.about(W1))]
    told = [one for one in entries if one.what == "check_in.cant_tell"]
    assert [(one.actor, one.details["answer"]) for one in told] == [("machine", answer_id)]
    days_of_care(desk, 25)
    assert is_kept(desk, answer_id)
    days_of_care(desk, 3)
    assert not is_kept(desk, answer_id)
    assert desk.house.store.read(lambda tx: tx.decisions.decisions(wearer_id=W1)) == []


def test_who_was_never_enrolled_is_waited_for_until_the_order_is_long_over(tmp_path: Path) -> None:
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig)
        answer_id, end = answered(rig, "ann"), order_end(rig)
        # While the order runs the wearer can still be enrolled, and that is our matter.
        rig.clock.at = Micros(NOON + 50 * DAY)
        assert see_reviews_overdue(rig.house) == 1
        assert to_review(rig) == [answer_id]
        # Over: nobody is called to what nobody can do.
        rig.clock.at = Micros(end)
        assert waiting_now(rig).overdue == 0
        rig.clock.at = Micros(end + 28 * DAY - 1)
        assert end_undecidable(rig.house) == 0
        rig.clock.at = Micros(end + 28 * DAY)
        assert (end_undecidable(rig.house), to_review(rig), end_undecidable(rig.house)) == (
            1,
            [],
            0,
        )


def test_a_match_drawn_for_the_blind_sample_whose_pictures_went_stops_nobody(
    tmp_path: Path,
) -> None:
    """Pictures of a match go after seven days, looked at or not: what is next is dealt."""
    with opened_check_ins(tmp_path / "data", sample=1.0) as rig:
        asked_wearer(rig)
        enrol(rig)
        never_known(rig)
        first, *_ = reviewers(rig)
        drawn = answered(rig, "ann")
        steady(rig, Micros(NOON + 10 * DAY))
        rig.clock.at = Micros(NOON + 11 * DAY)
        later = answered(rig, "bob", since=80)
        assert not is_kept(rig, drawn)

        pair = deal(rig.house, first)

        assert pair is not None
        case = rig.house.store.read(lambda tx: tx.photo_reviews.case(pair.case_id))
        assert case.answer_id == later
        assert end_undecidable(rig.house) == 1
        assert to_review(rig) == [later]


def test_negative_control_while_there_are_two_pictures_people_decide(desk: Rig) -> None:
    answer_id = answered(desk, "bob")
    desk.clock.at = Micros(order_end(desk) + 60 * DAY)  # no round of care: nothing went
    assert end_undecidable(desk.house) == 0
    assert to_review(desk) == [answer_id]


def test_a_hold_keeps_the_pictures_it_names(desk: Rig) -> None:
    asked_wearer(desk, 2)
    enrol(desk, 2, "cleo")
    mine, other = answered(desk, "ann"), prompt_of(desk, 2)
    answer(desk, other, burst("cleo", since=30))
    hold(desk, kinds=(RecordKind.PHOTO,))
    steady(desk, Micros(NOON + 8 * DAY))
    days_of_care(desk, 1)
    assert is_kept(desk, mine)
    assert not is_kept(desk, newest(desk, other).answer_id)


def test_negative_control_pictures_that_nobody_dates_stay(
    desk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_id = answered(desk, "ann")
    monkeypatch.setattr(plan, "picture_goes_at", lambda *_: None)
    steady(desk, Micros(NOON + 9 * DAY))
    days_of_care(desk, 1)
    assert is_kept(desk, answer_id)


def test_enrolled_pictures_and_templates_go_28_days_after_the_order(desk: Rig) -> None:
    end = Micros(desk.house.store.read(lambda tx: tx.orders.facts())[0].ends_at)
    steady(desk, Micros(end + 27 * DAY))
    assert keys_of(desk, RecordKind.ENROLMENT) == keys_of(desk, RecordKind.TEMPLATE) == 3
    days_of_care(desk, 1)
    assert keys_of(desk, RecordKind.ENROLMENT) == keys_of(desk, RecordKind.TEMPLATE) == 0
    assert desk.house.store.read(lambda tx: tx.enrolments.templates(WearerId("W-1"))) == []
    assert desk.house.store.read(lambda tx: tx.enrolments.wearers()) == []


def test_a_copy_of_the_store_shows_no_picture(desk: Rig) -> None:
    answered(desk, "ann")
    for path in desk.folder.rglob("*"):
        if path.is_file():
            assert b"FACE ann" not in path.read_bytes(), path
