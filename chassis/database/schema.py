"""Databases, roles and migrations of the services."""

import asyncio

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.database.engine import asyncpg_url
from chassis.settings import ROOT

LOCK_TIMEOUT = "5s"


async def provision(admin_url: str, name: str, password: str = "") -> str:
    """Create role and database `name` if they are missing; give back the URL the owner connects with."""
    admin = await asyncpg.connect(asyncpg_url(admin_url))
    try:
        secret = f" PASSWORD '{password}'" if password else ""
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await admin.execute(f'CREATE ROLE "{name}" LOGIN{secret}')
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await admin.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
            await admin.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    finally:
        await admin.close()
    return make_url(admin_url).set(username=name, password=password or None, database=name).render_as_string(hide_password=False)


def alembic_config(service: str, url: str) -> Config:
    """Alembic's configuration for one service."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(service: str, url: str) -> None:
    """Bring a service's schema to the newest version; safe to run from several processes at once."""
    command.upgrade(alembic_config(service, url), "head")


def run_migrations(service: str, metadata: MetaData) -> None:
    """Body of every service's migrations/env.py: one transaction, under an advisory lock, never waiting long for a table lock."""
    url = context.config.attributes["url"]
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def upgrade(connection: Connection) -> None:
        context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False, transaction_per_migration=False)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {service}"})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            context.run_migrations()

    async def connect() -> None:
        async with engine.connect() as connection:
            await connection.run_sync(upgrade)
            await connection.commit()
        await engine.dispose()

    asyncio.run(connect())
