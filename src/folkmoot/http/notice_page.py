"""The page about the browser's warning, as HTML: no script, no style inside."""

from html import escape
from typing import Final
from urllib.parse import urlsplit

from folkmoot.http.notice_words import Way, Words

GROUP: Final = 4
"""Digits that people compare at once: two of the pairs in which browsers write them."""

_DOTS: Final = ((13, 3.5), (20.5, 7.8), (20.5, 16.6), (13, 22), (5.5, 17.2), (5.5, 8.4))
_CIRCLES: Final = "".join(f'<circle cx="{x}" cy="{y}" r="2.5"/>' for x, y in _DOTS)
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26">'
    f'<g fill="#2e8b63">{_CIRCLES}</g></svg>'
)

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="stylesheet" href="/notice.css">
</head>
<body>
<header><svg viewBox="0 0 26 26" width="26" height="26" aria-hidden="true">{circles}</svg>
Folkmoot</header>
<main>
<h1>{heading}</h1>
<p class="lead">{why}</p>
<section aria-labelledby="check">
<h2 id="check">{check_heading}</h2>
<p>{check}</p>
<figure>
<figcaption>{fingerprint_label}</figcaption>
<p class="fingerprint">{fingerprint}</p>
</figure>
<p class="small">{check_limits}</p>
</section>
<section aria-labelledby="ways">
<h2 id="ways">{ways_heading}</h2>
<dl>
{ways}
</dl>
<a class="button" href="{url}">{go}</a>
<p class="hint"><b>{host}</b> {go_hint}</p>
</section>
<aside>
<p><b>{link_title}</b> {link_warning}</p>
</aside>
<section aria-labelledby="apple">
<h2 id="apple">{apple_heading}</h2>
<p>{apple}</p>
</section>
<p class="small">{avoid}</p>
</main>
</body>
</html>
"""


def render(words: Words, url: str, fingerprint: str) -> str:
    """Fill the page.

    Args:
        url: where the button leads.
        fingerprint: hexadecimal digits.
    """
    host = urlsplit(url).netloc
    name = urlsplit(url).hostname or host
    texts = {
        field: escape(getattr(words, field).format(host=name))
        for field in words.__dataclass_fields__
        if isinstance(getattr(words, field), str)
    }
    return _PAGE.format(
        **texts,
        circles=f"<g>{_CIRCLES}</g>",
        ways="\n".join(_render_way(way, name) for way in words.ways),
        fingerprint="\n".join(f"<span>{group}</span>" for group in in_groups(fingerprint)),
        url=escape(url),
        host=escape(host),
    )


def in_groups(fingerprint: str) -> list[str]:
    """A fingerprint as people compare it."""
    return [fingerprint[start : start + GROUP] for start in range(0, len(fingerprint), GROUP)]


def _render_way(way: Way, name: str) -> str:
    steps = [f"<span>{escape(step.format(host=name))}</span>" for step in way.steps]
    return f"<div><dt>{escape(way.browsers)}</dt><dd>{' <i>→</i> '.join(steps)}</dd></div>"
