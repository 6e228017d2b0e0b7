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


class Settings(BaseSettings):
    """Settings of the service; the environment goes before the file."""

    model_config = SettingsConfigDict(env_prefix="FAIRTAG_", extra="forbid")

    address: str = "http://127.0.0.1:8080"  # where staff reach the pages; stands in notices
    mail_host: str = ""  # SMTP host for notices; empty: no mail
    mail_port: int = 25
    mail_from: str = "fairtag@localhost"
    mail_security: Literal["none", "starttls"] = "starttls"
    webhook_secret: str = ""  # signs webhooks; empty: no webhooks
    inspector_to: str = ""  # "mailto:…" or "https://…": is told of each opening for danger to life
    metrics_token: str = ""  # Bearer of /metrics; empty: /metrics is shut

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
