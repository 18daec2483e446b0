"""A unit that was made for an exercise is known as such."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever stands in the register is taken for real: units of an exercise leave it when that ends."""
    op.add_column("unit", sa.Column("exercise_id", sa.String(), nullable=False, server_default=""))
    op.alter_column("unit", "exercise_id", server_default=None)


def downgrade() -> None:
    """Nothing tells them apart any more."""
    op.drop_column("unit", "exercise_id")
