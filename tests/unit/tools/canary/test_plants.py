"""Everything that was noted is searched for, and so is what follows from it."""

import json
from pathlib import Path

import pytest

from folkmoot.protocol.derivation import derive_meeting
from tools.canary.plants import Kind, read_plants

SECRET = bytes(range(32))


def write(folder: Path, *notes: dict[str, str]) -> Path:
    path = folder / "notes.jsonl"
    path.write_text("".join(json.dumps(note) + "\n" for note in notes))
    return path


def test_keys_that_follow_from_the_link_are_searched_for_and_the_locator_is_not(
    tmp_path: Path,
) -> None:
    note = {"kind": "link secret", "whose": "meeting", "hex": SECRET.hex()}
    values = {plant.value: plant.kind for plant in read_plants(write(tmp_path, note))}
    keys = derive_meeting(SECRET)
    assert values[SECRET] == Kind.LINK_SECRET
    assert values[keys.meta] == values[keys.mix] == values[keys.tag] == Kind.DERIVED_KEY
    assert keys.locator not in values


def test_a_value_counts_once_however_often_it_was_noted(tmp_path: Path) -> None:
    note = {"kind": "name", "whose": "ana", "text": "qzvxkwpjfyghbtrmncö"}
    (plant,) = read_plants(write(tmp_path, note, note))
    assert plant.is_text
    assert plant.value == "qzvxkwpjfyghbtrmncö".encode()


def test_what_could_be_somewhere_by_chance_is_no_plant(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too short"):
        read_plants(write(tmp_path, {"kind": "name", "whose": "ana", "text": "Ana"}))
