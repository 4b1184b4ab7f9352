"""Security limits of a meeting's group."""

from typing import Final

MAX_FRAME_BYTES: Final = 512 * 1024
"""Of somebody who was let in; until then the server's own limit holds."""
MAX_COMMIT_BYTES: Final = 64 * 1024
"""A commit of 1,000 members has 2 KiB."""
MAX_MESSAGE_BYTES: Final = 16 * 1024
MAX_GROUP_INFO_BYTES: Final = 256 * 1024
"""That of 500 members has 170 KiB."""
MAX_ACK_BYTES: Final = 512
MAX_TOKEN_CHARS: Final = 6 * 1024

MAX_BACKLOG_ENTRIES: Final = 4_096
MAX_BACKLOG_BYTES: Final = 8 * 1024 * 1024
MAX_BACKLOG_MS: Final = 600_000
CROWDED_BYTES: Final = 256 * 1024 * 1024
"""Backlogs of all meetings together, beyond which each has `CROWDED_BACKLOG_BYTES` only."""
CROWDED_BACKLOG_BYTES: Final = 512 * 1024

MAX_OWN_QUEUE_BYTES: Final = 1024 * 1024
"""Frames for one channel alone that wait behind the first; entries wait in the backlog."""

HELLO_S: Final = 5.0
SILENCE_MS: Final = 30_000
TOKEN_REFRESH_MS: Final = 300_000
ABANDONED_MS: Final = 600_000
"""A group is deleted when nobody was on a channel for so long."""

TURN_MS: Final = 1_500
LAPSED_MS: Final = 30_000
"""Who let a turn lapse waits behind everybody else for so long."""
WANTED_MS: Final = 2_000
"""A better GroupInfo is asked for once in so long; so long is waited for it."""
ACKS_MS: Final = 300
"""Between two bundles of acknowledgements."""
ACKS_FIRST_MS: Final = 50
"""The first after a while is held only for those that come with it: media wait for it."""
COMMIT_MS: Final = 10_000
"""One identity commits once in so long in a turn, and once without."""
EPOCHS_BEHIND: Final = 32
"""Messages and acknowledgements may be so many epochs late: commits that members refuse take an
epoch each, and who fills their places has to be heard."""
SPOILT_MS: Final = 10_000
"""A group of which nobody has a GroupInfo that can be used may be made anew after so long."""
HEARD_MS: Final = 30_000
"""Who is a member is heard more often: an acknowledgement comes every 20 s."""
