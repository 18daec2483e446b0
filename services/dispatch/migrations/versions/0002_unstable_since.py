"""Since when a disaster that was stable is not any more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An incident that never was stable has no such time."""
    op.add_column("incident", sa.Column("unstable_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget when it became unstable again."""
    op.drop_column("incident", "unstable_since")
