"""Conversions between the domain and `livekit-protocol` messages. No decisions."""
