"""Meetings: who may make one, and who is let in. It holds keys to check with, and none to sign."""
