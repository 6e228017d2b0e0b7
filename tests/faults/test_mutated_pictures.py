"""10,000 damaged pictures: each has an answer in time, and the decoder's process never ends."""

from __future__ import annotations

import pytest
from tests.unit.adapters.faces.test_apart import IN_TIME_S, answered, mutated

from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.limits import REFUSALS


@pytest.mark.slow
def test_10000_mutated_pictures_have_an_answer_each() -> None:
    faces = FacesApart()
    faces.decoder.hello()
    seen: dict[str, int] = {}
    longest_s = 0.0

    for raw in mutated(10_000, seed=2):
        word, took_s = answered(faces, raw)
        seen[word] = seen.get(word, 0) + 1
        longest_s = max(longest_s, took_s)

    starts = faces.decoder.starts
    faces.close()
    assert set(seen) <= {"read", *REFUSALS}
    assert sum(seen.values()) == 10_000
    assert longest_s < IN_TIME_S
    assert starts == 1
