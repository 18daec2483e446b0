"""Alembic environment of dispatch; the work is in chassis.database."""

from chassis.database.schema import run_migrations
from services.dispatch.tables import METADATA

run_migrations("dispatch", METADATA)
