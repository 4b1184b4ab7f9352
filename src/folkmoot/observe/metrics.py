"""Counters for Prometheus, on a loopback port of their own. Numbers only."""

from collections.abc import Iterable, Mapping
from http.server import HTTPServer
from threading import Thread
from typing import Final

from prometheus_client import CollectorRegistry, Counter, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

LOOPBACK: Final = "127.0.0.1"
"""Metrics are served nowhere else; a proxy that publishes them is somebody's decision."""

_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "joins": ("Sessions that began.", ""),
    "messages": ("Signalling messages received.", ""),
    "refusals": ("Requests that a room refused.", ""),
    "departures": ("Sessions that ended, by reason.", "reason"),
    "transport_failures": ("Media transports lost, by reason.", "reason"),
    "meetings_made": ("Meetings that were made.", ""),
    "admissions": ("People who were let into a meeting.", ""),
    "api_refusals": ("Requests about meetings that were refused, by error.", "error"),
    "group_channels": ("Channels to a group's order that were opened.", ""),
    "group_departures": ("Channels that ended, by reason.", "reason"),
    "group_entries": ("Entries that became durable, by kind.", "kind"),
    "rooms_lost": ("Rooms that the media engine lost to a fault of its own.", ""),
}


class Metrics:
    """Everything that is counted."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = CollectorRegistry()
        self._counters = {
            name: Counter(
                f"folkmoot_{name}", text, [label] if label else [], registry=self.registry
            )
            for name, (text, label) in _LABELS.items()
        }
        self._gauges = _Gauges()
        self.registry.register(self._gauges)
        ProcessCollector(registry=self.registry)
        self._server: tuple[HTTPServer, Thread] | None = None

    def count(self, what: str, label: str = "") -> None:
        """Count one happening.

        Args:
            what: one of the names in this file.
            label: a word from a closed set, for the names that have one.
        """
        counter = self._counters[what]
        (counter.labels(label) if label else counter).inc()

    def observe(self, values: Mapping[str, int]) -> None:
        """Replace what is measured from time to time (sizes, engine totals), by name."""
        self._gauges.values = dict(values)

    def serve(self, port: int) -> int:
        """Answer scrapes on the loopback address, from a thread of its own.

        Args:
            port: 0 picks a free one.

        Returns:
            The port in use.

        Raises:
            OSError: the port cannot be bound.
        """
        server, thread = start_http_server(port, addr=LOOPBACK, registry=self.registry)
        self._server = (server, thread)
        return int(server.server_port)

    def close(self) -> None:
        """Stop answering."""
        if self._server is not None:
            server, thread = self._server
            self._server = None
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)


class _Gauges(Collector):
    """Hands out the last observed values; scrapes never touch the event loop."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def collect(self) -> Iterable[Metric]:
        for name, value in sorted(self.values.items()):
            yield GaugeMetricFamily(f"folkmoot_{name}", "Last observed value.", value=value)
