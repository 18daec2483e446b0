"""Alembic environment of resources; the work is in chassis.database."""

from chassis.database.schema import run_migrations
from services.resources.tables import METADATA

run_migrations("resources", METADATA)
