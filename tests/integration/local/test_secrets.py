"""Keys and passwords are made once and kept private."""

from pathlib import Path

from chassis.audit import load_signer
from chassis.identity import Caller, Minter, Verifier, load_key
from deploy.local.secrets import ensure_keys, ensure_password


def test_the_identity_pair_signs_and_verifies_and_is_kept(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    token = Minter(load_key(keys.identity_private), "gateway").mint(Caller("users/1"))
    assert ensure_keys(tmp_path / "keys") == keys
    assert Verifier(load_key(keys.identity_public)).verify(token).id == "users/1"
    load_signer(keys.audit.read_bytes())


def test_a_half_made_pair_is_made_anew(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    keys.identity_public.unlink()
    ensure_keys(tmp_path)
    token = Minter(load_key(keys.identity_private), "gateway").mint(Caller("users/1"))
    assert Verifier(load_key(keys.identity_public)).verify(token).id == "users/1"


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    password = ensure_password(tmp_path / "keys", "fenghuo_plans")
    assert ensure_password(tmp_path / "keys", "fenghuo_plans") == password
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (keys.identity_private, keys.audit, tmp_path / "keys" / "fenghuo_plans.password"))
