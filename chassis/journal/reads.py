"""Audit of reads: whoever sees personal data in the clear leaves a journal row."""

import hashlib
from typing import Any

from google.protobuf.message import Message

from chassis.identity import Call
from chassis.ids import new_id
from chassis.journal.commands import Journal


async def audit_read(journal: Journal, call: Call, response: Message) -> None:
    """Write down that the caller was shown this answer unmasked; the row carries a digest of it, never the data."""
    now = journal.clock.now()
    row: dict[str, Any] = {
        "command_id": new_id(),
        "caller": call.caller.id,
        "org": call.caller.org,
        "request_id": f"read:{new_id()}",
        "method": call.method,
        "resource": str(getattr(response, "name", "")),
        "request_digest": hashlib.sha256(response.SerializeToString(deterministic=True)).digest(),
        "occurred_at": now,
        "recorded_at": now,
        "traceparent": call.traceparent,
        "exercise_id": "",
    }
    async with journal.engine.begin() as connection:
        await connection.execute(journal.table.insert(), row)
