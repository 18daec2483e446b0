"""Prints the Secrets that deploy/k8s refers to, freshly made: `python -m deploy.cluster_secrets --first-look | kubectl apply -f -`.

With --first-look the servers are those of overlays/dev; else --postgres HOST:PORT and --redis HOST:PORT name a district's own, and the passwords printed
here are to be set there. Nothing is stored: run it once, keep what it printed where the district keeps its secrets.
"""

import argparse
import secrets
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from deploy.local.accounts import ensure_accounts, sample_password
from deploy.local.components import SERVICES
from deploy.local.secrets import ensure_keys, private_key

NAMESPACE = "fenghuo"
DISTRICT = Path(__file__).resolve().parents[1] / "districts" / "dawukou"


def secret(name: str, values: Mapping[str, str]) -> dict[str, Any]:
    """One Secret."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "fenghuo"}},
        "type": "Opaque",
        "stringData": dict(values),
    }


def documents(postgres: str, redis: str, *, first_look: bool) -> list[dict[str, Any]]:
    """All Secrets; those of a first look hold the superuser's password and the sample log-ins besides."""
    found: list[dict[str, Any]] = []
    with TemporaryDirectory() as scratch:
        keys = ensure_keys(Path(scratch))
        found.append(secret("identity-public", {"identity.pub.pem": keys.identity_public.read_text()}))
        found.append(secret("identity-private", {"identity.pem": keys.identity_private.read_text()}))
        for service in SERVICES:
            private_key(keys.audit)
            password = secrets.token_urlsafe(24)
            found.append(secret(f"{service.name}-audit", {"audit.pem": keys.audit.read_text()}))
            found.append(secret(f"{service.name}-database", {"url": f"postgresql://{service.database}:{password}@{postgres}/{service.database}"}))
        if first_look:
            sample = sample_password(Path(scratch))
            ensure_accounts(DISTRICT / "accounts.yaml", Path(scratch) / "accounts.yaml", sample)
            found.append(secret("accounts", {"accounts.yaml": (Path(scratch) / "accounts.yaml").read_text(encoding="utf-8"), "sample.password": sample}))
        else:
            found.append(secret("alerts-channels", channels(Path(scratch) / "webhook.pem")))
    hot, admin = secrets.token_hex(24), secrets.token_urlsafe(24)
    found.append(secret("hot", {"url": f"redis://:{hot}@{redis}/0", "password": hot}))
    if first_look:
        found.append(secret("admin-database", {"url": f"postgresql://postgres:{admin}@{postgres}/postgres", "password": admin}))
    return found


def channels(webhook: Path) -> dict[str, str]:
    """What alerts shows to its channels: two secrets of our own, and two passwords that others gave the district, to be filled in."""
    private_key(webhook)
    return {"webhook.pem": webhook.read_text(), "loudspeaker.token": secrets.token_urlsafe(32), "sms.password": "", "mail.password": ""}


def main() -> None:
    """Print the Secrets as YAML."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster_secrets", description="print the Secrets of deploy/k8s")
    parser.add_argument("--first-look", action="store_true", help="the servers of overlays/dev, and sample log-ins")
    parser.add_argument("--postgres", default="postgres:5432", metavar="HOST:PORT")
    parser.add_argument("--redis", default="redis:6379", metavar="HOST:PORT")
    chosen = parser.parse_args()
    print(yaml.safe_dump_all(documents(chosen.postgres, chosen.redis, first_look=chosen.first_look), sort_keys=False, allow_unicode=True), end="")


if __name__ == "__main__":
    main()
