"""PostgreSQL, the one database."""

from chassis.database.engine import LOST, Row, create_engine, key, metadata, moment, transient, update_versioned, violated
from chassis.database.schema import asyncpg_url, migrate, provision, run_migrations
from chassis.database.session import Session

__all__ = [
    "LOST",
    "Row",
    "Session",
    "asyncpg_url",
    "create_engine",
    "key",
    "metadata",
    "migrate",
    "moment",
    "provision",
    "run_migrations",
    "transient",
    "update_versioned",
    "violated",
]
