"""Takes what a browser sent over a WebSocket out of its frames: browsers mask them (RFC 6455)."""

from typing import Final

_HEAD_END: Final = b"\r\n\r\n"


class ClientBytes:
    """Bytes of one connection from a browser, as they come, in clear."""

    def __init__(self) -> None:
        """Begin with the head of a request."""
        self._held = b""
        self._is_upgraded: bool | None = None

    def take(self, data: bytes) -> bytes:
        """Take what came; answer what can be read of it by now."""
        self._held += data
        if self._is_upgraded is None:
            return self._take_head()
        return self._take_frames() if self._is_upgraded else self._take_all()

    def _take_head(self) -> bytes:
        head, end, rest = self._held.partition(_HEAD_END)
        if not end:
            return b""
        self._is_upgraded = b"upgrade: websocket" in head.lower()
        self._held = rest
        return head + end + self.take(b"")

    def _take_all(self) -> bytes:
        taken, self._held = self._held, b""
        return taken

    def _take_frames(self) -> bytes:
        taken = b""
        while (frame := self._take_frame()) is not None:
            taken += frame + b"\n"
        return taken

    def _take_frame(self) -> bytes | None:
        held = self._held
        if len(held) < 2:
            return None
        size, at = held[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(held[2 : 2 + width], "big"), 2 + width
        masked = held[1] & 0x80
        begin = at + (4 if masked else 0)
        if len(held) < begin + size:
            return None
        self._held = held[begin + size :]
        payload = held[begin : begin + size]
        return _unmask(payload, held[at:begin]) if masked else payload


def _unmask(payload: bytes, mask: bytes) -> bytes:
    whole = mask * (len(payload) // 4 + 1)
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(whole[: len(payload)], "big")
    return mixed.to_bytes(len(payload), "big")
