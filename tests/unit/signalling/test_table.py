"""No kind of message is forgotten."""

from livekit.protocol import rtc

from folkmoot.signalling.table import HANDLERS, IGNORED, REFUSALS


def test_every_kind_of_the_schema_is_in_exactly_one_place() -> None:
    kinds = [field.name for field in rtc.SignalRequest.DESCRIPTOR.oneofs_by_name["message"].fields]
    placed = [*HANDLERS, *REFUSALS, *IGNORED]
    assert sorted(placed) == sorted(kinds)
