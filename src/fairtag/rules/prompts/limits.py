"""How often, when and how long may a person be asked at most? A setting may only be stricter.

Units: µs, unless a name says minutes.
Source: charter G6; design.md §4; contract §3.
"""

from __future__ import annotations

from fairtag.terms.instants import DAY, HOUR, MINUTE

MOST_A_DAY = 5  # demands a person, in a local day and in any 24 h, whoever makes them
ANY_DAY = DAY  # from the end of a demand to the beginning of the sixth one after it
LEAST_QUIET = 9 * HOUR  # in one stretch, elapsed: a night in which clocks go forward counts too
MOST_OPEN = DAY - LEAST_QUIET
LEAST_WINDOW = 15 * MINUTE  # to answer in
DEFAULT_WINDOW_MIN = 30
LEAST_GAP = 15 * MINUTE  # between the beginnings of two demands; an order's own gap may be longer
DEFAULT_GAP_MIN = 60
DEFAULT_PROTECTED = ((21 * 60, 8 * 60),)  # minutes since local midnight
HELP_PAUSE = DAY  # after 'I am in hospital, held, in danger'
HEALTH_REVIEW_DAYS = 5  # working days until an order that harms somebody's health is reviewed
