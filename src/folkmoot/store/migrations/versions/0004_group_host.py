"""Whether only the host makes a group anew."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What was kept before said nothing of it, so the host is waited for."""
    op.add_column(
        "meeting_group",
        sa.Column("needs_host", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_column("meeting_group", "needs_host")
