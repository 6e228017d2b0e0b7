"""How do check-ins, words, complaints and decisions stand in a package? A line each.

All that came of a thing stands with it.
Units: instants in µs UTC in, ISO 8601 out.
"""

from __future__ import annotations

import msgspec

from fairtag.disclosure.account.model import (
    AnswerTold,
    CheckInTold,
    ClosingTold,
    ComplaintTold,
    DecisionTold,
    LookTold,
    SaidTold,
)
from fairtag.disclosure.gateways import Kind
from fairtag.disclosure.package.gathered import Gathered
from fairtag.disclosure.scope import Category
from fairtag.faces.model import GroupRates, ThresholdProfile
from fairtag.faces.verdict import digest
from fairtag.review.sign_off import SignOff
from fairtag.terms.instants import LATEST, Micros, text

Line = dict[str, object]
_PAD = (
    "Where it says 'PAD: none', nothing that was tested for it told a live face from a picture, a "
    "mask or a screen (ISO/IEC 30107-3). Otherwise it names what looked."
)


def check_in_lines(gathered: Gathered) -> list[Line]:
    """Write each demand for an answer with every answer to it, in order of time."""
    return [_check_in(one, gathered) for one in gathered.account.check_ins]


def pause_lines(gathered: Gathered) -> list[Line]:
    """Write the times in which nobody asked, or no silence counted."""
    return [
        {
            "kind": one.kind,
            "from": text(one.start),
            "asked_again": _instant(one.asked_again),
            "counts_again": _instant(one.counts_again),
            "recorded_at": text(one.recorded_at),
            "said": one.text,
        }
        for one in gathered.account.pauses
    ]


def enrolled_lines(gathered: Gathered) -> list[Line]:
    """Write where the pictures come from that answers are compared with."""
    return [
        {
            "picture_id": one.picture_id,
            "source": one.source,
            "taken_at": text(one.taken_at),
            "added_at": text(one.added_at),
            "added_by": None if _is_own_copy(gathered) else one.added_by,
            "use": one.use,
            "measures": msgspec.to_builtins(one.measures),
            "files": _files(one.picture_id, gathered),
        }
        for one in gathered.account.enrolled
    ]


def matcher(gathered: Gathered) -> Line:
    """Write what decided by machine, how often that is wrong and about whom."""
    answers = [one for check_in in gathered.account.check_ins for one in check_in.answers]
    return {
        "pad": ", ".join(sorted({one.pad for one in answers})) or "none",
        "pad_means": _PAD,
        "engines": sorted({one.engine for one in answers if one.engine}),
        "answers": len(answers),
        "answers_without_a_profile": sum(one.profile is None for one in answers),
        "profiles_named": sorted({one.profile for one in answers if one.profile}),
        "profiles": [_profile(one) for one in gathered.account.profiles],
        "no_profile_means": (
            "Without a threshold profile that was shown to be within the ceilings, the machine "
            "decides nothing: people look at every answer."
        ),
    }


def said_lines(gathered: Gathered) -> list[Line]:
    """Write what the wearer wrote, in their words."""
    return [_said(one) for one in gathered.account.said]


def complaint_lines(gathered: Gathered) -> list[Line]:
    """Write what the wearer complained of, in their words, and what they were answered."""
    return [_complaint(one) for one in gathered.account.complaints]


def decision_lines(gathered: Gathered) -> list[Line]:
    """Write what named people decided, on what it rests, and whether it still stands."""
    return [_decision(one) for one in gathered.account.decisions]


def closing_lines(gathered: Gathered) -> list[Line]:
    """Write why alerts were closed."""
    return [_closing(one, gathered) for one in gathered.account.closings]


def picture_files(gathered: Gathered) -> dict[str, bytes]:
    """Give the pictures by their path."""
    return {_path(one.of, one.place): one.raw for one in gathered.account.pictures}


def _check_in(one: CheckInTold, gathered: Gathered) -> Line:
    asked = one.prompt
    return {
        "check_in_id": asked.check_in_id,
        "condition_id": asked.condition_id,
        "device_id": asked.device_id,
        "modality": asked.modality,
        "kind": asked.kind,
        "local_day": asked.local_day,
        "time_zone": asked.time_zone,
        "at": text(asked.at),
        "until": text(asked.until),
        "lengthened_s": asked.lengthened_by // 1_000_000,
        "state": asked.state.value,
        "counts": not asked.is_void,
        "commitment": asked.drawn,
        "answers": [_answer(told, gathered) for told in one.answers],
    }


