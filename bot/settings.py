"""Settings: read once from the environment and `.env`, validated at the start, passed on from there.

Nothing else in the project reads `os.environ` for a `GROUNDWORK_*` name.
"""

from __future__ import annotations

import ipaddress
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "GROUNDWORK_"


class Settings(BaseSettings):
    """All `GROUNDWORK_*` settings with their defaults (the same names as in `.env.example`)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
        env_ignore_empty=True,
    )

    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(8000, ge=0, le=65535, description="port to serve on")
    data_dir: Path = Field(Path("var"), description="database and keys: all that must be kept")
    cache_dir: Path = Field(
        Path(".cache"), description="index, exported encoder, stamps: may be deleted"
    )
    database_url: SecretStr | None = Field(
        None, description="SQLite in the data dir, or postgresql://…"
    )
    redis_url: SecretStr | None = Field(None, description="needed for more than one process")
    secret_key: SecretStr | None = Field(
        None, description="made at first start in the data dir, mode 0600"
    )
    retention_days: int = Field(
        30, ge=1, le=3650, description="idle days for what a person chose to keep"
    )
    knowledge_dirs: Annotated[tuple[Path, ...], NoDecode] = Field(
        (Path("knowledge/library"),), description="folders of guidance, separated by a colon"
    )
    region: str | None = Field(
        None, description="two-letter country code; without it people are asked"
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="sites that may embed the widget, separated by commas or spaces"
    )
    telegram_token: SecretStr | None = Field(None, description="token of the Telegram bot")
    telegram_api_base: str | None = Field(None, description="another Bot API address")
    telegram_webhook_url: str | None = Field(
        None, description="public https address of the webhook"
    )
    telegram_webhook_secret: SecretStr | None = Field(None, description="secret of the webhook")
    operator_name: str | None = Field(None, description="who runs this, shown to people")
    operator_contact: str | None = Field(None, description="how to reach them, shown to people")
    privacy_url: str | None = Field(None, description="their privacy notice, shown to people")
    handover_name: str | None = Field(None, description="people who can be asked for, by name")
    handover_contact: str | None = Field(
        None, description="how they are reached: mailto:…, tel:… or https://… that takes JSON"
    )
    disabled: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="conversations not offered here"
    )
    local_lines: Path | None = Field(None, description="a file of an operator's own lines")
    rate_limit: str = Field("60/minute", description="for each client and conversation; or off")
    debug: bool = Field(False, description="1 turns on POST /api/debug/parse")

    @field_validator("knowledge_dirs", mode="before")
    @classmethod
    def _split_dirs(cls, value: Any) -> Any:
        return (
            tuple(Path(p) for p in value.split(":") if p.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("allowed_origins", "disabled", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        return (
            tuple(p for p in re.split(r"[,\s]+", value) if p) if isinstance(value, str) else value
        )

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not re.fullmatch(r"https?://[^/\s*]+", origin):
                raise ValueError(f"{origin!r} is not an origin such as https://example.org")
        return value

    @field_validator("region")
    @classmethod
    def _region(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z]{2}", value):
            raise ValueError("must be a two-letter country code such as GB")
        return value.upper() if value else None

    @field_validator("rate_limit")
    @classmethod
    def _rate(cls, value: str) -> str:
        if value != "off" and not re.fullmatch(r"[1-9]\d*\s*/\s*(second|minute|hour|day)", value):
            raise ValueError("must be such as 60/minute, or off")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.match(r"(sqlite|postgresql)(\+\w+)?://", value.get_secret_value()):
            raise ValueError("must begin with sqlite:// or postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.match(r"rediss?://", value.get_secret_value()):
            raise ValueError("must begin with redis:// or rediss://")
        return value

    @field_validator("handover_contact")
    @classmethod
    def _handover(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"mailto:\S+@\S+|tel:\+?[\d() .-]+|https://\S+", value):
            raise ValueError("must be such as mailto:help@example.org, tel:+4420… or https://…")
        return value

    @model_validator(mode="after")
    def _public(self) -> Settings:
        names = ("operator_name", "operator_contact", "privacy_url")
        missing = [f"{PREFIX}{n.upper()}" for n in names if not getattr(self, n)]
        if missing and not _is_loopback(self.host):
            raise ValueError(
                f"serving on {self.host} needs {', '.join(missing)}: people must know who runs this"
            )
        pair = (self.telegram_webhook_url, self.telegram_webhook_secret)
        if any(pair) and not all(pair):
            raise ValueError("GROUNDWORK_TELEGRAM_WEBHOOK_URL and …_SECRET go together")
        if (self.handover_name is None) != (self.handover_contact is None):
            raise ValueError("GROUNDWORK_HANDOVER_NAME and …_CONTACT go together")
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names() -> frozenset[str]:
    """Return the environment names that are settings."""
    return frozenset(PREFIX + name.upper() for name in Settings.model_fields)


def _unknown(env_file: Path) -> list[str]:
    given = {name for name in os.environ if name.startswith(PREFIX)}
    if env_file.is_file():
        lines = env_file.read_text(encoding="utf-8").splitlines()
        found = (re.match(rf"\s*(?:export\s+)?({PREFIX}\w+)\s*=", line) for line in lines)
        given |= {match.group(1) for match in found if match}
    return sorted(given - names())


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: a name is unknown or a value is not valid; one line says which and why.
    """
    unknown = _unknown(Path(".env"))
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(unknown)}: see .env.example for the names")
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_explain(item) for item in error.errors(include_input=False))
        ) from None


def _explain(item: Any) -> str:
    place = "".join(str(part) for part in item["loc"][:1])
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{place.upper()}: {message}" if place else message
