"""Where it is searched: all that a server has, and that somebody who takes it over could read."""

from enum import StrEnum
from typing import Final

from tools.canary.plants import WRITTEN_ONLY, Plant


class Place(StrEnum):
    """A place; what was in it is in the folder of evidence of that name."""

    DATABASE = "database"
    DATA = "data"
    LOG = "log"
    BACKUP = "backup"
    METRICS = "metrics"
    WIRE = "wire"
    PAYLOADS = "payloads"
    MEMORY = "memory"


PASSING: Final = (Place.WIRE, Place.MEMORY)
"""Where the server has what it may not write, such as addresses: a search that works finds it."""


def may_be_in(plant: Plant, place: Place) -> bool:
    """Whether it is no leak: an address reaches the server, and may not be written by it."""
    return plant.kind in WRITTEN_ONLY and place in PASSING
