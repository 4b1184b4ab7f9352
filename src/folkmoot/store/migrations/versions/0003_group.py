"""Groups and their entries."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meeting_group",
        sa.Column("locator", sa.LargeBinary(16), nullable=False),
        sa.Column("group_id", sa.LargeBinary(255), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("group_info", sa.LargeBinary(262_144), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("locator", name="pk_meeting_group"),
        sa.ForeignKeyConstraint(
            ["locator"], ["meeting.locator"], name="fk_meeting_group_locator", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "meeting_group_entry",
        sa.Column("locator", sa.LargeBinary(16), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("message", sa.LargeBinary(65_536), nullable=False),
        sa.PrimaryKeyConstraint("locator", "seq", name="pk_meeting_group_entry"),
        sa.ForeignKeyConstraint(
            ["locator"],
            ["meeting_group.locator"],
            name="fk_meeting_group_entry_locator",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("meeting_group_entry")
    op.drop_table("meeting_group")
