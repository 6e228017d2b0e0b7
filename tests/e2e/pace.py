"""How long would a tired person take for this? Keys and thoughts are counted, not a machine's time.

Source: the keystroke-level model (Card, Moran and Newell, 'The Keystroke-Level Model for User
Performance Time with Interactive Systems', Communications of the ACM 23(7), 1980): 0.28 s a key of
an average typist, 1.35 s for each mental preparation. Reading, 238 words a minute: Brysbaert, 'How
many words do we read per minute?', Journal of Memory and Language 109, 2019. Our own, and no more
than that: everything takes half as long again at night, and somebody speaks 120 words a minute
when the other one writes along.
Units: seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playwright.sync_api import Page

KEY_S, THINK_S = 0.28, 1.35
READ_A_WORD_S, SPEAK_A_WORD_S = 60 / 238, 60 / 120
TIRED = 1.5
MOST_STOPS = 60


@dataclass(slots=True)
class Night:
    """One officer alone, and what they did so far."""

    page: Page
    keys: int = 0
    thoughts: int = 0
    read_s: float = 0.0
    waited_s: float = 0.0  # what no hurry shortens: a phone that rings, somebody who writes
    began_s: float = field(default_factory=time.perf_counter)

    @property
    def modelled_s(self) -> float:
        """Tell how long all of it takes a tired person, machines not counted."""
        own_s = self.keys * KEY_S + self.thoughts * THINK_S + self.read_s
        return own_s * TIRED + self.waited_s

    @property
    def measured_s(self) -> float:
        """Tell how long server and browser took, on this machine."""
        return time.perf_counter() - self.began_s

    def think(self, times: int = 1) -> None:
        """Prepare the next thing."""
        self.thoughts += times

    def press(self, told: str) -> None:
        """Press a key, or keys together."""
        self.keys += told.count("+") + 1
        self.page.keyboard.press(told)

    def type(self, told: str) -> None:
        """Write something."""
        self.think()
        self.keys += len(told)
        self.page.keyboard.type(told)

    def tab_to(self, selector: str) -> None:
        """Press Tab until an element has the focus."""
        self.page.locator(selector).first.wait_for()
        for _ in range(MOST_STOPS):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"no key reaches {selector}")

    def read(self, selector: str) -> str:
        """Read what stands somewhere."""
        self.think()
        told = self.page.locator(selector).first.inner_text()
        self.read_s += len(told.split()) * READ_A_WORD_S
        return told

    def speak(self, told: str) -> None:
        """Read something out while somebody writes along."""
        self.waited_s += len(told.split()) * SPEAK_A_WORD_S

    def wait(self, seconds: float) -> None:
        """Wait for somebody."""
        self.waited_s += seconds

    def told(self, what: str) -> str:
        """Say where the time goes."""
        return (
            f"{what}: modelled {self.modelled_s:.1f} s ({self.keys} keys, {self.thoughts} "
            f"thoughts, {self.read_s:.1f} s of reading, {self.waited_s:.0f} s of waiting); "
            f"server and browser {self.measured_s:.1f} s on this machine"
        )
