"""The canary: plants what nobody may read, holds a meeting, and searches all that a server has."""
