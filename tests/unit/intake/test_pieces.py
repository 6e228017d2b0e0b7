"""Many pieces, most of them bad: none is lost, and none floods the store."""

from __future__ import annotations

import pytest
from tests.unit.intake.say import SECRET, request

from fairtag.intake import native, overland, owntracks
from fairtag.intake.messages import Decoded
from fairtag.intake.pieces import MOST_APART, MOST_PIECES, Pieces, raw_of
from fairtag.intake.request import Why

ONES = ",".join("1" * (MOST_PIECES + 1))


def test_bad_pieces_without_a_number_are_joined_beyond_a_limit() -> None:
    pieces = Pieces()
    for n in range(MOST_APART + 3):
        pieces.refuse(Why.MISSING, b"%d" % n)
    pieces.refuse(Why.MISSING, b"numbered", epoch=2, seq=7)
    refused = pieces.decoded().refused
    assert len(refused) == MOST_APART + 2
    assert (refused[-2].epoch, refused[-2].seq) == (2, 7)
    assert (refused[-1].why, refused[-1].raw) == (Why.TOO_MANY, b"1000\n1001\n1002")


def test_a_piece_that_says_nothing_is_counted() -> None:
    pieces = Pieces()
    pieces.take(())
    assert pieces.decoded() == Decoded(ignored=1)


@pytest.mark.parametrize(
    "said",
    [
        lambda: native.decode(request(b"1\n" * (MOST_PIECES + 1))),
        lambda: owntracks.decode(request(f"[{ONES}]"), secret=SECRET),
        lambda: overland.decode(request(f'{{"locations":[{ONES}]}}')),
    ],
    ids=["native", "owntracks", "overland"],
)
def test_a_flood_of_crumbs_is_kept_whole(said: object) -> None:
    assert callable(said)
    (piece,) = said().refused
    assert piece.why == Why.TOO_MANY
    assert len(piece.raw) > 2 * MOST_PIECES


def test_a_piece_that_cannot_be_written_again_is_kept_with_its_body() -> None:
    assert raw_of({"a": 1}, b"body") == b'{"a":1}'
    assert raw_of({"a": 10**5000}, b"body") == b"body"
