"""Settings of the gateway."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ROOT, ComponentSettings


class GatewaySettings(ComponentSettings):
    """Where the services are, who may log in, and the limits of a request."""

    listen: str = "127.0.0.1:8080"
    metrics_listen: str = Field(default="", description="where Prometheus reads figures, for example 0.0.0.0:9100; never the public door; empty: nowhere")
    identity_key: Path = Field(description="PEM file of the Ed25519 key that signs sessions and internal tokens")
    services: dict[str, str] = Field(description='gRPC target of each area as JSON: {"dispatch": "dns:///dispatch:7103", …}')
    accounts_file: Path | None = Field(default=None, description="YAML of local accounts with argon2 hashes; none when only OIDC is used")
    oidc_issuer: str = Field(default="", description="issuer whose discovery document is read; empty turns OIDC off")
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_redirect_url: str = ""
    page_dir: Path = ROOT / "gateway" / "page" / "dist"
    reference_dir: Path = Field(default=ROOT / "districts" / "dawukou" / "reference", description="boundaries, places and codes that the map draws")
    max_body: int = Field(default=1_000_000, description="bytes; a larger body is refused with 413")
    session_hours: float = Field(default=12.0, gt=0, le=24, description="one duty shift")
    requests_per_minute: int = Field(default=1200, ge=1, description="per caller; beyond it 429")
    connections_per_address: int = Field(
        default=512, ge=0, description="connections one address may hold; 0: no bound; none either with trust_forwarded, as all come from the proxy then"
    )
    trust_forwarded: bool = Field(default=False, description="behind proxies of ours that append to X-Forwarded-For")
    forwarded_hops: int = Field(default=1, ge=1, description="how many such proxies: the address of a client is that many entries from the right")
    public_address: str = Field(
        default="", description="where people reach the gateway, for example https://fenghuo.example.org; with https, cookies are Secure"
    )
