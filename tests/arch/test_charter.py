"""The public table of guarantees says the same as the ten files of proofs."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from fairtag.app.charter import CHARTER, rehearsal, unproved

PROOFS = Path(__file__).parents[1] / "charter"


def says_unproved(source: str) -> bool:
    names = {
        target.id
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return "NOT_YET_PROVED" in names


def has_tests(source: str) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for node in ast.walk(ast.parse(source))
    )


def test_there_are_ten_files_and_each_has_its_guarantee():
    files = {path.name for path in PROOFS.glob("test_g*.py")}

    assert files == {guarantee.proof for guarantee in CHARTER}
    assert [guarantee.number for guarantee in CHARTER] == list(range(1, 11))


@pytest.mark.parametrize("guarantee", CHARTER, ids=lambda one: f"G{one.number}")
def test_the_table_claims_no_more_than_the_file(guarantee):
    source = (PROOFS / guarantee.proof).read_text()

    assert guarantee.is_proved != says_unproved(source)
    assert bool(guarantee.proved_part or guarantee.is_proved) == has_tests(source)


def test_a_false_claim_is_noticed():
    """Negative control: a file without proofs is told apart from one that has them."""
    assert says_unproved('NOT_YET_PROVED = "x"')
    assert not says_unproved("def test_it():\n    assert True")
    assert not has_tests('NOT_YET_PROVED = "x"')


def test_all_ten_are_proved():
    assert not unproved()


def test_it_is_a_rehearsal_while_anything_is_unproved():
    for one in CHARTER:
        less = tuple(replace(each, is_proved=each is not one) for each in CHARTER)
        assert unproved(less)
        assert rehearsal(is_demo=False, is_root_fit=True, charter=less) == "unproved"


@pytest.mark.parametrize(
    ("is_demo", "is_root_fit", "why"),
    [(True, True, "demo"), (True, False, "demo"), (False, False, "root"), (False, True, "")],
)
def test_it_is_a_rehearsal_in_a_demo_and_under_a_root_that_is_not_fit(is_demo, is_root_fit, why):
    assert rehearsal(is_demo=is_demo, is_root_fit=is_root_fit) == why
