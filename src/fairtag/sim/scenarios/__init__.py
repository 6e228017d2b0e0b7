"""What may happen to an invented wearer, and what is true about it? By name; names are kept.

`fairtag evaluate` and the tests name scenarios: rename one only with a line in CHANGELOG.md.
"""

from __future__ import annotations

from fairtag.sim.scenarios.calm import CALM
from fairtag.sim.scenarios.duties import DUTIES
from fairtag.sim.scenarios.equipment import EQUIPMENT
from fairtag.sim.scenarios.mocks import MOCKS
from fairtag.sim.scenarios.scene import Scenario

SCENARIOS: dict[str, Scenario] = CALM | DUTIES | EQUIPMENT | MOCKS
