"""Clock, logs and counters, which carry no address, room, identity, token or user agent."""
