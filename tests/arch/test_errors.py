"""Every refusal has its code and three texts, and stands in the tree on top of its file."""

from __future__ import annotations

import re
import sys

import fairtag.audit.refusals
import fairtag.custody.refusals
import fairtag.disclosure.refusals
import fairtag.faces.refusals
import fairtag.retention.refusals
import fairtag.review.refusals
import fairtag.rules.prompts.refusals  # noqa: F401 - so that their refusals are known
from fairtag.terms.errors import FairtagError


def tree() -> list[type[FairtagError]]:
    found: list[type[FairtagError]] = []
    waiting = [FairtagError]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += one.__subclasses__()
    return found


def test_no_code_is_used_twice() -> None:
    codes = [one.code for one in tree()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"FT-\d{3}", code) for code in codes)


def test_each_reader_is_told_something() -> None:
    for one in tree():
        for told in (one.officer, one.wearer, one.operator):
            assert told.strip().endswith("."), one


def test_the_drawing_shows_each_one_with_its_code() -> None:
    for one in tree()[1:]:
        drawn = sys.modules[one.__module__].__doc__ or ""
        assert re.search(rf"\b{one.__name__}\s+{one.code}\b", drawn), one.__name__
