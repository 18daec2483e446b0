"""The local accounts of an installation: the sample district's log-ins with one password made on first start; people may add their own to the file."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml
from argon2 import PasswordHasher

from deploy.local.secrets import write_private

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that look alike: people type it from the screen."""
HEADING = "# Local accounts. Sample log-ins were added on first start; remove them before anybody relies on this installation.\n"


@dataclass(frozen=True, slots=True)
class Account:
    """One sample log-in."""

    username: str
    name: str


def sample_password(directory: Path) -> str:
    """The password of all sample log-ins of this installation; made when it is missing."""
    path = directory / "sample.password"
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)).encode())
    return path.read_text()


def ensure_accounts(samples: Path, path: Path, password: str) -> list[Account]:
    """Add the sample log-ins that the accounts file lacks, and list them all. Entries that are there stay as they are."""
    wanted = yaml.load(samples.read_text(encoding="utf-8"), yaml.CSafeLoader)["accounts"]
    kept = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["accounts"] if path.exists() else []
    known = {entry["username"] for entry in kept}
    missing = [entry for entry in wanted if entry["username"] not in known]
    if missing:
        # One hash for all: it is one password, and hashing is slow on purpose.
        password_hash = PasswordHasher().hash(password)
        entries = [*kept, *({**entry, "password_hash": password_hash} for entry in missing)]
        write_private(path, (HEADING + yaml.safe_dump({"accounts": entries}, allow_unicode=True, sort_keys=False)).encode())
    return [Account(entry["username"], entry["name"]) for entry in wanted]
