"""Clock, logs and counters. Nothing in here carries an address, room, identity, token or user agent."""
