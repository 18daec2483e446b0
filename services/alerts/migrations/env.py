"""Alembic environment of alerts; the work is in chassis.database."""

from chassis.database.schema import run_migrations
from services.alerts.tables import METADATA

run_migrations("alerts", METADATA)
