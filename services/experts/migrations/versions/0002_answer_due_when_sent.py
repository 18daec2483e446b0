"""An answer is due only after somebody has sent the invitation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No answer is due yet."""
    op.alter_column("invitation", "answer_due_at", existing_type=sa.DateTime(timezone=True), nullable=True)


def downgrade() -> None:
    """Every answer is due again: at once, where the invitation was never sent."""
    op.execute("UPDATE invitation SET answer_due_at = created_at WHERE answer_due_at IS NULL")
    op.alter_column("invitation", "answer_due_at", existing_type=sa.DateTime(timezone=True), nullable=False)
