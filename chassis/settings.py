"""Settings every component has: read from FENGHUO_* variables; secrets only as paths of files."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ComponentSettings(BaseSettings):
    """The profile is nothing but URLs; everything else has a default that fits one laptop."""

    model_config = SettingsConfigDict(env_prefix="FENGHUO_", extra="ignore")

    listen: str = "127.0.0.1:0"
    log_url: str
    hot_url: str = "memory://"
    district: str = Field(default="640202", pattern=r"^\d{6}$", description="GB/T 2260 code of the district this deployment belongs to")
    identity_public_key: Path = Field(description="PEM file of the key that verifies internal tokens")
    roles_file: Path = ROOT / "deploy" / "roles.yaml"
    messages_dir: Path = ROOT / "messages"
    clock_control: bool = Field(default=False, description="allow the clock to be set; never in production")
    log_format: str = Field(default="auto", pattern="^(auto|json|text)$")
    log_level: str = "INFO"


class ServiceSettings(ComponentSettings):
    """What a service has besides: its database and the limits of its server."""

    database_url: str = Field(description="base URL of the PostgreSQL server; the service uses its own database there")
    audit_key: Path = Field(description="PEM file of the Ed25519 key that signs audit checkpoints")
    pool_size: int = Field(default=10, ge=2, le=64, description="connections to the database, of calls, consumers, relay and timers together")
    concurrency: int = Field(default=8, ge=1, description="calls worked on at once: fewer than connections, so that who waits does so by priority")
    queue_limit: int = Field(default=256, ge=1, description="calls waiting; beyond it calls are shed by priority")
