"""Every setting, typed, in one place. `docs/settings.md` is generated from here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("registry", "evaluation", "incentives", "oversight", "gateway")


class Settings(BaseSettings):
    """Read from the environment (prefix HEXIE_, three common names without)."""

    model_config = SettingsConfigDict(env_prefix="HEXIE_", extra="ignore", populate_by_name=True)

    home: Path = Field(default=Path(".hexie"), description="Folder of everything a run keeps")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port of the portal and the REST API"
    )
    host: str = Field(default="127.0.0.1", description="Address the portal listens on")
    database_url: str = Field(
        default="",
        validation_alias=AliasChoices("DATABASE_URL", "HEXIE_DATABASE_URL", "database_url"),
        description="PostgreSQL to use; empty: a private one is started",
    )
    amqp_url: str = Field(
        default="",
        validation_alias=AliasChoices("AMQP_URL", "HEXIE_AMQP_URL", "amqp_url"),
        description="RabbitMQ virtual host to use; empty: a private node is started",
    )
    amqp_management_url: str = Field(
        default="",
        validation_alias=AliasChoices(
            "AMQP_MANAGEMENT_URL", "HEXIE_AMQP_MANAGEMENT_URL", "amqp_management_url"
        ),
        description="Management API, with user and password; needed to add agencies",
    )
    registry_database_url: str = Field(default="", description="Own database of the registry")
    evaluation_database_url: str = Field(default="", description="Own database of evaluation")
    incentives_database_url: str = Field(default="", description="Own database of incentives")
    oversight_database_url: str = Field(default="", description="Own database of oversight")
    gateway_database_url: str = Field(default="", description="Own database of the gateway")
    public_url: str = Field(
        default="", description="Address citizens use; printed into QR codes. Empty: host and port"
    )
    packs: Path | None = Field(
        default=None,
        description="Folder of policy packs of one's own (local standards), beside those built in",
    )
    organisations: Path | None = Field(
        default=None,
        description="Folder of organisation files of one's own, read after those built in",
    )
    divisions: Path | None = Field(
        default=None,
        description="Folder of division files of one's own, read after those built in",
    )
    region: str = Field(default="330200", description="GB/T 2260 code of the region run here")
    sample_clock: bool = Field(
        default=False,
        description="Let callers set the clock of an act: sample regions and the demo only",
    )
    allow_failpoints: bool = Field(
        default=False, description="Let HEXIE_FAILPOINT kill a process at a named point: tests only"
    )
    failpoint: str = Field(default="", description="Name[:n] of the point to die at, n-th time")
    pool_size: int = Field(default=10, ge=1, le=100, description="Database connections a process")
    rpc_timeout: float = Field(
        default=5.0, gt=0, description="Seconds the gateway waits for a service"
    )
    shutdown_seconds: float = Field(
        default=25.0, gt=0, description="After this long a stopping process ends hard"
    )
    health_port: int = Field(
        default=0, description="Port of /healthz, /readyz, /metrics of this process; 0: none"
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    upload_max_bytes: int = Field(default=20 * 1024 * 1024, description="Largest upload accepted")
    event_max_bytes: int = Field(default=256 * 1024, description="Largest agency event judged")

    def url_of(self, service: str) -> str:
        """The database URL of a service, as SQLAlchemy with psycopg2 wants it."""
        url = str(getattr(self, f"{service}_database_url") or self.database_url)
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg2://" + url[len(plain) :]
        return url

    def dsn_of(self, service: str) -> str:
        """The same address as libpq reads it."""
        return self.url_of(service).replace("postgresql+psycopg2://", "postgresql://")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
