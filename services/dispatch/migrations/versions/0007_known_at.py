"""When the last report of a unit's state was made, or the last order given to it: what was said before that is outdated."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was reported before, nothing tells when it was said; the next report does."""
    op.add_column("unit", sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """It is not known any more."""
    op.drop_column("unit", "known_at")
