"""/charter says what compares faces, and that nothing runs before the first picture."""

from __future__ import annotations

import dataclasses
import re

from starlette.testclient import TestClient
from tests.rig import Rig

from fairtag.adapters.faces.apart.process import Apart
from fairtag.adapters.faces.engines import digest_of
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.app.run_service import Pulse
from fairtag.web.site import Site


def words(client: TestClient) -> str:
    page = client.get("/charter")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_matcher_its_digest_and_what_it_was_trained_on_are_public(rig: Rig) -> None:
    told = words(rig.client)

    assert "reference 1" in told
    assert digest_of("reference") in told
    assert "nobody shown was asked" in told
    assert "Others that may run here: none" in told
    assert isinstance(rig.house.faces, FacesApart)
    assert rig.house.faces.engine.starts == 0


def test_digests_that_were_agreed_to_are_public(rig: Rig) -> None:
    house = dataclasses.replace(rig.house, engines_allowed=("ab" * 32, "cd" * 32))
    with TestClient(Site(house, Pulse()), base_url="http://127.0.0.1:8080") as client:
        told = words(client)

    assert "ab" * 32 in told
    assert "cd" * 32 in told


def test_an_engine_that_is_refused_is_said_and_the_page_stays(rig: Rig) -> None:
    broken = FacesApart()
    broken.engine = Apart(["engine", "reference", "another digest"])
    broken._is_reference = False
    house = dataclasses.replace(rig.house, faces=broken)
    with TestClient(Site(house, Pulse()), base_url="http://127.0.0.1:8080") as client:
        told = words(client)
    broken.close()

    assert "The matcher is out of order: every check-in goes to people." in told
