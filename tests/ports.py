"""A port for a service of a test."""

from __future__ import annotations

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """Give a port on which nobody listens, and which nobody is given by chance meanwhile.

    From 32768 on the system gives them itself: to another test, or to the very client that asks for
    this one while nobody listens.
    """
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
