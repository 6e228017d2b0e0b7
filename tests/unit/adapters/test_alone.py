from __future__ import annotations

from pathlib import Path

import pytest

from fairtag.adapters.alone import alone
from fairtag.terms.errors import StoreRefused


def test_a_folder_is_served_once_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(StoreRefused, match="another fairtag"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass
