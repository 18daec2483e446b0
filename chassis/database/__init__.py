"""PostgreSQL, the one database. `schema` (migrations) is imported by name: running services do not need it."""

from chassis.database.engine import (
    LOST,
    Row,
    asyncpg_url,
    create_engine,
    key,
    lost,
    metadata,
    moment,
    transient,
    unstorable,
    update_held,
    update_versioned,
    violated,
)
from chassis.database.session import Session

__all__ = [
    "LOST",
    "Row",
    "Session",
    "asyncpg_url",
    "create_engine",
    "key",
    "lost",
    "metadata",
    "moment",
    "transient",
    "unstorable",
    "update_held",
    "update_versioned",
    "violated",
]
