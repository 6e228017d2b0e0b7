"""How is everything put together? By hand, here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

import structlog

from fairtag.adapters.changes import LoopChanges
from fairtag.adapters.clock import MachineClock
from fairtag.adapters.enrolling.folder import FolderEnrolmentSource
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.ground import FolderGround
from fairtag.adapters.keys.shut import ShutVault
from fairtag.adapters.keystore import NAME as KEYS_FILE
from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.known.pairs import FolderKnownPairs
from fairtag.adapters.logproof.signing import SocketSigner
from fairtag.adapters.logproof.witnesses import witness_from
from fairtag.adapters.notify import MailNotifier, NoNotifier, WebhookNotifier, signing_key
from fairtag.adapters.parcels.folder import FolderParcels
from fairtag.adapters.roots.pkcs11 import Pkcs11Root
from fairtag.adapters.roots.transit import TransitRoot
from fairtag.adapters.sqlite.store import LOOK_S, SqliteStore, holds_live, is_begun, kind_in
from fairtag.adapters.vault import KeyVault
from fairtag.app.charter import rehearsal
from fairtag.app.checkins.enrolling.sources import EnrolmentSource
from fairtag.app.fairness.kept import KeptCourses
from fairtag.app.house import House
from fairtag.app.log.tend import merge_spooled
from fairtag.app.ports import Clock, Notifier, Store
from fairtag.app.reviewing.known import KnownPairs, NullKnownPairs
from fairtag.app.set_duty import check_address
from fairtag.custody.refusals import KeysMissing, RootRefused
from fairtag.custody.root import Root
from fairtag.faces.cohort.people import Named, demand_deciding
from fairtag.faces.cohort.people import read as read_cohort
from fairtag.faces.threshold import demand_sample
from fairtag.retention.schedule import scheduled
from fairtag.review.measures import demand_alert_sample
from fairtag.settings import Settings, settings_of, socket_of, spool_of
from fairtag.terms.errors import Busy, LogUnavailable, UsageError

Kind = Literal["service", "demo"]
_CLOCK = MachineClock()


@contextmanager
def open_house(
    data: Path,
    *,
    kind: Kind | None = None,
    clock: Clock = _CLOCK,
    address: str | None = None,
    speed: float = 1.0,
    look_s: float = LOOK_S,
) -> Iterator[House]:
    """Open the data folder, making it when it is not there.

    `look_s` is how long a look waits to be written down.

    Raises: StoreRefused, UsageError, RetentionTooLong, EngineRefused, ProfileRefused,
    CohortRefused.
    """
    settings = settings_of(data)
    if settings.webhook_secret:
        signing_key(settings.webhook_secret)  # a wrong one is said now, not at the first alarm
    demand_sample(settings.face_sample)
    demand_alert_sample(settings.alert_sample)
    scheduled(settings.retained())  # one that keeps too long stops the start
    if settings.inspector_to:
        check_address(settings.inspector_to)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = open_keys(data, settings, kind=kind, is_rehearsal=not holds_live(data))
    try:
        with _housed(data, settings, keys, kind=kind, clock=clock, look_s=look_s) as house:
            yield replace(house, address=address or settings.address, speed=speed)
    finally:
        keys.close()


@contextmanager
def open_with_keys(data: Path, *, is_new_epochs: bool = False) -> Iterator[tuple[House, KeyStore]]:
    """Open a data folder that is there, together with its keystore, for a ceremony.

    Raises: StoreRefused, UsageError.
    """
    _demand_store(data)
    settings = settings_of(data)
    keys = open_keys(
        data, settings, kind=None, is_rehearsal=not holds_live(data), is_new_epochs=is_new_epochs
    )
    try:
        with _housed(data, settings, keys, kind=None, clock=_CLOCK) as house:
            yield house, keys
    finally:
        keys.close()


@contextmanager
def open_log(data: Path) -> Iterator[tuple[Store, Clock]]:
    """Open a store without its keys, for a ceremony that brings them back.

    Raises: StoreRefused, UsageError.
    """
    _demand_store(data)
    spool = spool_of(data, settings_of(data))
    store = SqliteStore(data, vault=ShutVault(), kind=None, clock=_CLOCK, spool=spool)
    try:
        yield store, _CLOCK
    finally:
        store.close()


def open_keys(
    data: Path,
    settings: Settings,
    *,
    kind: Kind | None,
    is_rehearsal: bool,
    is_new_epochs: bool = False,
) -> KeyStore:
    """Open the keystore of a data folder under the root that the settings name.

    A folder without a store gets new keys; one with a store must bring its own. A folder that
    holds orders of real people is no rehearsal's, whatever is set.

    Raises: KeysMissing, StoreRefused, RootRefused, UsageError.
    """
    _demand_keys(data)
    root = root_of(settings, settings.root)
    if root is None:
        _demand_file_allowed(
            settings, is_demo="demo" in (kind, kind_in(data)), is_rehearsal=is_rehearsal
        )
        if kind == "service":
            told = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
            is_allowed = settings.root_file_allowed == "yes"
            told.warning("the root key is a file beside the keys", is_allowed=is_allowed)
    return KeyStore(
        data / "keys",
        chance=os.urandom,
        root=root,
        epochs=settings.epochs,
        is_new_epochs=is_new_epochs,
    )


def root_of(settings: Settings, told: str) -> Root | None:
    """Reach the root that a setting names; None for the file beside the keystore.

    Raises: UsageError, RootRefused, RootUnreachable.
    """
    kind, _, place = told.partition(":")
    if told == "file":
        return None
    if kind == "transit" and place:
        return TransitRoot(place, address=settings.vault_address, token=settings.vault_token)
    if kind == "pkcs11" and place:
        return Pkcs11Root(
            place, module=settings.pkcs11_module, pin=settings.pkcs11_pin, chance=os.urandom
        )
    raise UsageError(f"root {told}: give file, transit:KEY or pkcs11:TOKEN/KEY")


def _demand_file_allowed(settings: Settings, *, is_demo: bool, is_rehearsal: bool) -> None:
    """Refuse a root in a file where real people's data are.

    Raises: RootRefused.
    """
    if is_demo or is_rehearsal or settings.root_file_allowed == "yes":
        return
    detail = "this folder holds orders of real people, and a root key in a file is for rehearsals"
    why = "whoever copies the folder reads everything"
    do = "set root to a Vault or a module (docs/keys.md), or FAIRTAG_ROOT_FILE_ALLOWED to yes"
    raise RootRefused(f"{detail}: {why}; {do}")


def _is_root_fit(settings: Settings) -> bool:
    """Tell whether the root key is fit for orders of real people."""
    return settings.root != "file" or settings.root_file_allowed == "yes"


def _demand_keys(data: Path) -> None:
    """Refuse to make new keys beside a store: they would open nothing that it holds.

    Raises: KeysMissing.
    """
    path = data / "keys" / KEYS_FILE
    if not is_begun(data) or (path.is_file() and path.stat().st_size):
        return
    detail = f"{data} holds a store, and its keys are not there: {path} is missing"
    do = (
        "bring them with `fairtag keys restore` and, where the root was split, `fairtag keys join`"
        " (docs/keys.md); for a new house, start in an empty folder"
    )
    raise KeysMissing(f"{detail}; {do}")


def _demand_store(data: Path) -> None:
    if kind_in(data) is None:
        raise UsageError(f"--data {data}: there is no store of fairtag; restore it first")


@contextmanager
def _housed(
    data: Path,
    settings: Settings,
    keys: KeyStore,
    *,
    kind: Kind | None,
    clock: Clock,
    look_s: float = LOOK_S,
) -> Iterator[House]:
    vault = KeyVault(keys, chance=os.urandom)
    spool = spool_of(data, settings)
    faces = FacesApart(
        engine=settings.face_engine,
        detector=settings.face_attack_detector,
        allowed=settings.face_engines_allowed,
    )
    store = SqliteStore(data, vault=vault, kind=kind, clock=clock, spool=spool, look_s=look_s)
    try:
        house = _wired(data, settings, store, vault, faces, clock)
        with suppress(Busy, LogUnavailable):  # it is tried again while the service runs
            merge_spooled(house)
        yield house
    finally:
        faces.close()
        store.close()


def _known_pairs(folder: str) -> KnownPairs:
    return FolderKnownPairs(Path(folder)) if folder else NullKnownPairs()


def _face_cohort(path: Path | None) -> Named | None:
    """Read the cohort that may stand beside decisions, if a setting names one.

    Raises: CohortRefused, UsageError.
    """
    if path is None:
        return None
    try:
        found = read_cohort(path.read_bytes())
    except OSError as error:
        raise UsageError(f"face_cohort {path}: {error.strerror}") from error
    demand_deciding(found)
    return found


def _enrolment_source(settings: Settings) -> EnrolmentSource | None:
    folder = settings.enrolment_folder
    return None if folder is None else FolderEnrolmentSource(folder)


def _wired(
    data: Path,
    settings: Settings,
    store: SqliteStore,
    vault: KeyVault,
    faces: FacesApart,
    clock: Clock,
) -> House:
    return House(
        store=store,
        clock=clock,
        vault=vault,
        changes=LoopChanges(),
        ground=FolderGround(data, store.spool),
        log=store.spool,
        signer=SocketSigner(socket_of(data, settings)),
        witnesses=tuple(map(witness_from, settings.witnesses)),
        parcels=FolderParcels(data / "out"),
        faces=faces,
        enrolment_source=_enrolment_source(settings),
        face_cohort=_face_cohort(settings.face_cohort),
        face_sample=settings.face_sample,
        alert_sample=settings.alert_sample,
        engines_allowed=settings.face_engines_allowed,
        chance=os.urandom,
        notifier_for=lambda to: _notifier(to, settings, clock),
        address=settings.address,
        speed=1.0,
        is_demo=store.kind == "demo",
        schedule=scheduled(settings.retained()),
        rehearsal=rehearsal(is_demo=store.kind == "demo", is_root_fit=_is_root_fit(settings)),
        courses=KeptCourses(store),
        decisions_a_day=settings.reviewers_decisions_a_day,
        inspector_to=settings.inspector_to,
        known_pairs=_known_pairs(settings.known_pairs),
    )


def _notifier(to: str, settings: Settings, clock: Clock) -> Notifier:
    if to.startswith("mailto:") and settings.mail_host:
        return MailNotifier(
            host=settings.mail_host,
            port=settings.mail_port,
            sender=settings.mail_from,
            security=settings.mail_security,
            clock=clock,
        )
    if to.startswith(("https://", "http://")) and settings.webhook_secret:
        return WebhookNotifier(key=signing_key(settings.webhook_secret), clock=clock)
    return NoNotifier()
