"""What each way out of the house carried, byte for byte, after everything was said.

One probe a way of `fairtag.disclosure.egress.WAYS`; a way without one fails the charter's proof.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any

import structlog
from starlette.testclient import TestClient
from tests.app.servers import Kept, mail_server, web_server
from tests.canaries import Scene
from tests.rig import PASSWORD, Rig
from tests.vaults import TOKEN, FakeVault, fake_vault
from tests.watched import DirectSigner, DirectWitness, watched
from tests.web.desk import at_desk, visitor
from tests.web.test_permissions import rows

from fairtag.adapters.keys.copies import copy_out as copy_keys
from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.notify import MailNotifier, WebhookNotifier, signing_key
from fairtag.adapters.roots.transit import TransitRoot
from fairtag.adapters.sqlite.copies import copy_out
from fairtag.alerts.model import DutyEntry
from fairtag.app.complaints.late import see_complaints_late
from fairtag.app.escalate_alerts import escalate, send_notices
from fairtag.app.house import House
from fairtag.app.log.tend import tend_log
from fairtag.app.outside.name import name_contact
from fairtag.app.outside.tell import send_outside
from fairtag.app.ports import Notifier
from fairtag.app.reviews.clock import see_reviews
from fairtag.app.run_service import Pulse, _tried
from fairtag.app.set_duty import set_duty
from fairtag.app.wearer.sign_in import give_code
from fairtag.cli import app
from fairtag.review.clock import lapses_at
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import HOUR, MINUTE, Micros
from fairtag.web import wearer_app
from fairtag.web.site import Site

METRICS = "a token of the tests"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LAPSES = lapses_at("2027-01-15", "Europe/London")

Probe = Callable[[Scene, Path], bytes]


def told_round(rig: Rig, notifier: Notifier) -> None:
    """Let an urgent alert wait and a review lapse, until everybody was told who must be."""
    rig.house = replace(rig.house, notifier_for=lambda _: notifier)
    for at in (*(rig.clock.at + n * 10 * MINUTE for n in range(1, 5)), LAPSES + HOUR):
        rig.clock.at = Micros(at)
        escalate(rig.house)
        see_reviews(rig.house)
        see_complaints_late(rig.house)
        send_notices(rig.house)
        send_outside(rig.house)


def by_mail(scene: Scene, folder: Path) -> bytes:
    """Give all that went over the wire to a mail server."""
    del folder
    with mail_server() as kept:
        told_round(
            scene.rig,
            MailNotifier(
                host="127.0.0.1",
                port=kept.port,
                sender="fairtag@h.example",
                security="none",
                clock=scene.rig.clock,
            ),
        )
        assert len(kept.mails) >= 2
        return bytes(kept.heard)


def by_webhook(
    scene: Scene, folder: Path, *, make: Callable[[bytes], Notifier] | None = None
) -> bytes:
    """Give all that went over the wire to a web server."""
    del folder
    rig, key = scene.rig, signing_key(SECRET)
    with web_server() as kept:
        hook = f"http://127.0.0.1:{kept.port}/hook"
        set_duty(rig.house, [DutyEntry(step="first", user_id="sara", to=hook)], by="test")
        name_contact(rig.house, OrderId("ORD-1"), whom="wearer", to=hook, by="test")
        told_round(rig, WebhookNotifier(key=key, clock=rig.clock) if make is None else make(key))
        assert kept.requests
        return _all_of(kept)


def _all_of(kept: Kept) -> bytes:
    return bytes(kept.heard)


@dataclass(frozen=True)
class Recorded:
    """Keeps what the log's signer and a witness are sent."""

    sent: list[str] = field(default_factory=list)

    def over(self, house: House) -> House:
        sent = self.sent

        class Signer(DirectSigner):
            def sign(self, **told: Any) -> str:
                sent.append(repr(told))
                return super().sign(**told)

        class Witness(DirectWitness):
            def cosign(self, note: str, **told: Any) -> str | int:
                sent.append(f"{note} {told}")
                return super().cosign(note, **told)

        (one,) = house.witnesses
        return replace(
            house,
            signer=Signer(house.signer.signer),  # type: ignore[attr-defined]
            witnesses=(Witness(one.kept),),  # type: ignore[attr-defined]
        )


