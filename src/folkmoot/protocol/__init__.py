"""What goes over the wire, to the byte: `protocol/README.md` in Python. No I/O, no clock."""
