"""What a unit lacked when it was sent with a reason: a reason alone does not tell it from one that went against the advice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEEDS = "SELECT need ->> 'code' FROM jsonb_array_elements(task.needs) AS need WHERE cardinality(assignment.matched) = 0"
_HELD = "SELECT word FROM unnest(task.qualifications) AS word WHERE word <> ALL (unit.qualifications)"


def upgrade() -> None:
    """Of what was sent before, by what is known of the unit today."""
    op.add_column("assignment", sa.Column("lacked", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))
    sent = "task.id = assignment.task_id AND unit.id = assignment.unit_id AND assignment.override_reason <> ''"
    op.execute(sa.text(f"UPDATE assignment SET lacked = ARRAY({_NEEDS}) || ARRAY({_HELD}) FROM task, unit WHERE {sent}"))
    op.alter_column("assignment", "lacked", server_default=None)


def downgrade() -> None:
    """It is not known any more."""
    op.drop_column("assignment", "lacked")
