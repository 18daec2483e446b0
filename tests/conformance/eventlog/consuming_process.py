"""A consumer as a process of its own, so that tests can kill it: `python -m tests.conformance.eventlog.consuming_process URL GROUP TOPIC FILE`.

Its effects lie in an SQLite file: each record's position (the inbox) and its effect are written in one transaction, as a service does.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from chassis.eventlog import StoredRecord, open_event_log

_SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (partition INTEGER, "offset" INTEGER, PRIMARY KEY (partition, "offset"));
CREATE TABLE IF NOT EXISTS effect (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, number INTEGER, pid INTEGER);
CREATE TABLE IF NOT EXISTS delivery (partition INTEGER, "offset" INTEGER);
"""


@contextmanager
def effects(file: Path) -> Iterator[sqlite3.Connection]:
    """The file of effects; several processes may write to it."""
    with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        yield connection


async def main(url: str, group: str, topic: str, file: Path) -> None:
    """Consume until killed."""
    with effects(file) as connection:

        async def apply(stored: StoredRecord) -> None:
            place = (stored.position.partition, stored.position.offset)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO delivery VALUES (?, ?)", place)
            if connection.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", place).rowcount:
                effect = (stored.record.key, int(stored.record.value), os.getpid())
                connection.execute("INSERT INTO effect (key, number, pid) VALUES (?, ?, ?)", effect)
            connection.execute("COMMIT")

        log = await open_event_log(url, client_id="consuming-process")
        await log.consume(group, [topic], apply)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])))
