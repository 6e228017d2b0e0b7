"""What may a deployment set? `FAIRTAG_*` in the environment, or `fairtag.toml` beside its data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from fairtag.retention.schedule import (
    QUARANTINE_DAYS,
    RECORD_DAYS,
    SETTINGS,
    TRAIL_DAYS,
)


class Settings(BaseSettings):
    """Settings of the service; the environment goes before the file."""

    model_config = SettingsConfigDict(env_prefix="FAIRTAG_", extra="forbid")

    known_pairs: str = ""  # a folder of pairs of different people who agreed to it
    address: str = "http://127.0.0.1:8080"  # where staff reach the pages; stands in notices
    mail_host: str = ""  # SMTP host for notices; empty: no mail
    mail_port: int = 25
    mail_from: str = "fairtag@localhost"
    mail_security: Literal["none", "starttls"] = "starttls"
    webhook_secret: str = ""  # signs webhooks; empty: no webhooks
    root: str = "file"  # what wraps the keys: file, transit:[MOUNT/]KEY or pkcs11:TOKEN/KEY
    root_file_allowed: Literal["", "yes"] = ""  # a root in a file, also in production
    vault_address: str = ""  # of HashiCorp Vault, such as https://vault.example:8200
    vault_token: str = ""
    pkcs11_module: str = ""  # path of the module's library
    pkcs11_pin: str = ""
    epochs: Path | None = None  # folder of the keys of the keystore's copies; None: DATA/keys
    inspector_to: str = ""  # "mailto:…" or "https://…": is told of each opening for danger to life
    enrolment_folder: Path | None = None  # where an authority puts its own pictures; None: nowhere
    # Photos that reviewers can decide in 24 h: while no matcher may decide, no more are asked for.
    reviewers_decisions_a_day: int = 200
    metrics_token: str = ""  # Bearer of /metrics; empty: /metrics is shut
    spool_dir: str = ""  # folder of the log's second sink, best on another disk; empty: DATA/log
    log_signer: str = ""  # Unix socket of `fairtag audit signer`; empty: `serve` starts one itself
    # Who outside keeps the log's checkpoints: each "https://… name+id+base64", address and key.
    witnesses: tuple[str, ...] = ()
    face_engine: str = "reference"  # or an engine of the entry point group fairtag.engines
    face_attack_detector: str = ""  # one of the group fairtag.attack_detectors, or none
    # Digests of plug-ins that may run; `fairtag face engines` prints them. Shown at /charter.
    face_engines_allowed: tuple[str, ...] = ()
    # A cohort's file (`fairtag face cohort`), or nothing. A profile that was measured with a cohort
    # decides beside that very file only; the file alone decides nothing. Shown at /charter/faces.
    face_cohort: Path | None = None
    face_sample: float = 0.05  # of automatic matches people look at, blind; 0.02 to 0.05
    alert_sample: float = 0.02  # of closed alerts a second person looks at, blind; 0.02 at least
    # How long records are kept, in days; these only shorten what the code allows.
    retain_record_days: int = RECORD_DAYS
    retain_trail_days: int = TRAIL_DAYS
    retain_quarantine_days: int = QUARANTINE_DAYS

    def retained(self) -> dict[str, int]:
        """Give the settings that shorten the schedule, by name."""
        return {name: getattr(self, name) for name in SETTINGS}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def settings_of(data: Path) -> Settings:
    """Read the settings of the deployment whose data folder this is."""

    class Here(Settings):
        model_config = SettingsConfigDict(
            env_prefix="FAIRTAG_", extra="forbid", toml_file=data / "fairtag.toml"
        )

    return Here()


def spool_of(data: Path, settings: Settings) -> Path:
    """Tell the folder of the log's file."""
    return Path(settings.spool_dir) if settings.spool_dir else data / "log"


def socket_of(data: Path, settings: Settings) -> Path:
    """Tell where the log's signer listens."""
    return Path(settings.log_signer) if settings.log_signer else data / "signer" / "socket"
