"""The rules that a command can break."""


class RuleError(Exception):
    """A command was refused and nothing changed. The text is meant for the participant."""


class NotAllowedError(RuleError):
    """The participant lacks the right."""


class NotFoundError(RuleError):
    """There is no such thing in the room, or not for this participant."""


class LimitError(RuleError):
    """A security limit would be passed."""


class MalformedError(RuleError):
    """The command contradicts itself or is incomplete."""