def _answer(one: AnswerTold, gathered: Gathered) -> Line:
    return {
        "answer_id": one.answer_id,
        "captured_at": text(one.captured_at),
        "received_at": text(one.received_at),
        "timing": one.timing,
        "doubts": one.doubts,
        "machine": {
            "result": one.result,
            "reason": one.reason,
            "score": one.score,
            "profile": one.profile,
            "engine": one.engine,
            "PAD": one.pad,
            "drawn_for_a_second_look": one.is_sampled,
        },
        "measures": msgspec.to_builtins(one.measures),
        "people": one.people,
        "looks": [_look(look, n, gathered) for n, look in enumerate(one.looks, 1)],
        "frames": one.frames,
        "files": _files(one.answer_id, gathered),
    }


def _look(one: LookTold, number: int, gathered: Gathered) -> Line:
    """Write one look; the wearer's own copy tells the role, not who it was."""
    who: Line = {"look": number, "role": one.role}
    if not _is_own_copy(gathered):
        who["by"] = one.by
    return who | {
        "at": text(one.at),
        "outcome": one.outcome.value,
        "settles": one.settles,
        "signed": None if one.sign_off is None else _signed(one.sign_off),
        "note": one.note,
    }


def _said(one: SaidTold) -> Line:
    return {
        "what": one.what,
        "ref": one.ref,
        "at": text(one.at),
        "check_in_id": one.check_in_id,
        "alert_id": one.alert_id,
        "answered_at": _instant(one.answered_at),
        "text": one.text,
    }


def _complaint(one: ComplaintTold) -> Line:
    """Write one; staff stand in it by reference, as on the wearer's page."""
    return {
        "complaint_id": one.complaint_id,
        "received_on": one.received_on,
        "how": one.how,
        "written_down_at": text(one.at),
        "written_down_by": one.by,
        "about": one.about,
        "text": one.text,
        "answer_by": one.answer_by,
        "acknowledged_at": _instant(one.acknowledged_at),
        "answered_at": _instant(one.answered_at),
        "answered_by": one.answered_by,
        "outcome": one.outcome,
        "answer": one.answer,
    }


def _decision(one: DecisionTold) -> Line:
    made = one.decision
    return {
        "decision_id": made.decision_id,
        "alert_id": made.alert_id,
        "about": one.about,
        "outcome": made.outcome.value,
        "reason": made.reason if one.has_reasons else None,
        "what_was_said_of_an_excuse": made.excuse if one.has_reasons else None,
        "by": made.by,
        "role": made.role,
        "at": text(made.at),
        "signed": None if made.sign_off is None else _signed(made.sign_off),
        "follows": made.follows,
        "is_replaced": one.is_replaced,
        "is_open_again": one.is_open_again,
        "rests_on": {
            "digest": made.basis.digest,
            "findings": [{"finding_id": name, "rev": rev} for name, rev in made.basis.findings],
            "looks_at_pictures": len(made.basis.photo_reviews),
            "statements": made.basis.statements,
            "contests": made.basis.contests,
            "calls_and_visits": made.basis.contacts,
        },
    }


def _closing(one: ClosingTold, gathered: Gathered) -> Line:
    return {
        "alert_id": one.alert_id,
        "kind": one.kind,
        "findings": one.findings,
        "began_at": text(one.began_at),
        "closed_at": text(one.at),
        "by": None if _is_own_copy(gathered) else one.by,
        "role": one.role,
        "cause": one.cause,
        "reason": one.reason,
    }


def _profile(one: ThresholdProfile) -> Line:
    return {
        "digest": digest(one),
        "engine": one.engine,
        "capture_mode": one.capture_mode,
        "mode": one.mode,
        "threshold": one.threshold,
        "data_sha256": one.data_sha256,
        "report_sha256": one.report_sha256,
        "made_at": text(one.made_at),
        "error_rates": [_rates(group) for group in (one.overall, *one.groups)],
    }


def _rates(one: GroupRates) -> Line:
    rates = {"fmr": one.fmr, "fnmr": one.fnmr, "fta": one.fta}
    return {"group": one.group} | {name: msgspec.to_builtins(rate) for name, rate in rates.items()}


def _signed(one: SignOff) -> Line:
    return {"method": one.method, "at": text(one.at), "digest": one.digest}


def _files(of: str, gathered: Gathered) -> list[str] | None:
    """Name the pictures; None: they are not in the scope of this disclosure."""
    if Category.PHOTOS not in gathered.told:
        return None
    return [_path(of, one.place) for one in gathered.account.pictures if one.of == of]


def _path(of: str, place: int) -> str:
    return f"photos/{of}-{place}.jpg"


def _is_own_copy(gathered: Gathered) -> bool:
    return gathered.recipient.kind is Kind.WEARER


def _instant(at: Micros | None) -> str | None:
    return None if at is None or at >= LATEST else text(at)
