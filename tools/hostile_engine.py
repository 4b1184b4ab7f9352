"""Starts Folkmoot with the media engine that taps and lies, for tests of clients.

`python tools/hostile_engine.py serve …` is `folkmoot serve …`, except that the engine is the one
that `tools/hostile_engine.sh` built. What it does is said by HOSTILE_TAP and HOSTILE_RULES, see
`crates/sfu-core/src/hostile/`; without them it is an honest engine.
"""

import importlib.util
import sys
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from typing import Final

ENGINE: Final = Path(__file__).parents[1] / ".cache" / "hostile" / "_sfu.abi3.so"
MODULE: Final = "folkmoot._sfu"


def put_in_place(engine: Path) -> None:
    """Make `folkmoot._sfu` that engine, for this process.

    Args:
        engine: the extension module's file.

    Raises:
        ImportError: the file is missing, or no engine for this interpreter.
        RuntimeError: an engine was imported before.
    """
    if MODULE in sys.modules:
        message = f"{MODULE} is imported already"
        raise RuntimeError(message)
    if not engine.is_file():
        message = f"{engine} is missing: run `make e2e`, which builds it"
        raise ImportError(message)
    loader = ExtensionFileLoader(MODULE, str(engine))
    spec = importlib.util.spec_from_file_location(MODULE, engine, loader=loader)
    if spec is None:
        message = f"{engine} is no module"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    loader.exec_module(module)


def main() -> None:
    """Be `folkmoot` with another engine."""
    put_in_place(ENGINE)
    from folkmoot.cli import main as folkmoot  # noqa: PLC0415 -- after the engine is in place

    folkmoot()


if __name__ == "__main__":
    main()
