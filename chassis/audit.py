"""The audit chain: journal rows sealed in publishing order into one hash chain per service, with signed checkpoints; any later change shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

SEALED = ("seq", "command_id", "caller", "org", "request_id", "method", "resource", "request_digest", "before_digest", "after_digest", "events",
          "occurred_at", "recorded_at", "traceparent", "exercise_id")  # fmt: skip
GENESIS = b"\0" * 32
CHECKPOINT_EVERY = 1000
PAGE = 2000


def link(previous: bytes, chain_seq: int, row: Any) -> bytes:
    """The hash that seals a row onto the chain: SHA-256 over the previous hash, its place, and every sealed column with its length."""
    sealed = hashlib.sha256(previous)
    sealed.update(chain_seq.to_bytes(8, "big"))
    for name in SEALED:
        value = _bytes(getattr(row, name))
        sealed.update(b"\xff" * 8 if value is None else len(value).to_bytes(8, "big") + value)
    return sealed.digest()


def _bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, memoryview):
        return bytes(value)
    return (value.isoformat() if hasattr(value, "isoformat") else str(value)).encode()


def load_signer(pem: bytes) -> Ed25519PrivateKey:
    """The key that signs checkpoints."""
    signer = load_pem_private_key(pem, None)
    if not isinstance(signer, Ed25519PrivateKey):
        raise TypeError("the audit key is not an Ed25519 private key")
    return signer


def statement(service: str, chain_seq: int, chain_hash: bytes) -> bytes:
    """What a checkpoint's signature covers."""
    return f"fenghuo-audit-v1\n{service}\n{chain_seq}\n{chain_hash.hex()}".encode()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the chain, at the place where it shows."""

    chain_seq: int
    problem: str


async def verify(connection: AsyncConnection, journal: Table, service: str, key: Ed25519PublicKey, known: Sequence[tuple[int, bytes]] = ()) -> list[Finding]:
    """Recompute the whole chain. Finds changed, missing, added, reordered and truncated rows; `known` are (place, hash) pairs kept elsewhere."""
    findings: list[Finding] = []
    hashes: dict[int, bytes] = {}
    checkpoint = journal.metadata.tables["checkpoint"]
    marks = (await connection.execute(select(checkpoint).order_by(checkpoint.c.chain_seq))).all()
    wanted = {mark.chain_seq for mark in marks} | {place for place, _ in known}
    place, previous = 0, GENESIS
    while rows := (await connection.execute(select(journal).where(journal.c.chain_seq > place).order_by(journal.c.chain_seq).limit(PAGE))).all():
        for row in rows:
            if row.chain_seq != place + 1:
                findings.append(Finding(place + 1, f"missing: the chain jumps to {row.chain_seq}"))
            place = row.chain_seq
            expected = link(previous, place, row)
            if bytes(row.chain_hash) != expected:
                findings.append(Finding(place, f"changed: {row.method} {row.resource} by {row.caller}"))
            previous = bytes(row.chain_hash)
            if place in wanted:
                hashes[place] = previous
    for mark in marks:
        try:
            key.verify(bytes(mark.signature), statement(service, mark.chain_seq, bytes(mark.chain_hash)))
        except InvalidSignature:
            findings.append(Finding(mark.chain_seq, "checkpoint: the signature is not ours"))
        findings += _compare(hashes, mark.chain_seq, bytes(mark.chain_hash), "checkpoint")
    for at, value in known:
        findings += _compare(hashes, at, value, "checkpoint kept elsewhere")
    unsealed = await connection.scalar(select(func.count()).where(journal.c.published_at.isnot(None), journal.c.chain_seq.is_(None)))
    if unsealed:
        findings.append(Finding(place, f"added: {unsealed} published rows are not on the chain"))
    return findings


def _compare(hashes: dict[int, bytes], place: int, value: bytes, what: str) -> list[Finding]:
    if place not in hashes:
        return [Finding(place, f"truncated: {what} speaks of a row that is gone")]
    return [] if hashes[place] == value else [Finding(place, f"rewritten: the row differs from the {what}")]