def checkpoints(scene: Scene, folder: Path) -> bytes:
    """Give what the signer and a witness are sent."""
    recorded = Recorded()
    tend_log(recorded.over(watched(scene.rig.house, folder / "signer", folder / "witness")))
    assert len(recorded.sent) >= 2
    return "\n".join(recorded.sent).encode()


def to_a_vault(scene: Scene, folder: Path) -> bytes:
    """Give what a Vault is asked, when the keys of these very people are wrapped in it."""
    asked: list[str] = []
    with fake_vault() as vault:
        vault.make("root")
        answer = FakeVault.answer

        def kept(self: FakeVault, path: str, token: str | None, told: dict[str, Any]) -> Any:
            asked.append(f"{path} {json.dumps(told)}")
            return answer(self, path, token, told)

        FakeVault.answer = kept  # type: ignore[method-assign]
        try:
            root = TransitRoot("root", address=vault.address, token=TOKEN)
            with closing(
                KeyStore(folder / "vaulted", chance=scene.rig.house.chance, root=root)
            ) as keys:
                keys.make_many([("authority/ho", None), ("wearer/W-1", "authority/ho")])
        finally:
            FakeVault.answer = answer  # type: ignore[method-assign]
    assert asked
    return "\n".join(asked).encode()


def to_devices(scene: Scene, folder: Path) -> bytes:
    """Give every answer that devices get: to good, bad, and foreign words."""
    del folder
    rig = scene.rig
    token = rig.tokens["D-1"]
    heads = {"Authorization": f"Bearer {token}"}
    where = {"lat": 53.48081, "lon": -2.2376, "timestamp": rig.clock.at // 1_000_000}
    bodies = (json.dumps(rig.line("D-1")), json.dumps(rig.line("D-9")), "Canaryella {")
    told = [rig.client.post("/d/v1/messages", content=one, headers=heads) for one in bodies]
    said = json.dumps({"text": "Canaryella shouted at me."})
    told.append(rig.client.post("/d/v1/complaints", content=said, headers=heads))
    told.append(rig.client.get("/d/v1/complaints", headers=heads))
    told.append(rig.client.get(f"/d/osmand/{token}", params=where))
    told.append(rig.client.get("/d/osmand/wrong", params=where))
    told.append(rig.client.post("/d/owntracks", json=where, auth=("D-1", token)))
    told.append(rig.client.post("/d/overland", json={"locations": [where]}, headers=heads))
    return b"".join(one.content + repr(one.headers).encode() for one in told)


def _gets(scene: Scene, wanted: Callable[[str], bool], *, role: str = "supervisor") -> bytes:
    """Ask every page that a role may see, and open nothing."""
    rig = scene.rig
    desk = at_desk(rig, f"{role}-{rig.clock.at}-{len(rig.seq)}-{rig.house.chance(4).hex()}", role)
    names = {"authority": scene.alert, "support": scene.alert, "grant_id": "g_none"}
    names |= {"proposal_id": "p_none", "token": "none", "disclosure_id": "x_none"}
    names |= {"invitation_id": "i_none", "case_id": "c_none", "check_in_id": "ci_none"}
    names |= {"complaint_id": "k_none"}
    told = []
    for method, path, _ in rows()[1]:
        if method == "GET" and wanted(path) and path not in ("/queue/changes", "/static"):
            where = path.format(**names)
            answer = desk.ask(method, where) if path.startswith("/api/") else desk.get(where)
            told.append(answer.content)
    assert told
    return b"".join(told)


def pages(scene: Scene, folder: Path) -> bytes:
    """Give every page, before anything is opened, to each role."""
    del folder
    roles = ("officer", "supervisor", "caseworker", "contractor", "inspector", "liaison", "admin")
    shown = b"".join(
        _gets(scene, lambda path: not path.startswith("/api"), role=role) for role in roles
    )
    closed = at_desk(scene.rig, f"closed-{scene.rig.clock.at}", "officer").get("/?closed=true")
    return shown + closed.content


def own_page(scene: Scene, folder: Path) -> bytes:
    """Give the wearer's page, every proof on it, and what a wrong form answers."""
    del folder
    client = visitor(scene.rig).client
    code = give_code(scene.rig.house, "W-1", by="test").code
    client.post("/my/sign-in", data={"reference": "W-1", "code": code})
    page = client.get("/my")
    assert "Be at an address" in page.text
    found = [one.split('"')[0] for one in page.text.split('href="/my/proof/')[1:]]
    assert found
    proofs = [client.get(f"/my/proof/{one}").content for one in found]
    return b"".join((page.content, *proofs, client.get("/my/sign-in").content))


def staff_api(scene: Scene, folder: Path) -> bytes:
    """Give feed, alerts and orders as a program reads them."""
    del folder
    return _gets(scene, lambda path: path.startswith("/api/v1/"))


def public(scene: Scene, folder: Path) -> bytes:
    """Give what anybody reads, and what wrong addresses and forms are answered."""
    del folder
    stranger = visitor(scene.rig)
    found = [stranger.get(one).content for one in ("/charter", "/charter/rules", "/sign-in")]
    wrong = ("/Canaryella", "/alerts/Canaryella", "/my/proof/Canaryella", "/my/sign-in")
    return b"".join(found + [stranger.get(one).content for one in wrong])


def wearers_app(scene: Scene, folder: Path) -> bytes:
    """Give every file of the app."""
    del folder
    root = Path(wearer_app.__file__).parent / "static"
    files = [one.relative_to(root).as_posix() for one in root.rglob("*") if one.is_file()]
    got = [scene.rig.client.get(f"/app/{one}") for one in (*files, "config.json")]
    assert all(one.status_code == HTTPStatus.OK for one in got)
    return b"".join(one.content for one in got)


def health(scene: Scene, folder: Path) -> bytes:
    """Give what machines ask."""
    del folder
    return b"".join(scene.rig.client.get(one).content for one in ("/healthz", "/readyz"))


def metrics(scene: Scene, folder: Path) -> bytes:
    """Give the metrics with every label."""
    del folder
    site = Site(scene.rig.house, Pulse(), metrics_token=METRICS)
    client = TestClient(site, base_url="http://127.0.0.1:8080")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    assert answer.status_code == 200
    return answer.content


def disclosure_pages(scene: Scene, folder: Path) -> bytes:
    """Give the pages about disclosures that nobody has opened yet."""
    del folder
    return _gets(scene, lambda path: path.startswith(("/disclosures", "/recipients")))


def package(scene: Scene, folder: Path) -> bytes:
    """Give the package that waits."""
    del folder
    return (scene.rig.folder / "out" / f"{scene.package}.age").read_bytes()


def backup(scene: Scene, folder: Path) -> bytes:
    """Give a copy of the store, as it is and unpacked."""
    rig = scene.rig
    copy_out(rig.folder, folder / "copy.tgz", log=rig.folder / "log" / "access.log")
    shutil.unpack_archive(folder / "copy.tgz", folder / "unpacked", "gztar")
    return (folder / "copy.tgz").read_bytes() + files_of(folder / "unpacked")


def keys_copy(scene: Scene, folder: Path) -> bytes:
    """Give a copy of the keystore."""
    with closing(KeyStore(scene.rig.folder / "keys", chance=scene.rig.house.chance)) as keys:
        copy_keys(keys.path, keys.epochs, folder / "keys.age", now=scene.rig.clock.at)
    return (folder / "keys.age").read_bytes()


def signers_memory(scene: Scene, folder: Path) -> bytes:
    """Give what the log's signer and a witness keep."""
    tend_log(watched(scene.rig.house, folder / "kept", folder / "witnessed"))
    return files_of(folder / "kept") + files_of(folder / "witnessed")


def exported(scene: Scene, folder: Path) -> bytes:
    """Give the log as an inspector takes it home."""
    printed(scene, ["audit", "export", "--out", str(folder / "log.export")])
    return (folder / "log.export").read_bytes()


def printed(scene: Scene, *commands: list[str]) -> bytes:
    """Run commands on the data folder; gives what they print, on both streams."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        for told in commands:
            app([*told, "--data", str(scene.rig.folder)], standalone_mode=False)
    return out.getvalue().encode()


def commands(scene: Scene, folder: Path) -> bytes:
    """Give what every command prints that reads a store or shows a reference."""
    del folder
    found = printed(
        scene,
        ["user", "list"],
        ["duty", "show"],
        ["disclosure", "list"],
        ["audit", "verify"],
        ["audit", "prove", "3"],
        ["retention", "run", "--as-of", "2034-01-01", "--dry-run"],
        ["retention", "holds"],
        ["wearer", "code", "W-1"],
        ["wearer", "contact", "ORD-1", "--whom", "wearer", "--to", "mailto:canarylawyer@x.example"],
        ["order", "reviewed", "ORD-1", "--by", "2027-02-01", "--reason", "Canaryreason"],
    )
    assert b"olaf" in found
    return found


def ceremonies(scene: Scene, folder: Path) -> bytes:
    """Give what the ceremonies of the keys print."""
    out = str(folder / "copy.age")
    return printed(scene, ["keys", "show"], ["keys", "backup", "--out", out], ["keys", "split"])


def log_lines(scene: Scene, folder: Path) -> bytes:
    """Give every log line of rounds and pages that fail with an error that says too much."""
    del folder

    def fails(*_: object, **__: object) -> Any:
        raise ValueError("Canaryella Sealington whispered at 53.4808, -2.2426")

    rig = scene.rig
    rig.staff("omar", "officer")
    rig.client.post("/sign-in", data={"name": "omar", "password": PASSWORD})
    with structlog.testing.capture_logs() as lines:
        _tried(fails, "judge")
        kept, rig.client.app._pages.state.shell.page = rig.client.app._pages.state.shell.page, fails  # type: ignore[attr-defined]
        try:
            answer = TestClient(rig.client.app, raise_server_exceptions=False).get("/sign-in")
        finally:
            rig.client.app._pages.state.shell.page = kept  # type: ignore[attr-defined]
    assert len(lines) >= 2
    return json.dumps(lines, default=repr).encode() + answer.content


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _files(name: str) -> Probe:
    def probe(scene: Scene, folder: Path) -> bytes:
        del folder
        return files_of(scene.rig.folder / name)

    return probe


def store(scene: Scene, folder: Path) -> bytes:
    """Give every file of the data folder, with write-ahead logs and what waits there."""
    del folder
    return files_of(scene.rig.folder)


# Ways that never see the store of a service; why.
APART = {
    "the process in front of the device door": "bytes of its own lines; it opens no store",
    "rehearsal": "invented people speak to this machine's own door",
    "this machine asking itself": "is a port free, is the service up",
    "opened package": "the recipient's own machine, with the recipient's own key",
    "recipient's key": "the recipient's own machine",
    "demo, simulation, benchmarks, evaluation": "invented people and numbers about them",
    "judging by hand": "files that the caller holds; it opens no store",
    "a matcher's error rates": "files that the caller holds; it opens no store",
    "pictures to and from the processes that look at them": "a child of this machine; see G1",
}
# Those that move the clock to where a review lapsed come last.
PROBES: dict[str, Probe] = {
    "checkpoints of the access log": checkpoints,
    "root key in a Vault": to_a_vault,
    "device inbox and receipts": to_devices,
    "pages": pages,
    "the wearer's own page": own_page,
    "staff API and the feed /api/v1/findings": staff_api,
    "static and public pages": public,
    "the wearer's app": wearers_app,
    "health": health,
    "disclosures": disclosure_pages,
    "disclosure package": package,
    "backup and restore": backup,
    "keystore": _files("keys"),
    "copy of the keystore": keys_copy,
    "what the log's signer remembers": signers_memory,
    "access log for others to check": exported,
    "access log's second sink": _files("log"),
    "what commands print": commands,
    "ceremonies of the root key": ceremonies,
    "log lines": log_lines,
    "metrics": metrics,
    "store": store,
    "mail": by_mail,
    "webhook": by_webhook,
}
