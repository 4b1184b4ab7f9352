"""Meetings kept in memory; it counts how often it is asked."""

from folkmoot.domain.meeting import Meeting


class MemoryBook:
    """Implements `MeetingBook`."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Meeting] = {}
        self.loads = 0

    async def save(self, meeting: Meeting, now_ms: int, max_meetings: int) -> Meeting | None:
        found = self.kept.get(meeting.locator)
        if found is not None and found.expires_at_ms > now_ms:
            return found
        if len(self.kept) >= max_meetings:
            return None
        self.kept[meeting.locator] = meeting
        return meeting

    async def load(self, locator: bytes) -> Meeting | None:
        self.loads += 1
        return self.kept.get(locator)

    async def delete_expired(self, now_ms: int) -> int:
        over = [key for key, meeting in self.kept.items() if meeting.expires_at_ms <= now_ms]
        for key in over:
            del self.kept[key]
        return len(over)
