"""S-2: a known hole does not come back through an old version of something we are made of."""

import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PUBLIC_REGISTRIES: Final = (
    "https://pypi.org/",
    "https://files.pythonhosted.org/",
    "https://registry.npmjs.org/",
    "registry+https://github.com/rust-lang/crates.io-index",
)

# What was judged together with str0m 0.25.0: older ones could be stopped by a stranger's datagram.
RUST_MINIMUMS: Final = {
    "dimpl": (0, 9, 0),
    "is": (0, 12, 0),
    "sctp-proto": (0, 10, 8),
}
PYTHON_MINIMUMS: Final = {
    "h11": (0, 16, 0),  # CVE-2025-43859: a second request hidden in a chunk
    "protobuf": (6, 31, 1),  # CVE-2025-4565: nested messages that exhaust the stack
    "pyjwt": (2, 10, 1),  # CVE-2024-53861: a part of the issuer's name passed for the whole
    "starlette": (0, 49, 1),  # CVE-2025-62727: one Range header that keeps a core busy
}


def _locked(lock: str) -> dict[str, list[tuple[int, ...]]]:
    """Every locked version by name; a name can be locked more than once."""
    packages = tomllib.loads((ROOT / lock).read_text("utf-8"))["package"]
    versions: dict[str, list[tuple[int, ...]]] = {}
    for package in packages:
        numbers = package.get("version", "0").partition("+")[0].partition("-")[0].split(".")
        parsed = tuple(int(number) for number in numbers if number.isdigit())
        versions.setdefault(package["name"], []).append(parsed)
    return versions


def test_a_call_is_carried_by_exactly_the_engine_that_was_judged() -> None:
    assert _locked("Cargo.lock")["str0m"] == [(0, 25, 0)]


@pytest.mark.parametrize("name", RUST_MINIMUMS)
def test_no_stranger_can_stop_a_call_through_an_old_crate(name: str) -> None:
    assert min(_locked("Cargo.lock")[name]) >= RUST_MINIMUMS[name]


@pytest.mark.parametrize("name", PYTHON_MINIMUMS)
def test_no_stranger_gets_in_through_an_old_package(name: str) -> None:
    assert min(_locked("uv.lock")[name]) >= PYTHON_MINIMUMS[name]


@pytest.mark.parametrize("lock", ["uv.lock", "web/package-lock.json", "Cargo.lock"])
def test_everything_locked_comes_from_the_public_registries(lock: str) -> None:
    keys = ("registry = ", "url = ", "source = ", '"resolved": ')
    addresses = [
        rest.split('"')[1]
        for line in (ROOT / lock).read_text("utf-8").splitlines()
        for key in keys
        for _, found, rest in [line.partition(key)]
        if found and '"' in rest and "://" in rest
    ]
    assert [address for address in addresses if not address.startswith(PUBLIC_REGISTRIES)] == []
    assert addresses or lock == "web/package-lock.json"
