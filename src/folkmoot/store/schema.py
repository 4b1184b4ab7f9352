"""Tables."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""

    # Named constraints, so that migrations can change them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ServerRow(Base):
    """The one row about this server."""

    __tablename__ = "server"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    node_id: Mapped[str] = mapped_column(String(32))
    """Random; says nothing about the machine."""
    created_on: Mapped[date] = mapped_column(Date)


class MeetingRow(Base):
    """A meeting: what is needed to let people in, and nothing that says whose it is, or when made.

    A column that is added here has to be defended in the design first.
    """

    __tablename__ = "meeting"

    locator: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    admission_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    host_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary(8192))
    chain_head: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Head of the sealed chain of host acts. It outlives a group that needs its host."""
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Milliseconds since 1970."""


class GroupRow(Base):
    """A meeting's group, as far as the server knows it: what is in front of its messages.

    The head of its host acts is the meeting's `chain_head`. There is no column about members, and
    none about time.
    """

    __tablename__ = "meeting_group"

    locator: Mapped[bytes] = mapped_column(
        ForeignKey("meeting.locator", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[bytes] = mapped_column(LargeBinary(255))
    epoch: Mapped[int] = mapped_column(BigInteger)
    group_info: Mapped[bytes] = mapped_column(LargeBinary(262_144))
    needs_host: Mapped[bool] = mapped_column(Boolean, server_default=true())
    """Whether the head outlives the group, and only the host makes it anew."""
    last_seq: Mapped[int] = mapped_column(BigInteger)
    """Of the last entry."""
    revision: Mapped[int] = mapped_column(BigInteger)
    """Whoever changes a group says which one it was."""


class GroupEntryRow(Base):
    """A commit or a message that somebody may come back for."""

    __tablename__ = "meeting_group_entry"

    locator: Mapped[bytes] = mapped_column(
        ForeignKey("meeting_group.locator", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    message: Mapped[bytes] = mapped_column(LargeBinary(65_536))
