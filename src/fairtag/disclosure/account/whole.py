"""Does a package lack what may speak for the wearer? Held against what the access log knows.

The log is another witness than the books that a package is written from: whoever leaves an answer
out there, by mistake or on purpose, does not get it past here.
Fails: closed. Nothing is sealed that lacks any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fairtag.disclosure.account.model import Accounted
from fairtag.disclosure.refusals import PackageIncomplete
from fairtag.disclosure.scope import Category


def demand_nothing_left_out(
    files: Mapping[str, bytes], accounted: Accounted, told: frozenset[Category]
) -> None:
    """Go on only when the files hold all that the log knows within the scope.

    Raises: PackageIncomplete.
    """
    lacking = left_out(files, accounted, told)
    if lacking:
        raise PackageIncomplete(f"{len(lacking)} parts are missing, such as {lacking[0]}")


def left_out(
    files: Mapping[str, bytes], accounted: Accounted, told: frozenset[Category]
) -> tuple[str, ...]:
    """Name what the log knows and the files lack."""
    lacking: list[str] = []
    if Category.CHECK_INS in told:
        lacking += _answers(files, accounted)
    if Category.SAID in told:
        wrote = _lines(files, "wearer-wrote.ndjson")
        words = {str(one["ref"]) for one in wrote if one["what"] == "statement"}
        contested = {str(one["alert_id"]) for one in wrote if one["what"] == "contest"}
        lacking += [f"statement {one}" for one in sorted(accounted.statements - words)]
        lacking += [f"contest {one}" for one in sorted(accounted.contests - contested)]
    if Category.DECISIONS in told:
        held = {str(one["decision_id"]) for one in _lines(files, "decisions.ndjson")}
        lacking += [f"decision {one}" for one in sorted(accounted.decisions - held)]
    if Category.COMPLAINTS in told:
        lacking += _complaints(files, accounted)
    return tuple(lacking)


def _complaints(files: Mapping[str, bytes], accounted: Accounted) -> list[str]:
    held = _lines(files, "complaints.ndjson")
    names = {str(one["complaint_id"]) for one in held}
    answered = {str(one["complaint_id"]) for one in held if one["answered_at"] is not None}
    return [
        *(f"complaint {one}" for one in sorted(accounted.complaints - names)),
        *(f"the answer to complaint {one}" for one in sorted(accounted.replies - answered)),
    ]


def _answers(files: Mapping[str, bytes], accounted: Accounted) -> list[str]:
    held = {
        str(one["answer_id"]): len(one["looks"])
        for check_in in _lines(files, "check-ins.ndjson")
        for one in check_in["answers"]
    }
    return [
        f"answer {name}" if name not in held else f"a look at answer {name}"
        for name, looks in sorted(accounted.answers.items())
        if held.get(name, -1) < looks
    ]


def _lines(files: Mapping[str, bytes], name: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in files.get(name, b"").splitlines()]
