"""The page that tells how to set up a device says what the decoders read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.intake.say import AT, FIXED, LAT, LON, request, the_position

from fairtag.intake import fix, osmand
from fairtag.intake.messages import Source

GUIDE = (Path(__file__).parents[3] / "docs" / "devices.md").read_text(encoding="utf-8")


def test_the_template_for_gpslogger_is_read_whole() -> None:
    (template,) = re.findall(r"^https://HOST/d/osmand/TOKEN\?(\S+)$", GUIDE, re.MULTILINE)
    told = {"LAT": LAT, "LON": LON, "TIMESTAMP": AT, "ACC": 6.5, "SPD": 2.5, "BATT": 55}
    filled = template
    for name, value in (told | {"PROV": "gps"}).items():
        filled = re.sub(rf"%{name}\b", str(value), filled)
    assert "%" not in filled
    place = the_position(osmand.decode(request(query=filled)))
    assert (place.at, place.lat, place.lon) == (FIXED, LAT, LON)
    assert (place.accuracy_m, place.speed_mps, place.battery_pct) == (6.5, 2.5, 55)
    assert place.source is Source.GNSS


@pytest.mark.parametrize(
    "setting", [("forward.type", "json"), ("filter.enable", "false"), ("osmand.minAccuracy", "0")]
)
def test_a_traccar_server_is_told_not_to_thin_out_or_round(setting: tuple[str, str]) -> None:
    name, value = setting
    assert f"<entry key='{name}'>{value}</entry>" in GUIDE


def test_the_limits_are_those_of_the_code() -> None:
    assert f"above {fix.MAX_SPEED_MPS:,.0f} m/s" in GUIDE
    assert f"more than {fix.MAX_AHEAD // 10**6} s ahead" in GUIDE
