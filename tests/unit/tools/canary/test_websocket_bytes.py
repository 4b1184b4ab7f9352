"""What browsers mask on a WebSocket is searched as the server reads it (RFC 6455 section 5.3)."""

from tools.canary.websocket_bytes import ClientBytes

HEAD = b"GET /rtc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"
MASK = b"\x11\x22\x33\x44"


def masked(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return b"\x82" + length + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def test_messages_of_any_length_are_read_however_they_are_cut() -> None:
    texts = [b"", b"short", b"m" * 300, b"long" * 20_000]
    sent = HEAD + b"".join(map(masked, texts))
    for piece in (1, 7, len(sent)):
        if piece == 1:
            sent_now, texts_now = HEAD + masked(b"short"), [b"short"]
        else:
            sent_now, texts_now = sent, texts
        clear = ClientBytes()
        taken = b"".join(
            clear.take(sent_now[at : at + piece]) for at in range(0, len(sent_now), piece)
        )
        assert taken == HEAD + b"".join(text + b"\n" for text in texts_now)


def test_what_is_no_websocket_is_kept_as_it_is() -> None:
    clear = ClientBytes()
    request = b"POST /api/meetings HTTP/1.1\r\nHost: x\r\n\r\n"
    assert clear.take(request[:9]) + clear.take(request[9:] + b"{}") == request + b"{}"
    assert clear.take(b"more") == b"more"
