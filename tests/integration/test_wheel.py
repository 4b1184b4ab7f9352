"""Somebody with Python alone installs one file and has a whole server."""

import json
import os
import re
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator

import pytest

from tests.fakes.web import fetch
from tests.integration.wheel import ROOT, Installed, built_wheel, install

PACKAGE = ROOT / "src/folkmoot"

CONFIG = "e2e/playwright.config.ts"
STORY_S = 170
"""How long two browsers may take for their story, start and end included."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(built_wheel(), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def address(installed: Installed) -> Iterator[str]:
    with installed.serving() as base:
        yield base


def names_in_wheel() -> set[str]:
    with zipfile.ZipFile(built_wheel()) as wheel:
        return set(wheel.namelist())


def test_the_wheel_fits_every_python_that_we_promise() -> None:
    assert re.search(r"-cp311-abi3-\w+\.whl$", built_wheel().name)


def test_the_wheel_holds_this_source_and_not_an_older_one() -> None:
    with zipfile.ZipFile(built_wheel()) as wheel:
        for file in PACKAGE.rglob("*.py"):
            inside = f"folkmoot/{file.relative_to(PACKAGE).as_posix()}"
            assert wheel.read(inside) == file.read_bytes(), f"{inside}; run: make wheel"


def test_the_wheel_holds_the_client_that_was_built_whole_and_small() -> None:
    dist = ROOT / "web/dist"
    built = {
        f"folkmoot/web/{file.relative_to(dist).as_posix()}"
        for file in dist.rglob("*")
        if file.is_file() and ".vite" not in file.parts
    }
    packed = {name for name in names_in_wheel() if name.startswith("folkmoot/web/")}
    assert packed == built
    scripts = {name for name in packed if name.endswith(".js")}
    assert scripts
    assert any(f"{name}.br" in packed and f"{name}.gz" in packed for name in scripts)


def test_the_wheel_brings_the_licences_of_what_is_in_it() -> None:
    names = names_in_wheel()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    with zipfile.ZipFile(built_wheel()) as wheel:
        text = wheel.read("folkmoot/web/licences.md").decode()
        (bill,) = (name for name in names if name.endswith(".cyclonedx.json"))
        crates = {part["name"] for part in json.loads(wheel.read(bill))["components"]}
    assert "svelte" in text
    assert "livekit-client" in text
    assert "str0m" in crates


def test_neither_rust_nor_node_nor_the_repository_is_within_reach(installed: Installed) -> None:
    path = installed.environment["PATH"]
    assert not [name for name in ("cargo", "rustc", "node", "npm") if shutil.which(name, path=path)]
    assert shutil.which("folkmoot", path=path)


def test_the_commands_answer(installed: Installed) -> None:
    assert "--lan" in installed.run("serve", "--help")
    assert "migrate" in installed.run("--help")
    assert installed.run("version").strip() == "0.1.0"


def test_the_page_and_all_that_it_asks_for_arrive(address: str) -> None:
    page = fetch(address + "/")
    assert page.status == 200
    wanted = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.body)
    assert any(path.endswith(".js") for path in wanted)
    assert any(path.endswith(".css") for path in wanted)
    for path in wanted:
        answer = fetch(address + path)
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
    assert json.loads(fetch(address + "/readyz").body) == {"ready": True}


def test_scripts_arrive_compressed(address: str) -> None:
    (script,) = re.findall(r'src="(/assets/[^"]+\.js)"', fetch(address + "/").body)
    request = urllib.request.Request(address + script, headers={"Accept-Encoding": "gzip, br"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert len(answer.read()) < len(fetch(address + script).body) / 2


def test_the_data_stays_in_the_folder_where_it_was_started(
    address: str, installed: Installed
) -> None:
    assert (installed.folder / "data/folkmoot.db").is_file()
    kept = {path.name for path in (installed.folder / "data/keys").iterdir()}
    assert kept >= {"engine.key", "engine.secret"}


@pytest.mark.timeout(STORY_S + 60)
def test_two_people_meet_on_it_in_real_browsers(address: str) -> None:
    """The browsers are driven with Node from outside; the server has none within reach."""
    told = {"FOLKMOOT_E2E_URL": address, "FORCE_COLOR": "0"}
    ran = subprocess.run(
        ["npx", "--no-install", "playwright", "test", "-c", CONFIG, "two_people_meet"],
        cwd=ROOT / "web",
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=STORY_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    assert "1 passed" in ran.stdout
