"""Which report of a unit is newer is said by dispatch's version of it: its clock may be set back after an exercise."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember the version that was reported last; of what was reported before, it is not known."""
    op.add_column("unit", sa.Column("status_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("unit", "status_version")
