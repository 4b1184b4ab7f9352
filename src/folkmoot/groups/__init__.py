"""The delivery service of groups: it puts bytes in order, reads none of them, keeps no roster."""
