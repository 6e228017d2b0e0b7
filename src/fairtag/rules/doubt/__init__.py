"""Which signs say that the positions a device gives are not where it is?

A sign is for support: it asks a person to look at the device, and never counts against the wearer.
Each has honest look-alikes, named where it is looked for: what a phone, a train or an airliner does
is no sign. A device that lies with noise of the right size gives none; nor can a shape or a jump be
seen in wide positions, or in those of masts and beacons.
"""

from fairtag.rules.doubt.limits import limits_of
from fairtag.rules.doubt.look import first_sign, rows_of
from fairtag.rules.doubt.memory import new_state
from fairtag.rules.doubt.sign import Sign

__all__ = ["Sign", "first_sign", "limits_of", "new_state", "rows_of"]
