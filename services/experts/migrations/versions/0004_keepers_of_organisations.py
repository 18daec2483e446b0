"""Which region's office keeps the entry of an organisation: only it changes the entry."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of entries made before nobody knows: the first office that changes one keeps it."""
    op.add_column("organisation", sa.Column("region_code", sa.String(), nullable=False, server_default=""))
    op.alter_column("organisation", "region_code", server_default=None)


def downgrade() -> None:
    """Anybody may change any again."""
    op.drop_column("organisation", "region_code")
