"""A wearer's key keeps the wearer's own angles and makes strangers of everybody else's."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from fairtag.faces.compare import compare, numbers
from fairtag.faces.model import Template
from fairtag.faces.refusals import Incomparable
from fairtag.faces.strangers import turned
from fairtag.terms.errors import UsageError

CHANCE = np.random.default_rng(5)


def key(n: int) -> bytes:
    return hashlib.sha256(f"wearer {n}".encode()).digest()


def face(near: Template | None = None, *, apart: float = 0.3) -> Template:
    """Give numbers like the reference engine's: all on one side, so that strangers score .85."""
    about = np.full(128, 0.2) if near is None else numbers(near)
    drawn = about + CHANCE.normal(0, apart * np.linalg.norm(about) / np.sqrt(128), 128)
    return Template(engine="e@1", vector=drawn.astype("<f4").tobytes())


def test_the_angle_between_two_templates_of_one_wearer_is_kept() -> None:
    one = face()
    others = [face(one, apart=apart) for apart in (0.01, 0.1, 0.3, 1.0, 3.0) for _ in range(20)]

    for n, other in enumerate(others):
        before = compare(one, other)
        after = compare(turned(one, key(n)), turned(other, key(n)))
        assert after == pytest.approx(before, abs=1e-6)  # promised: 1e-5


def test_the_same_face_under_two_keys_scores_as_strangers() -> None:
    """1,000 pairs of keys: two random directions in 128 dimensions have a deviation of .088."""
    one = face()

    scores = [compare(turned(one, key(2 * n)), turned(one, key(2 * n + 1))) for n in range(1000)]

    assert abs(np.mean(scores)) < 0.02
    assert np.std(scores) == pytest.approx(1 / np.sqrt(128), abs=0.01)
    assert max(map(abs, scores)) < 0.5  # six deviations; a match of the engine needs .95


def test_negative_control_without_a_turn_the_same_face_is_the_same() -> None:
    one = face()

    assert compare(one, one) == pytest.approx(1)
    assert compare(turned(one, key(1)), turned(one, key(1))) == pytest.approx(1)
    assert compare(one, face()) > 0.8  # strangers of this engine, not turned


def test_the_turn_is_orthonormal_and_moves_every_axis() -> None:
    axes = [Template(engine="e@1", vector=row.astype("<f4").tobytes()) for row in np.eye(128)]

    whole = np.array([numbers(turned(one, key(7))) for one in axes])

    assert np.allclose(whole @ whole.T, np.eye(128), atol=1e-6)
    assert np.abs(whole).max() < 0.5  # no axis stays nearly where it was


def test_it_is_the_same_tomorrow() -> None:
    """Templates are kept for years: a change of these bytes makes every enrolment worthless."""
    told = np.arange(1, 129, dtype="<f4").tobytes()

    made = numbers(turned(Template(engine="e@1", vector=told), key(1)))

    assert np.allclose(made[:4], (-123.649, -40.387, -8.079, -56.781), atol=1e-3)


@pytest.mark.parametrize("wrong", [b"", b"short", b"k" * 31, b"k" * 33])
def test_a_key_of_another_length_is_refused(wrong: bytes) -> None:
    with pytest.raises(UsageError):
        turned(face(), wrong)


def test_damaged_numbers_are_refused() -> None:
    with pytest.raises(Incomparable):
        turned(Template(engine="e@1", vector=b"\0" * 512), key(1))
