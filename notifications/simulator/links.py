"""What can a person see and press in this mail?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

from .shapes import Mail

# Pressing these is not a click on what the mail is about.
_LEAVING = re.compile(r"unsubscri|preferenc|opt.?out|abmeld|view in browser", re.IGNORECASE)
_BY_MAIL = re.compile(r"<(mailto:[^>]+)>", re.IGNORECASE)
_ONE_CLICK = re.compile(r"<(https?://[^>]+)>", re.IGNORECASE)


class Link(NamedTuple):
    url: str
    text: str

    @property
    def is_leaving(self) -> bool:
        return _LEAVING.search(self.text) is not None


def find_links(mail: Mail) -> list[Link]:
    """Every http link of the HTML part, in order, with the text a person reads on it."""
    return _look(mail.html)[0]


def find_images(mail: Mail) -> list[str]:
    """The address of every http image: what a mail program loads when the mail is opened."""
    return _look(mail.html)[1]


def find_unsubscribe(mail: Mail) -> tuple[str, bool]:
    """The http address of List-Unsubscribe, and whether one-click POST is offered (RFC 8058)."""
    found = _ONE_CLICK.search(mail.header("List-Unsubscribe"))
    is_one_click = "one-click" in mail.header("List-Unsubscribe-Post").lower()
    return (found[1] if found else ""), is_one_click


def find_mailbox(mail: Mail) -> str:
    """The mailto address of List-Unsubscribe, or an empty string."""
    found = _BY_MAIL.search(mail.header("List-Unsubscribe"))
    return found[1] if found else ""


def _look(html: str) -> tuple[list[Link], list[str]]:
    looker = _Looker()
    looker.feed(html)
    looker.close()
    return looker.links, looker.images


class _Looker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.images: list[str] = []
        self._url = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img" and _is_web(attributes.get("src")):
            self.images.append(attributes["src"] or "")
            self._text.append(attributes.get("alt") or "")
        elif tag == "a" and _is_web(attributes.get("href")):
            self._finish()
            self._url = attributes["href"] or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._url:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._finish()

    def _finish(self) -> None:
        if self._url:
            self.links.append(Link(self._url, " ".join("".join(self._text).split())))
        self._url, self._text = "", []


def _is_web(url: str | None) -> bool:
    return url is not None and url.strip().lower().startswith(("http://", "https://"))
