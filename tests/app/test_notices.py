"""How people on duty are told: real mail and real webhooks, and nothing personal in any byte."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.app.servers import Kept, certificate_in, mail_server, web_server
from tests.rig import HOME, Rig, offline_walk, opened_rig, walk_out

from fairtag.adapters.notify import MailNotifier, signing_key
from fairtag.alerts.escalate import NOT_REACHED
from fairtag.alerts.model import DutyEntry
from fairtag.app.escalate_alerts import escalate, send_notices
from fairtag.app.ports import Notice, Transaction
from fairtag.app.set_duty import set_duty
from fairtag.app.sign_in import add_user
from fairtag.terms.errors import Busy, UsageError
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros

SECRET = "whsec_" + base64.b64encode(b"an invented key of 32 bytes long").decode()
NOTICE = Notice(reference="a_x", urgency="urgent", link="https://fairtag.test/alerts/a_x")
CANARIES = (
    *(b"Canaryella", b"Sealington", b"Freedonian", b"1991-02-03"),  # identity
    *(b"W-1", b"ORD-1", b"D-1", b"zone.entered", b"Home Office"),  # references
    *(f"{HOME[0]:.2f}".encode(), f"{HOME[1]:.2f}".encode(), b"53.5", b"-2.2"),  # places
)


@pytest.fixture
def web() -> Iterator[Kept]:
    with web_server() as kept:
        yield kept


@pytest.fixture
def mail() -> Iterator[Kept]:
    with mail_server() as kept:
        yield kept


@pytest.fixture
def duty(tmp_path: Path, web: Kept, mail: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """Open a house whose first is told by mail, whose second and supervisor by webhook."""
    monkeypatch.setenv("FAIRTAG_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("FAIRTAG_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("FAIRTAG_MAIL_PORT", str(mail.port))
    monkeypatch.setenv("FAIRTAG_MAIL_SECURITY", "none")
    monkeypatch.setenv("FAIRTAG_ADDRESS", "https://fairtag.test")
    with opened_rig(tmp_path / "data") as rig:
        for name in ("ann", "ben", "cyd"):
            add_user(rig.house, name, role="officer", authority="ho", by="test")
        hook = f"http://127.0.0.1:{web.port}/hook"
        entries = [
            DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org"),
            DutyEntry(step="second", user_id="ben", to=hook),
            DutyEntry(step="supervisor", user_id="cyd", to=hook),
        ]
        set_duty(rig.house, entries, by="test")
        yield rig


def alarm(rig: Rig) -> str:
    walk_out(rig, rig.wearer())
    return str(rig.alerts()[0]["alert_id"])


def rounds(rig: Rig, span: int, *, step: int = MINUTE) -> None:
    """Let the service care for a while."""
    for _ in range(span // step):
        rig.clock.at = Micros(rig.clock.at + step)
        escalate(rig.house)
        send_notices(rig.house)


def acts(rig: Rig, alert_id: str) -> list[str]:
    found = rig.house.store.read(lambda tx: tx.alerts.acts(alert_id))  # type: ignore[arg-type]
    return [one.what for one in found]


def test_mail_then_webhooks_go_out_at_5_15_and_30_minutes(duty: Rig, web: Kept, mail: Kept) -> None:
    alert_id = alarm(duty)

    rounds(duty, 6 * MINUTE)
    assert (len(mail.mails), len(web.requests)) == (1, 0)
    rounds(duty, 10 * MINUTE)
    assert (len(mail.mails), len(web.requests)) == (1, 1)
    rounds(duty, 15 * MINUTE)
    assert (len(mail.mails), len(web.requests)) == (1, 2)
    rounds(duty, 30 * MINUTE)
    assert (len(mail.mails), len(web.requests)) == (1, 3)

    assert acts(duty, alert_id).count("notified") == 4


def test_a_message_is_a_reference_an_urgency_and_a_link(duty: Rig, web: Kept, mail: Kept) -> None:
    alert_id = alarm(duty)
    rounds(duty, 16 * MINUTE)

    told = json.loads(web.requests[0][1])
    letter = email.message_from_bytes(mail.mails[0])
    link = f"https://fairtag.test/alerts/{alert_id}"
    assert told == {"reference": alert_id, "urgency": "urgent", "link": link}
    assert letter["Subject"] == f"fairtag: urgent item {alert_id}"
    assert str(letter.get_payload()).strip() == f"An urgent item waits: {link}"
    assert letter["To"] == "ann@example.org"
    assert letter["Message-ID"]
    assert letter["Date"].startswith("Tue, 03 Nov 2026")


def personal(heard: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary in heard]


def test_nothing_personal_is_in_any_byte_that_leaves(duty: Rig, web: Kept, mail: Kept) -> None:
    """Charter G10."""
    alarm(duty)
    duty.event("D-1", "strap_open")
    duty.event("D-1", "sos")
    rounds(duty, 2 * HOUR, step=5 * MINUTE)

    assert len(web.requests) > 4
    assert personal(bytes(web.heard)) == []
    assert personal(bytes(mail.heard)) == []


def test_a_personal_word_would_be_noticed(duty: Rig, web: Kept) -> None:
    """Negative control of the test above."""
    hook = f"http://127.0.0.1:{web.port}/hook"
    leaky = Notice(reference="a_x", urgency="urgent", link="https://fairtag.test/wearers/W-1")

    duty.house.notifier_for(hook).send(leaky, to=hook)

    assert personal(bytes(web.heard)) == [b"W-1"]


def test_a_webhook_is_signed_as_standard_webhooks_say(duty: Rig, web: Kept) -> None:
    alarm(duty)
    rounds(duty, 16 * MINUTE)

    headers, body = web.requests[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    ago_s = duty.clock.at // SECOND - int(headers["webhook-timestamp"])
    assert 0 <= ago_s < 16 * 60


def test_each_message_has_its_own_id_and_keeps_it_when_tried_again(duty: Rig, web: Kept) -> None:
    """A receiver drops an id that it has: the supervisor's must not be dropped as the second's."""
    alarm(duty)
    web.status = 500
    rounds(duty, 20 * MINUTE, step=5 * MINUTE)
    web.status = 204
    rounds(duty, 2 * HOUR, step=5 * MINUTE)

    ids = [headers["webhook-id"] for headers, _ in web.requests]
    assert len(set(ids)) >= 3
    assert len(ids) > len(set(ids))


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "plain words that are long enough", "whsec_c2hvcnQ=", "whsec_%%%", SECRET[6:]],
)
def test_a_wrong_webhook_secret_is_said_at_the_start(
    tmp_path: Path, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="whsec_"):
        signing_key(secret)
    if secret:
        monkeypatch.setenv("FAIRTAG_WEBHOOK_SECRET", secret)
        with pytest.raises(UsageError), opened_rig(tmp_path / "data"):
            pass


def test_what_can_not_be_sent_waits_longer_each_time_and_goes_in_the_end(
    duty: Rig, web: Kept
) -> None:
    alarm(duty)
    web.status = 503
    rounds(duty, 4 * HOUR, step=5 * MINUTE)
    tried = len(web.requests)
    web.status = 204
    rounds(duty, 20 * MINUTE, step=5 * MINUTE)

    assert 15 < tried < 48  # not given up, and not every round
    answered = len(web.requests) - tried
    assert 1 <= answered <= 3  # one for each address and alert that waited: no flood


def test_a_dead_server_is_noticed_and_does_not_hold_up_the_other(
    duty: Rig, web: Kept, mail: Kept
) -> None:
    alert_id = alarm(duty)
    web.status = 503
    rounds(duty, 40 * MINUTE)

    assert NOT_REACHED in duty.kinds()
    told = [email.message_from_bytes(one)["Subject"].split()[-1] for one in mail.mails]
    assert set(told) - {alert_id}  # the alert about it is told by the way that works
    assert acts(duty, alert_id).count("notified") == 1
    web.status = 204
    rounds(duty, 30 * MINUTE)
    said = next(one for one in duty.alerts() if one["kind"] == NOT_REACHED)
    assert said["is_over"]


def test_a_notice_whose_alert_was_closed_meanwhile_is_not_sent(duty: Rig, web: Kept) -> None:
    alert_id = alarm(duty)
    web.status = 503
    rounds(duty, 16 * MINUTE)
    tried = len(web.requests)
    told = {"cause": "test", "reason": "This was a rehearsal."}
    duty.client.post(f"/api/v1/alerts/{alert_id}/close", headers=duty.staff(), json=told)
    web.status = 204
    rounds(duty, 40 * MINUTE, step=5 * MINUTE)

    assert tried > 0
    assert all(alert_id not in body.decode() for _, body in web.requests[tried:])


def of_last_night(rig: Rig, *, is_back: bool = True, is_live: bool = False) -> dict[str, object]:
    """Upload a walk into the zone late, with `is_live` walk in there again; gives the alert."""
    device = rig.wearer()
    offline_walk(rig, device, is_back=is_back)
    if is_live:
        walk_out(rig, device)
    zone = [one for one in rig.alerts() if one["kind"] == "zone.entered"]
    return next((one for one in zone if one["priority"] == "urgent"), zone[0])


def urgencies(web: Kept, mail: Kept) -> list[str]:
    """List how urgent what went out was, mail first."""
    subjects = [str(email.message_from_bytes(one)["Subject"]) for one in mail.mails]
    return [one.split()[1] for one in subjects] + [
        json.loads(one[1])["urgency"] for one in web.requests
    ]


def test_what_an_upload_tells_of_last_night_wakes_nobody(duty: Rig, web: Kept, mail: Kept) -> None:
    """It stays on the list, and one message without urgency says that it is there."""
    told = of_last_night(duty)
    rounds(duty, 2 * HOUR, step=5 * MINUTE)

    assert (told["priority"], told["late"], told["state"]) == ("normal", True, "raised")
    assert urgencies(web, mail) == ["normal"]
    assert "zone.entered" in duty.kinds()


@pytest.mark.parametrize("told", [{"is_back": False}, {"is_live": True}])
def test_negative_control_what_goes_on_or_is_live_wakes_people(
    duty: Rig, web: Kept, mail: Kept, told: dict[str, bool]
) -> None:
    alert = of_last_night(duty, **told)
    rounds(duty, 31 * MINUTE)

    assert alert["priority"] == "urgent"
    assert [one for one in urgencies(web, mail) if one == "urgent"] == ["urgent"] * 3


def test_a_late_call_for_help_wakes_people(duty: Rig, web: Kept, mail: Kept) -> None:
    device = duty.wearer()
    line = duty.line(device, type="event", code="sos")
    duty.clock.at = Micros(duty.clock.at + 10 * HOUR)
    duty.say(device, line)
    rounds(duty, 31 * MINUTE)

    assert [one["priority"] for one in duty.alerts() if one["kind"] == "wearer.help"] == ["urgent"]
    assert urgencies(web, mail) == ["urgent"] * 3


def test_a_notice_whose_alert_was_withdrawn_meanwhile_is_not_sent(duty: Rig, web: Kept) -> None:
    alert_id = AlertId(alarm(duty))
    web.status = 503
    rounds(duty, 16 * MINUTE)
    tried = len(web.requests)

    def withdraw(tx: Transaction) -> None:
        alert = tx.alerts.get(alert_id)
        parts = tuple(replace(one, is_over=True, is_withdrawn=True) for one in alert.parts)
        tx.alerts.put(replace(alert, parts=parts, is_over=True, withdrawn=True))

    duty.house.store.transact(withdraw)
    web.status = 204
    rounds(duty, 4 * HOUR, step=5 * MINUTE)

    assert tried > 0
    assert all(alert_id not in body.decode() for _, body in web.requests[tried:])
    assert "zone.entered" in duty.kinds()  # until a person closes it


def test_a_crash_between_sending_and_marking_sends_again(duty: Rig, mail: Kept) -> None:
    alarm(duty)
    duty.clock.at = Micros(duty.clock.at + 5 * MINUTE)
    escalate(duty.house)
    (queued,) = duty.house.store.read(lambda tx: tx.alerts.notices_due(at=duty.clock.at))
    sent = Notice(reference=queued.alert_id, urgency="urgent", link="https://fairtag.test")
    duty.house.notifier_for(queued.to).send(sent, to=queued.to)  # sent, and then it crashed

    assert send_notices(duty.house) == 1
    assert send_notices(duty.house) == 0
    assert len(mail.mails) == 2


def test_an_address_that_breaks_the_sender_is_kept_and_stops_nobody(duty: Rig, mail: Kept) -> None:
    alarm(duty)
    bad = DutyEntry(step="second", user_id="ben", to="https://[broken")
    first = DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")
    duty.house.store.transact(lambda tx: tx.alerts.set_duty([bad, first]))

    rounds(duty, 40 * MINUTE, step=5 * MINUTE)

    assert len(mail.mails) >= 1
    assert NOT_REACHED in duty.kinds()


def test_without_any_way_out_an_urgent_alert_says_so(rig: Rig) -> None:
    add_user(rig.house, "ann", role="officer", authority="ho", by="test")
    set_duty(
        rig.house,
        [DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")],
        by="test",
    )
    walk_out(rig, rig.wearer())

    rounds(rig, 10 * MINUTE)

    (said,) = (one for one in rig.alerts() if one["kind"] == NOT_REACHED)
    assert (said["priority"], said["for"], said["owner"]) == ("urgent", "support", "ann")


def sent_to(server: Kept, rig: Rig, *, is_checked: bool = True) -> None:
    security = "starttls" if is_checked else "none"
    MailNotifier(
        host="127.0.0.1",
        port=server.port,
        sender="fairtag@fairtag.test",
        security=security,  # type: ignore[arg-type]
        clock=rig.clock,
    ).send(NOTICE, to="mailto:ann@example.org")


def test_mail_goes_encrypted_to_a_server_that_is_trusted(
    tmp_path: Path, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
    with mail_server(pair) as server:
        sent_to(server, rig)

        assert server.is_encrypted
        assert b"An urgent item waits" in server.mails[0]


def test_mail_does_not_go_to_a_server_whose_certificate_nobody_vouches_for(
    tmp_path: Path, rig: Rig
) -> None:
    """Negative control of the test above."""
    with mail_server(certificate_in(tmp_path)) as server:
        with pytest.raises(Busy):
            sent_to(server, rig)

        assert server.mails == []
        assert b"a_x" not in server.heard


def test_mail_does_not_go_in_the_clear_when_it_should_be_encrypted(rig: Rig, mail: Kept) -> None:
    with pytest.raises(Busy):
        sent_to(mail, rig)

    assert b"a_x" not in mail.heard
    sent_to(mail, rig, is_checked=False)
    assert len(mail.mails) == 1
