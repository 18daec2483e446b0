"""Which units that could have gone were set aside when the advice was asked for that a unit was sent by, and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was sent before, nobody wrote it down."""
    op.add_column("assignment", sa.Column("set_aside", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.add_column("assignment", sa.Column("set_aside_reason", sa.String(), nullable=False, server_default=""))
    op.alter_column("assignment", "set_aside", server_default=None)
    op.alter_column("assignment", "set_aside_reason", server_default=None)


def downgrade() -> None:
    """It is not known any more."""
    op.drop_column("assignment", "set_aside_reason")
    op.drop_column("assignment", "set_aside")
