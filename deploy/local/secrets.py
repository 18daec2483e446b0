"""Keys and passwords of one installation: made on first start, kept in `var/keys`, readable by their owner alone."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


@dataclass(frozen=True, slots=True)
class Keys:
    """Files of the keys."""

    identity_private: Path
    """Signs internal tokens; only the gateway reads it."""
    identity_public: Path
    """Verifies internal tokens; every component reads it."""
    audit: Path
    """Signs checkpoints of the audit chain."""


def write_private(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)


def private_key(path: Path) -> Ed25519PrivateKey:
    """Make an Ed25519 key and write it as PEM (PKCS 8)."""
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def ensure_keys(directory: Path, shared: Path | None = None) -> Keys:
    """The keys of the installation; those missing are made. `shared` holds those every component may read, when that is another directory."""
    shared = shared or directory
    for each in (directory, shared):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys(directory / "identity.pem", shared / "identity.pub.pem", shared / "audit.pem")
    if not keys.identity_public.exists():  # written last: a half made pair is made anew
        public = private_key(keys.identity_private).public_key()
        write_private(keys.identity_public, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    if not keys.audit.exists():
        private_key(keys.audit)
    return keys


def ensure_password(directory: Path, name: str) -> str:
    """The password called `name`; made when it is missing."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{name}.password"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24).encode())
    return path.read_text()
