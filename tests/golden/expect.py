"""Does a story end as its `expect.json` says? Outcomes that hold whatever the judge's inside is.

`authority`: how many matters stand for the authority in the end (not withdrawn, not excused).
`told`: how many were ever told to it. `must`: each is met by the last record of some finding.
`must_not`: none is met by any record. A record meets a claim when the fields named are equal; two
instants in a list are a range, both ends included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairtag.terms.instants import parse

Json = dict[str, Any]


def unmet(expect: Json, lines: Sequence[Json]) -> list[str]:
    """List the claims that the findings do not meet."""
    last = {line["finding_id"]: line for line in lines}
    against = [one for one in last.values() if one["for"] == "authority"]
    counts = {
        "authority": sum(
            one["state"] != "withdrawn" and one["cause"] != "excused" for one in against
        ),
        "told": len(against),
    }
    found = [
        f"{name}: {counts[name]} instead of {expect[name]}"
        for name in counts
        if expect.get(name, counts[name]) != counts[name]
    ]
    found += [
        f"no {one}"
        for one in expect.get("must", ())
        if not any(_meets(one, line) for line in last.values())
    ]
    found += [
        f"a {one}" for one in expect.get("must_not", ()) if any(_meets(one, line) for line in lines)
    ]
    return found


def _meets(claim: Json, line: Json) -> bool:
    return all(_is(wanted, line[name]) for name, wanted in claim.items())


def _is(wanted: object, told: object) -> bool:
    if not isinstance(wanted, list):
        return wanted == told
    first, last = (parse(one) for one in wanted)
    return isinstance(told, str) and first <= parse(told) <= last
