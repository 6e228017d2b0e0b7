"""Two templates, and nothing else, are compared."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from fairtag.faces import compare as module
from fairtag.faces.compare import compare
from fairtag.faces.model import Template
from fairtag.faces.refusals import Incomparable


def template(*numbers: float, engine: str = "e@1") -> Template:
    return Template(engine=engine, vector=np.array(numbers, "<f4").tobytes())


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ((1, 0), (2, 0), 1.0),
        ((1, 0), (0, 3), 0.0),
        ((1, 1), (-2, -2), -1.0),
        ((3, 4), (4, 3), 0.96),
    ],
)
def test_the_score_is_the_cosine(
    one: tuple[float, ...], other: tuple[float, ...], score: float
) -> None:
    assert compare(template(*one), template(*other)) == pytest.approx(score, abs=1e-9)
    assert compare(template(*other), template(*one)) == compare(template(*one), template(*other))


@pytest.mark.parametrize(
    "other",
    [
        template(1, 0, engine="e@2"),
        template(1, 0, 0),
        template(),
        template(0, 0),
        template(float("nan"), 1),
        template(float("inf"), 1),
        Template(engine="e@1", vector=b"\0\0\x80?\0"),
    ],
    ids=["engine", "length", "empty", "zero", "nan", "inf", "torn"],
)
def test_what_can_t_be_compared_is_refused(other: Template) -> None:
    with pytest.raises(Incomparable):
        compare(template(1, 0), other)
    with pytest.raises(Incomparable):
        compare(other, template(1, 0))


def test_the_only_matching_call_takes_exactly_two() -> None:
    told = inspect.signature(compare).parameters.values()

    assert [one.annotation for one in told] == ["Template", "Template"]
    assert all(one.kind is one.POSITIONAL_OR_KEYWORD for one in told)
    made = [name for name, one in vars(module).items() if inspect.isfunction(one)]
    assert sorted(made) == ["compare", "numbers"]
