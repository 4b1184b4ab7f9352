"""What is wrong with a token."""


class TokenError(Exception):
    """The token proves nothing: not ours, not now, or not a token."""


class TokenRefusedError(Exception):
    """The token is genuine, and asks for what is not given."""
