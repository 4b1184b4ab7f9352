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


LASTING: Final = frozenset({Place.DATABASE, Place.DATA, Place.LOG, Place.BACKUP, Place.METRICS})
"""What stays, or is passed on, when nobody is there any more."""


def may_be_in(plant: Plant, place: Place) -> bool:
    """Whether it is no finding: an address reaches the server, and may not be written by it."""
    return plant.kind in WRITTEN_ONLY and place not in LASTING
