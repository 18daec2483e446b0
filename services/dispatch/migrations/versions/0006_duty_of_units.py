"""Until when a crew is on duty, as the register tells it, and how much of that must be left for it to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing limits those that are known: the register had no such thing to tell."""
    op.add_column("unit", sa.Column("duty_end_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("unit", sa.Column("least_duty_minutes", sa.Integer(), nullable=True))


def downgrade() -> None:
    """It is not known any more."""
    op.drop_column("unit", "least_duty_minutes")
    op.drop_column("unit", "duty_end_at")
