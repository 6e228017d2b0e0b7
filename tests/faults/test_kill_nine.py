"""Kill -9 at random moments under load: nothing acknowledged is lost, nothing is alerted twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from tests.faults.lab import BATCH, ORDER, Load, check, registered, served
from tests.ports import free_port
from tests.rig import opened_rig

from fairtag.adapters.logproof.signing import signer_beside
from fairtag.app.judging.book import JudgeState
from fairtag.rules.judge import OrderJudge
from fairtag.terms.ids import WearerId

KILLS, WITH_THE_SIGNER = 50, 10


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    chance = random.Random(seed)
    folder, port = tmp_path / "data", free_port()
    load = Load(registered(folder), port)
    load.start()

    def killed(times: int) -> None:
        for number in range(times):
            with served(folder, port) as process:
                if number % 2:  # the others before anything needs to be acknowledged
                    load.comes_through()
                time.sleep(0.02 * 25 ** chance.random())  # up to half a second, as often early on
                process.kill()
                process.join()

    # A failure shows the seed among the locals. A signer of the service's own dies with it; one
    # set up elsewhere outlives it, and has signed what the service forgot.
    killed(WITH_THE_SIGNER)
    (folder / "fairtag.toml").write_text(f'log_signer = "{folder / "signer" / "socket"}"\n')
    with signer_beside(folder / "signer"):
        killed(KILLS - WITH_THE_SIGNER)
    load.stop.set()
    load.join()
    assert load.acknowledged >= KILLS // 2 * BATCH
    check(folder, load)


def test_negative_control_a_lost_message_and_a_bent_state_are_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with opened_rig(folder) as rig:
        device = rig.wearer()
        rig.event(device, "strap_open")
        fresh = OrderJudge(rig.house.store.read(lambda tx: tx.orders.rulings(ORDER))).dump()
    load = Load({}, port=0)
    load.safe["D-1"] = {1}
    check(folder, load)
    load.safe["D-1"] = {1, 2}
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        check(folder, load)
    load.safe["D-1"] = {1}
    with opened_rig(folder) as rig:
        bent = JudgeState(
            order_id=ORDER, wearer_id=WearerId("W-1"), upto=rig.engine.upto, due=None, dump=fresh
        )
        rig.house.store.transact(lambda tx: tx.verdicts.put_states([bent]))
    with pytest.raises(AssertionError, match="differs from a clean replay"):
        check(folder, load)
