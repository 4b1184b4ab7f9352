"""Meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meeting",
        sa.Column("locator", sa.LargeBinary(16), nullable=False),
        sa.Column("admission_key", sa.LargeBinary(32), nullable=False),
        sa.Column("host_key", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(8192), nullable=False),
        sa.Column("chain_head", sa.LargeBinary(32), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("locator", name="pk_meeting"),
    )
    op.create_index("ix_meeting_expires_at", "meeting", ["expires_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("meeting")
