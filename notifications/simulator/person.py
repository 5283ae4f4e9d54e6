"""What does a person's mail program do, when they open, click, or unsubscribe?

It makes the same HTTP calls, to the addresses in the mail. Only to hosts that are
this machine or were named at start: a mail may link to anywhere, and a simulator that
follows it would talk to strangers.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from .links import find_images, find_links, find_unsubscribe
from .shapes import Headers, Mail
from .wire import Wire

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_BROWSER: Headers = (
    ("user-agent", _AGENT),
    ("accept", "text/html,application/xhtml+xml,image/*;q=0.9,*/*;q=0.8"),
    ("accept-language", "en;q=0.9"),
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_REDIRECTS = 5


class NothingToDo(Exception):
    """The mail offers no such thing, or only on hosts that are not to be called."""


class Person:
    def __init__(self, wire: Wire, hosts: Collection[str] = ()) -> None:
        self._wire = wire
        self._hosts = LOOPBACK | frozenset(hosts)

    @property
    def wire(self) -> Wire:
        """How this person reaches the world."""
        return self._wire

    def may_call(self, url: str) -> bool:
        return urlsplit(url).hostname in self._hosts

    async def open(self, mail: Mail) -> list[str]:
        """Load the images of the mail, the tracking pixel among them."""
        images = [url for url in find_images(mail) if self.may_call(url)]
        if not images:
            raise NothingToDo("no image on a host that may be called")
        for url in images:
            await self._wire.call("GET", url, headers=_BROWSER)
        return images

    async def click(self, mail: Mail, link: int | None = None) -> str:
        """Follow the link of that index, by default the first that is not for leaving."""
        url = self._choose(mail, link)
        if not self.may_call(url):
            raise NothingToDo(f"the host of {url} is not to be called")
        await self._follow(url)
        return url

    def _choose(self, mail: Mail, link: int | None) -> str:
        links = find_links(mail)
        if link is not None:
            if not 0 <= link < len(links):
                raise NothingToDo(f"the mail has {len(links)} links, counted from 0")
            return links[link].url
        for one in links:
            if not one.is_leaving and self.may_call(one.url):
                return one.url
        raise NothingToDo("no link to a host that may be called")

    async def _follow(self, url: str) -> None:
        for _ in range(MOST_REDIRECTS):
            answered = await self._wire.call("GET", url, headers=_BROWSER)
            target = answered.headers.get("location")
            if not 300 <= answered.status < 400 or not target:
                return
            url = urljoin(url, target)
            if not self.may_call(url):
                return

    async def unsubscribe(self, mail: Mail) -> str:
        """Press the mail program's unsubscribe button: RFC 8058's one-click POST."""
        url, is_one_click = find_unsubscribe(mail)
        if not url or not is_one_click:
            raise NothingToDo("the mail offers no one-click unsubscribe")
        if not self.may_call(url):
            raise NothingToDo(f"the host of {url} is not to be called")
        form = (("content-type", "application/x-www-form-urlencoded"),)
        await self._wire.call("POST", url, headers=form, body=b"List-Unsubscribe=One-Click")
        return url
