"""An incident may have been merged into another: what was out for the one is due back for the other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember into which."""
    op.add_column("incident_seen", sa.Column("merged_into", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("incident_seen", "merged_into")
