"""Certificates: what one says, making one, and changing the one that a running server shows."""
