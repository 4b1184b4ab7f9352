"""Somebody who copies the guide's token code gets a token that the server takes."""

import re
import time
from pathlib import Path
from typing import Any, Final

from folkmoot.identity.access_token import EngineKey, read_token
from folkmoot.store.secret_files import load_engine_key

GUIDE: Final = Path(__file__).resolve().parents[2] / "docs/howto/connect-an-sdk-client.md"


def _blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def test_the_token_of_the_guide_opens_the_room_it_names(tmp_path: Path) -> None:
    key, secret = load_engine_key(tmp_path, None, None)
    names: dict[str, Any] = {}
    exec(_blocks()[0], names)  # our own guide
    token = names["make_token"](tmp_path, "a-room", "a-program")
    grant = read_token(token, EngineKey(key, secret), time.time())
    assert (grant.room, grant.identity) == ("a-room", "a-program")
    assert grant.rights.can_publish
    assert grant.rights.can_subscribe


def test_the_rest_of_the_guide_is_python() -> None:
    for block in _blocks():
        compile(block, str(GUIDE), "exec")
