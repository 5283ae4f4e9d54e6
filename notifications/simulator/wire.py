"""How does the simulator call others over HTTP: webhooks, and a person's mail program?

A small HTTP/1.1 client with kept connections: on one core it makes several times the
calls a second of the general-purpose asynchronous clients, and webhooks come in storms.
Redirects, cookies and proxies are none of its business.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

import httptools

from .shapes import Headers
from .wording import basic_header

Origin = tuple[str, str, int]  # scheme, host, port
MOST_IDLE = 64  # kept connections for each origin
LARGEST_BODY = 8 * 1024 * 1024


class CallFailed(Exception):
    """No answer came; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    headers: dict[str, str]  # lower-case names
    body: bytes


class Wire:
    def __init__(self) -> None:
        self._idle: dict[Origin, list[_Line]] = defaultdict(list)

    async def call(
        self, method: str, url: str, *, headers: Headers = (), body: bytes = b"", timeout: float = 10
    ) -> Answered:
        """One request and its answer; raises CallFailed."""
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(timeout):
                return await self._call(method, parts, headers, body)
        except (OSError, TimeoutError, EOFError, ValueError, httptools.HttpParserError) as error:
            raise CallFailed(f"{type(error).__name__}: {error}".strip(": ")) from error

    async def _call(self, method: str, parts: SplitResult, headers: Headers, body: bytes) -> Answered:
        origin = _origin(parts)
        head = _head(method, parts, headers, body)
        while self._idle[origin]:
            line = self._idle[origin].pop()
            try:
                return await self._exchange(line, origin, head, body)
            except (ConnectionError, EOFError):
                line.close()
                if line.has_answered:
                    raise
                # The other side had closed an idle connection: that call never began.
        line = await _Line.open(origin)
        return await self._exchange(line, origin, head, body)

    async def _exchange(self, line: _Line, origin: Origin, head: bytes, body: bytes) -> Answered:
        try:
            answered = await line.exchange(head, body)
        except BaseException:
            line.close()
            raise
        if line.may_stay and len(self._idle[origin]) < MOST_IDLE:
            self._idle[origin].append(line)
        else:
            line.close()
        return answered

    def close(self) -> None:
        for lines in self._idle.values():
            for line in lines:
                line.close()
        self._idle.clear()


def _origin(parts: SplitResult) -> Origin:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http address")
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _head(method: str, parts: SplitResult, headers: Headers, body: bytes) -> bytes:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    host = parts.netloc.rpartition("@")[2]
    lines = [f"{method} {path}{query} HTTP/1.1", f"host: {host}"]
    if not any(name == "user-agent" for name, _ in headers):
        headers = (("user-agent", "provider-simulator"), *headers)
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = (*basic_header(login), *headers)
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method != "GET":
        lines.append(f"content-length: {len(body)}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("line break in a header")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


class _Line:
    """One connection, used for one exchange at a time; it is its own parser's listener."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, origin: Origin) -> _Line:
        scheme, host, port = origin
        secure = ssl.create_default_context() if scheme == "https" else None
        return cls(*await asyncio.open_connection(host, port, ssl=secure))

    async def exchange(self, head: bytes, body: bytes) -> Answered:
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._is_complete = self.has_answered = False
        parser = httptools.HttpResponseParser(self)
        self._writer.write(head + body)
        await self._writer.drain()
        while not self._is_complete:
            received = await self._reader.read(65536)
            if not received:
                raise EOFError("connection closed before the answer was complete")
            self.has_answered = True
            parser.feed_data(received)
        self.may_stay = parser.should_keep_alive()
        return Answered(status=parser.get_status_code(), headers=self._headers, body=bytes(self._body))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > LARGEST_BODY:
            raise ValueError("answer too large")

    def on_message_complete(self) -> None:
        self._is_complete = True

    def close(self) -> None:
        self._writer.close()
