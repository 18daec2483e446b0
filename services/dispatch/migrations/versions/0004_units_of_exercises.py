"""A unit that was made for an exercise is known as such."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever is known so far is taken for real: units of an exercise leave the register when that ends."""
    op.add_column("unit", sa.Column("made_for_exercise", sa.String(), nullable=False, server_default=""))
    op.alter_column("unit", "made_for_exercise", server_default=None)


def downgrade() -> None:
    """Nothing tells them apart any more."""
    op.drop_column("unit", "made_for_exercise")
