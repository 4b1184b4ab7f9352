"""Where groups are kept: a port, which the store implements."""

from collections.abc import Sequence
from typing import Protocol

from folkmoot.domain.group import Change, Shelf


class GroupBook(Protocol):
    """Kept groups. What returned is durable."""

    async def load(self, locator: bytes) -> Shelf | None:
        """Look up a meeting and its group; None when there is no such meeting.

        Raises:
            BookError: it cannot be read now.
        """

    async def save(self, changes: Sequence[Change]) -> None:
        """Keep all of these changes, of a meeting each, or none.

        Raises:
            BookError: they are not kept, or that is not known; or a revision is another.
        """

    async def delete(self, locator: bytes) -> None:
        """Delete a group and its entries, not its head; nothing when it is gone.

        Raises:
            BookError: that is not known.
        """

    async def locators(self) -> list[bytes]:
        """The meetings that have a group.

        Raises:
            BookError: it cannot be read now.
        """
