"""Until when a crew is on duty, and how much of that must be left for it to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of the shifts of those in the register: nothing limits them."""
    op.add_column("unit", sa.Column("duty_end_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("unit", sa.Column("least_duty_minutes", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_unit_least_duty_minutes"), "unit", "least_duty_minutes >= 0")


def downgrade() -> None:
    """It is not known any more."""
    op.drop_column("unit", "least_duty_minutes")
    op.drop_column("unit", "duty_end_at")
