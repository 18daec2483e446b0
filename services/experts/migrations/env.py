"""Alembic environment of experts; the work is in chassis.database."""

from chassis.database.schema import run_migrations
from services.experts.tables import METADATA

run_migrations("experts", METADATA)
