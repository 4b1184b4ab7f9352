"""LiveKit signalling, protocol v0: a sans-IO session, and `websocket.py`, its only I/O."""
