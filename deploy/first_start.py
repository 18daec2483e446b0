"""What an installation in containers needs once: `keys PRIVATE SHARED` makes keys and sample log-ins, `district ADDRESS PRIVATE` loads the sample district.

PRIVATE is a directory only the gateway sees, SHARED one that every component reads, ADDRESS the gateway (http://…).
Both may run again; they do nothing twice.
"""

import argparse
from pathlib import Path

from deploy.local.accounts import ensure_accounts, sample_password
from deploy.local.district import Loader, read
from deploy.local.secrets import ensure_keys

DISTRICT = Path(__file__).resolve().parents[1] / "districts" / "dawukou"


def keys(private: Path, shared: Path) -> None:
    """Make what is missing of keys and sample log-ins, and print the password of the log-ins."""
    ensure_keys(private, shared)
    password = sample_password(private)
    accounts = ensure_accounts(DISTRICT / "accounts.yaml", private / "accounts.yaml", password)
    print(f"示例账号 / sample log-ins: {', '.join(account.username for account in accounts)}; 口令 / password: {password}", flush=True)


def district(address: str, private: Path) -> None:
    """Post the sample district's data."""
    loader = Loader(address, sample_password(private))
    try:
        loader.load(read(DISTRICT))
    finally:
        loader.close()


def main() -> None:
    """Do one of the two."""
    parser = argparse.ArgumentParser(prog="python -m deploy.first_start", description="what an installation in containers needs once")
    commands = parser.add_subparsers(required=True, dest="command")
    make = commands.add_parser("keys")
    make.add_argument("private", type=Path)
    make.add_argument("shared", type=Path)
    load = commands.add_parser("district")
    load.add_argument("address")
    load.add_argument("private", type=Path)
    chosen = parser.parse_args()
    if chosen.command == "keys":
        keys(chosen.private, chosen.shared)
    else:
        district(chosen.address, chosen.private)


if __name__ == "__main__":
    main()
