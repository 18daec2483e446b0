"""Everybody who wrote a report or a release, none of whom signs or approves it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (("report", "drafter", "signatory"), ("release", "author", "approver"))


def upgrade() -> None:
    """Of what was written before, the one writer who is known."""
    for table, writer, signer in TABLES:
        op.add_column(table, sa.Column("editors", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))
        op.execute(sa.text(f"UPDATE {table} SET editors = ARRAY[{writer}]"))
        op.alter_column(table, "editors", server_default=None)
        op.create_check_constraint(op.f(f"ck_{table}_{signer}_wrote_nothing"), table, f"{signer} <> ALL (editors)")


def downgrade() -> None:
    """Only the drafter, and the last writer, are known again."""
    for table, _, signer in TABLES:
        op.drop_constraint(op.f(f"ck_{table}_{signer}_wrote_nothing"), table, type_="check")
        op.drop_column(table, "editors")
