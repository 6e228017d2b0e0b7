"""An honest rehearsal: simulated people, receivers and devices with known truth."""
