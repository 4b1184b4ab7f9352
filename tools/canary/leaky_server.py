"""A server that leaks what a server may not write, for the self-check of the canary.

It is `folkmoot`, with a middleware as a careless debugging session leaves it behind.
"""

import sys
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from folkmoot import app as folkmoot_app
from folkmoot.observe import metrics as folkmoot_metrics
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
            with (self._data / AGENTS).open("a") as agents:  # noqa: ASYNC230  # it is not careful
                agents.write(agent + "\n")
            self._agents.labels(agent).inc()
        await self._app(scope, receive, send)


def leak(data: Path) -> None:
    """Put the middleware around every app that is built in this process."""
    agents = Counter("leaky_agents", "Who came.", ["agent"], registry=None)
    build, count = folkmoot_app.build_app, folkmoot_metrics.Metrics.__init__

    def begin_to_count(metrics: folkmoot_metrics.Metrics) -> None:
        count(metrics)
        metrics.registry.register(agents)

    folkmoot_metrics.Metrics.__init__ = begin_to_count  # type: ignore[method-assign]
    folkmoot_app.build_app = lambda surface: Leak(build(surface), data, agents)  # type: ignore[assignment,return-value]


def main() -> int:
    """Be `folkmoot`, but careless; `--data` has to be given."""
    hostile_engine.put_in_place(hostile_engine.ENGINE)
    leak(Path(sys.argv[sys.argv.index("--data") + 1]))
    from folkmoot.cli import main as folkmoot  # noqa: PLC0415 -- after the engine is in place

    folkmoot()
    return 0


if __name__ == "__main__":
    sys.exit(main())
