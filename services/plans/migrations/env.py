"""Alembic environment of plans; the work is in chassis.database."""

from chassis.database.schema import run_migrations
from services.plans.tables import METADATA

run_migrations("plans", METADATA)
