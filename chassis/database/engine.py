"""PostgreSQL, the one database: engine, per-service provisioning and migrations, versioned writes, and a session for locks and notices."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
from sqlalchemy import Column, DateTime, MetaData, String, Table, Update, bindparam
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis.errors import stale

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Row = Mapping[str, Any]


def metadata() -> MetaData:
    """Metadata whose constraints have predictable names: errors name them, migrations change them."""
    return MetaData(naming_convention=NAMING)


def moment(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """A column for a moment, with time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable, primary_key=primary_key)


def key(name: str = "id") -> Column[Any]:
    """A text primary key."""
    return Column(name, String, primary_key=True)


def asyncpg_url(url: str) -> str:
    """The URL in the form asyncpg reads."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, pool_size: int = 8) -> AsyncEngine:
    """An engine on one service's database; waits at most 5 s for a connection and 10 s for a statement."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size, max_overflow=0, pool_timeout=5, pool_pre_ping=False, pool_recycle=1800,
        connect_args={"timeout": 5, "command_timeout": 10, "server_settings": {"timezone": "UTC", "jit": "off"}},
    )  # fmt: skip


@cache
def _update(table: Table) -> Update:
    """One statement a table, compiled once: values come as parameters."""
    return table.update().where(table.c.id == bindparam("row_id"), table.c.version == bindparam("row_version"))


async def update_versioned(connection: AsyncConnection, table: Table, row_id: str, version: int, values: Row) -> None:
    """Write a new version over exactly `version`; STALE when somebody else was quicker."""
    done = await connection.execute(_update(table), {"row_id": row_id, "row_version": version, "version": version + 1, **values})
    if done.rowcount != 1:
        raise stale(f"{table.name}/{row_id}", str(version), "")


async def update_held(connection: AsyncConnection, table: Table, rows: Sequence[tuple[str, int, Row]]) -> None:
    """Write new versions (id, version, values) of rows that this transaction holds locked, in one go: nobody else can have been quicker."""
    if rows:
        given = [{"row_id": row_id, "row_version": version, "version": version + 1, **values} for row_id, version, values in rows]
        await connection.execute(_update(table), given)


def violated(error: IntegrityError) -> str:
    """Name of the constraint an IntegrityError broke, or an empty string."""
    cause = getattr(error.orig, "__cause__", None)
    return str(getattr(cause, "constraint_name", "") or "")


def transient(error: DBAPIError) -> bool:
    """True for a deadlock or serialisation failure, which a retry of the whole transaction mends."""
    return getattr(error.orig, "sqlstate", "") in {"40001", "40P01", "55P03"}


LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    TimeoutError,
)
"""What a lost or restarting database looks like to asyncpg."""


UNSTORABLE = {"22003", "22008", "22021", "22P05"}
"""SQLSTATE of a number or time out of range, and of text with NUL or a broken encoding."""


def unstorable(error: BaseException) -> bool:
    """True when a value of the caller fits no column: a number or time out of range, NUL in a text. Repeating it cannot help."""
    cause = getattr(error.orig, "__cause__", None) if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", "") in UNSTORABLE or (isinstance(cause, asyncpg.InterfaceError) and isinstance(cause.__cause__, OverflowError))


def lost(error: BaseException) -> bool:
    """True when the database is gone or not there yet, seen through SQLAlchemy or directly: the same call may work a moment later."""
    cause = getattr(error.orig, "__cause__", None) if isinstance(error, DBAPIError) else error
    if isinstance(cause, asyncpg.DataError):  # an InterfaceError by class, but the statement's own fault
        return False
    if not isinstance(error, DBAPIError):
        return isinstance(error, LOST)
    return error.connection_invalidated or isinstance(error, InterfaceError) or isinstance(getattr(error.orig, "__cause__", None), LOST)
