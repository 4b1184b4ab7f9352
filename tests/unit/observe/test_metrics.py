"""Counters are numbers, and reachable from this machine only."""

import urllib.request

from folkmoot.observe.metrics import Metrics


def test_counts_and_sizes_are_scraped_from_loopback() -> None:
    metrics = Metrics()
    metrics.count("joins")
    metrics.count("departures", "left")
    metrics.observe({"sessions": 3})
    port = metrics.serve(0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        metrics.close()
    assert "folkmoot_joins_total 1.0" in text
    assert 'folkmoot_departures_total{reason="left"} 1.0' in text
    assert "folkmoot_sessions 3.0" in text
