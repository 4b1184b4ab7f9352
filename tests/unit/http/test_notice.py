"""The page before the browser's warning tells the truth, in people's language, and no secret."""

import re
from typing import Any

import httpx
import pytest

from folkmoot.http.notice import Notice, build_notice_app, choose_words
from folkmoot.http.notice_words import LANGUAGES

FINGERPRINT = "0123456789ABCDEF" * 4
NAMES = ("192.168.1.5", "fd00::5", "desk.local", "localhost")


async def ask(path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
    app: Any = build_notice_app(Notice(lambda: FINGERPRINT, NAMES, 7880))
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://192.168.1.5") as client:
        return await client.request(method, path, headers=asked)


async def test_it_shows_the_number_as_the_terminal_does() -> None:
    page = (await ask()).text
    groups = re.findall(r"<span>([0-9A-F]{4})</span>", page)
    assert "".join(groups) == FINGERPRINT


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("desk.local:7881", "https://desk.local:7880/"),
        ("DESK.local", "https://desk.local:7880/"),
        ("[fd00::5]:7881", "https://[fd00::5]:7880/"),
        ("localhost:7881", "https://localhost:7880/"),
        ("evil.example", "https://192.168.1.5:7880/"),
        ("[", "https://192.168.1.5:7880/"),
        ('x"><script>', "https://192.168.1.5:7880/"),
    ],
)
async def test_the_button_leads_to_the_name_that_people_came_by_and_nowhere_else(
    host: str, target: str
) -> None:
    page = (await ask(host=host)).text
    assert re.findall(r'<a class="button" href="([^"]*)"', page) == [target]
    assert "script" not in page
    assert "evil" not in page


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5,en;q=0.4", "de"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=0", "en"),
        ("de;q=x,en;q=0.1", "en"),
        ("de;q=\u0661", "en"),
    ],
)
def test_it_speaks_the_language_that_the_browser_asks_for(accepted: str, language: str) -> None:
    assert choose_words(accepted).language == language


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_it_says_that_it_may_itself_be_false_and_that_links_begin_with_https(
    language: str,
) -> None:
    answer = await ask(accept_language=language)
    words = LANGUAGES[language]
    assert f'<html lang="{language}">' in answer.text
    for said in (words.check_limits, words.link_title, words.link_warning, words.apple):
        assert said in answer.text
    assert "https" in words.link_warning
    assert "{" not in answer.text
    assert answer.headers["vary"] == "accept-language"


@pytest.mark.parametrize("path", ["/", "/notice.css", "/icon.svg", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_it_runs_nothing_asks_nobody_and_is_not_kept(path: str, method: str) -> None:
    answer = await ask(path, method)
    assert answer.status_code == (404 if path == "/nothing" else 405 if method == "POST" else 200)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_its_markup_has_no_style_and_no_script_inside() -> None:
    page = (await ask()).text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.parametrize("path", ["/rtc", "/assets/x.js", "/readyz", "/api/server", "/favicon.ico"])
async def test_nothing_else_is_served_in_clear(path: str) -> None:
    answer = await ask(path)
    assert (answer.status_code, answer.content) == (404, b"")
