"""What can be wrong with a data folder."""


class StoreError(Exception):
    """The data folder cannot be used.

    The text says what is wrong and what to do, in one line.
    """
