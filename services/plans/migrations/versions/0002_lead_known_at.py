"""Who leads is told by two topics: what happened later holds, whichever came first."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember when what is known of the lead happened."""
    op.add_column("cause", sa.Column("lead_known_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("cause", "lead_known_at")
