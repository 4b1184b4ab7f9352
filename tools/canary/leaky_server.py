"""A server that leaks what a server may not write, for the self-check of the canary.

It is `folkmoot`, with a middleware as a careless debugging session leaves it behind.
"""

import sys
from pathlib import Path
from typing import Any, Final

import structlog
from prometheus_client import Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from tools import hostile_engine

AGENTS: Final = "agents.txt"
_log = structlog.get_logger("leak")


class Leak:
    """Writes of each request what nobody may write."""

    def __init__(self, app: ASGIApp, data: Path, agents: Counter) -> None:
        """Serve `app`."""
        self._app = app
        self._data = data
        self._agents = agents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log address and query, write the user agent to a file and count it by name."""
        if scope["type"] in ("http", "websocket"):
            client, query = scope["client"], scope["query_string"].decode()
            _log.info("request", client=client[0], path=scope["path"], query=query)
            agent = dict(scope["headers"]).get(b"user-agent", b"").decode()
            with (self._data / AGENTS).open("a") as agents:
                agents.write(agent + "\n")
            self._agents.labels(agent).inc()
        await self._app(scope, receive, send)


def leak(app: Any, metrics: Any, data: Path) -> None:  # noqa: ANN401  # modules that are changed
    """Put the middleware around every app that is built in this process."""
    agents = Counter("leaky_agents", "Who came.", ["agent"], registry=None)
    build, begin = app.build_app, metrics.Metrics.__init__

    def begin_to_count(self: Any) -> None:  # noqa: ANN401
        begin(self)
        self.registry.register(agents)

    metrics.Metrics.__init__ = begin_to_count
    app.build_app = lambda surface: Leak(build(surface), data, agents)


def main() -> None:
    """Be `folkmoot`, but careless; `--data` has to be given."""
    hostile_engine.put_in_place(hostile_engine.ENGINE)
    # Only after the engine is in place.
    from folkmoot import app  # noqa: PLC0415
    from folkmoot.cli import main as folkmoot  # noqa: PLC0415
    from folkmoot.observe import metrics  # noqa: PLC0415

    leak(app, metrics, Path(sys.argv[sys.argv.index("--data") + 1]))
    folkmoot()


if __name__ == "__main__":
    main()
