"""What is told of an incident late, or again, does not take the place of what was told since."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember the version of the incident that was told last; of what was told before, it is not known."""
    op.add_column("incident", sa.Column("told_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("incident", "told_version")
