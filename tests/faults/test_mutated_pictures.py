"""10,000 damaged pictures: each has an answer in time, and the decoder's process never ends."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from tests.unit.adapters.faces.test_apart import IN_TIME_S, answered, mutated

from fairtag.adapters.faces.apart.process import MOST_PICTURES
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.limits import REFUSALS


@pytest.mark.slow
def test_10000_mutated_pictures_have_an_answer_each() -> None:
    faces = FacesApart(answer_s=600.0)  # how long it took is told below
    faces.decoder.hello()
    seen: Counter[str] = Counter()
    longest_s = 0.0

    pictures = mutated(10_000, seed=2)
    while burst := list(islice(pictures, MOST_PICTURES)):  # as many as a child is given
        words, took_s = answered(faces, *burst)
        seen.update(words)
        longest_s = max(longest_s, took_s)

    starts = faces.decoder.starts
    faces.close()
    assert set(seen) <= {"read", *REFUSALS}
    assert seen.total() == 10_000
    assert longest_s < IN_TIME_S
    assert starts == 1
