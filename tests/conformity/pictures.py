"""How does a document look in Chromium, and how much of two pictures differs?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route, sync_playwright

#: A difference of one channel, of 255, that counts: smoothing of letters stays below.
THRESHOLD = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    text: str  # as somebody reads it, lines stripped
    picture: bytes


@contextmanager
def open_browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def look(browser: Browser, html: str, *, width: int) -> Seen:
    """The document at a width in pixels, at its full height."""
    page = browser.new_page(viewport={"width": width, "height": 400})
    try:
        page.route("**/*", _answer)
        page.set_content(html, wait_until="load")
        return Seen(text=_text(page), picture=page.screenshot(full_page=True))
    finally:
        page.close()


def share_that_differs(first: bytes, second: bytes) -> float:
    """0 for equal pictures, 1 for pictures with nothing in common; where one is larger, that counts as different."""
    one, other = (Image.open(BytesIO(raw)).convert("RGB") for raw in (first, second))
    size = (max(one.width, other.width), max(one.height, other.height))
    bands = ImageChops.difference(_on(one, size, "black"), _on(other, size, "white")).split()
    differing = bands[0].point(_counts)
    for band in bands[1:]:
        differing = ImageChops.lighter(differing, band.point(_counts))
    return differing.histogram()[255] / (size[0] * size[1])


def _counts(level: int) -> int:
    return 255 if level > THRESHOLD else 0


def _on(image: Image.Image, size: tuple[int, int], ground: str) -> Image.Image:
    canvas = Image.new("RGB", size, ground)
    canvas.paste(image, (0, 0))
    return canvas


def _text(page: Page) -> str:
    lines = str(page.evaluate("document.body.innerText")).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _answer(route: Route) -> None:
    """Pictures are made here; fonts and all else are refused."""
    url = route.request.url
    if url.startswith("https://images.example/"):
        size = (600, 300) if "wide" in url else (120, 120)
        drawn = BytesIO()
        Image.linear_gradient("L").resize(size).convert("RGB").save(drawn, "PNG")
        route.fulfill(body=drawn.getvalue(), content_type="image/png")
    else:
        route.abort()
