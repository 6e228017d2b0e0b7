"""People who look at pictures, a check-in that waits for them, and a matter to decide."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image
from tests.rig import PASSWORD, Rig

from fairtag.adapters.sqlite.prompting.prompts import SqlitePromptBook
from fairtag.app.books import Person
from fairtag.app.checkins.book import Answer, EnrolledPicture
from fairtag.app.log.kinds import Said
from fairtag.app.openings import accounted
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.deal import deal
from fairtag.app.reviewing.look import look
from fairtag.audit.entries import Entry
from fairtag.faces.model import Measure, Refer, Template
from fairtag.intake.messages import CheckInState
from fairtag.review.photos import PhotoReview
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, MINUTE, Micros

NOTE = "the ears differ plainly"
MAKERS = {"rita": "adam", "rob": "eve", "ravi": "carl"}


@dataclass(slots=True)
class KeptPrompts:
    """Prompts in memory: what a review asks of the book of prompts."""

    kept: dict[str, Prompt] = field(default_factory=dict)

    def get(self, check_in_id: str) -> Prompt:
        if check_in_id not in self.kept:
            raise UnknownCheckIn(check_in_id)
        return self.kept[check_in_id]


def kept_prompts(monkeypatch: pytest.MonkeyPatch) -> KeptPrompts:
    """Let the book of prompts tell of a few that no planner drew."""
    kept = KeptPrompts()
    monkeypatch.setattr(SqlitePromptBook, "get", lambda _book, name: kept.get(name))
    return kept


def picture(shade: int, side: int = 160) -> bytes:
    """Make a JPEG of nobody: a face-like blob of one shade."""
    rows, columns = np.mgrid[0:side, 0:side]
    is_face = ((rows - side / 2) / 60) ** 2 + ((columns - side / 2) / 45) ** 2 < 1
    canvas = np.where(is_face[..., None], (shade, shade // 2 + 60, 90), (230, 232, 235))
    held = io.BytesIO()
    Image.fromarray(canvas.astype(np.uint8)).save(held, "JPEG")
    return held.getvalue()


def reviewers(rig: Rig) -> list[Person]:
    """Give three reviewers, each made by another administrator, and let two days pass."""
    found = [rig.person(name, "reviewer", by=by) for name, by in MAKERS.items()]
    rig.pass_time(2 * DAY)
    return found


def never_known(rig: Rig) -> None:
    """Let chance deal no known pair, on the pages too: they hold this same house."""
    real = rig.house.chance
    object.__setattr__(rig.house, "chance", lambda n: b"\xff" if n == 1 else real(n))


def enrol(rig: Rig, number: int = 1, *, pictures: int = 3) -> None:
    """Keep enrolled pictures of an invented wearer."""

    def work(tx: object) -> None:
        for n in range(pictures):
            told = EnrolledPicture(
                picture_id=f"ep-{number}-{n}",
                wearer_id=WearerId(f"W-{number}"),
                source="enrolment at the office",
                taken_at=rig.clock.at,
                added_at=rig.clock.at,
                added_by="otto",
                measures=(Measure(name="Sharpness", value=71.0, is_ok=True),),
            )
            template = Template(engine="none@0", vector=b"\0" * 16)
            tx.enrolments.put(told, picture(120 + 10 * n), template)  # type: ignore[attr-defined]

    rig.house.store.transact(work)


def answered(rig: Rig, number: int = 1, *, check_in: str = "ci-1", **told: object) -> Answer:
    """Let a check-in be answered with a picture that the machine refers to people."""
    now = rig.clock.at
    values = {
        "answer_id": f"an-{check_in}",
        "check_in_id": check_in,
        "wearer_id": WearerId(f"W-{number}"),
        "order_id": OrderId(f"ORD-{number}"),
        "condition_id": ConditionId("c1"),
        "device_id": DeviceId(f"D-{number}"),
        "captured_at": Micros(now - MINUTE),
        "received_at": now,
        "modality": "face_photo",
        "frames": 1,
        "result": "refer",
        "reason": Refer.LOW_SCORE,
        "score": 0.42,
        "measures": (
            Measure(name="Sharpness", value=63.0, is_ok=True),
            Measure(name="UnderExposurePrevention", value=22.0, is_ok=False),
        ),
    }
    answer = Answer(**(values | told))  # type: ignore[arg-type]
    pictures = [picture(180)] if answer.frames else []
    entry = Entry(
        at=now,
        operation="collection",
        actor="machine",
        what="check_in.answer",
        wearer_id=answer.wearer_id,
        details={"answer": answer.answer_id},
    )

    def work(tx: Transaction) -> None:
        tx.audit.append(entry)
        tx.answers.put(answer, pictures)

    rig.house.store.transact(work)
    return answer


def prompted(rig: Rig, prompts: KeptPrompts, number: int = 1, check_in: str = "ci-1") -> Prompt:
    """Remember a prompt whose window is still open for ten minutes."""
    made = Prompt(
        check_in_id=check_in,
        wearer_id=WearerId(f"W-{number}"),
        order_id=OrderId(f"ORD-{number}"),
        condition_id=ConditionId("c1"),
        device_id=DeviceId(f"D-{number}"),
        modality="face_photo",
        kind="drawn",
        local_day="2026-11-03",
        time_zone="Europe/London",
        at=Micros(rig.clock.at - 20 * MINUTE),
        until=Micros(rig.clock.at + 10 * MINUTE),
        nonce="0" * 32,
        state=CheckInState.ANSWERED,
    )
    prompts.kept[check_in] = made
    return made


def says(rig: Rig, person: Person, outcome: str, **told: str) -> PhotoReview:
    """Take the next pair and answer it, with all that an adverse answer needs."""
    pair = deal(rig.house, person)
    assert pair is not None
    given = {"note": NOTE, "given": PASSWORD} | told
    return look(rig.house, person, pair.case_id, outcome=outcome, **given)


def unconfirmed(rig: Rig, **told: object) -> tuple[Answer, str]:
    """Let two people say that a picture shows somebody else; gives the answer and the alert."""
    answer = answered(rig, **told)  # type: ignore[arg-type]
    first, second, _ = reviewers(rig)
    says(rig, first, "no_match")
    done = says(rig, second, "no_match")
    assert done.alert_id is not None
    return answer, done.alert_id


def unaccounted(rig: Rig) -> str | None:
    """Tell the first row without its entry in the access log, or entry without its row."""

    def work(tx: Transaction) -> str | None:
        entries = [one.entry for one in tx.audit.entries(limit=100_000)]
        said = Said()
        for one in entries:
            said.take(one)
        return said.disagreement(tx) or accounted.disagreement(tx, entries)

    return rig.house.store.read(work)
