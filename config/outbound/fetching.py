"""What is at this address? Every hop is checked anew, resolved once, and connected to by what was checked."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin

from config.outbound.addresses import is_public
from config.outbound.connecting import Dial, connect, dial
from config.outbound.policy import Policy, policy_from_settings
from config.outbound.reading import Reply, read_reply, write_request
from config.outbound.refusals import Refusal, Refused
from config.outbound.resolving import Resolver, resolve, resolve_within
from config.outbound.targets import Target, read_target

REDIRECTS = frozenset((301, 302, 303, 307, 308))
THREADS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered. `url` is where the redirects ended; `hops` are all addresses up to it."""

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # empty where it was not wanted
    hops: tuple[str, ...]
    seconds: float


def fetch(
    url: str,
    *,
    policy: Policy | None = None,
    wants_body: bool = False,
    resolver: Resolver = resolve,
    dial: Dial = dial,
    tls: ssl.SSLContext | None = None,
) -> Answer | Refusal:
    """GET an address that nobody vouches for. Never raises: what cannot or must not be fetched is a Refusal."""
    policy = policy or policy_from_settings()
    started = monotonic()

    def remaining() -> float:
        left = started + policy.seconds - monotonic()
        if left <= 0:
            raise Refused("too_slow", f"It takes longer than {policy.seconds:g} seconds.")
        return left

    def get(target: Target) -> Reply:
        addresses = _addresses(target, resolver, remaining())
        with connect(target, addresses, dial=dial, remaining=remaining, tls=tls) as connection:
            connection.settimeout(remaining())
            connection.sendall(write_request(target, policy))
            return read_reply(connection, policy, remaining=remaining, wants_body=wants_body)

    hops = [url]
    try:
        reply = _follow(hops, policy, get)
    except Refused as refused:
        return Refusal(url=hops[-1], code=refused.code, reason=refused.reason)
    except TimeoutError:
        return Refusal(url=hops[-1], code="too_slow", reason=f"It takes longer than {policy.seconds:g} seconds.")
    except OSError:
        return Refusal(url=hops[-1], code="no_connection", reason="The connection broke.")
    return Answer(
        url=hops[-1], status=reply.status, headers=reply.headers, body=bytes(reply.body) if wants_body else b"",
        hops=tuple(hops), seconds=monotonic() - started,
    )  # fmt: skip


def fetch_all(urls: Iterable[str], fetch_one: Callable[[str], Answer | Refusal] = fetch) -> dict[str, Answer | Refusal]:
    """Several addresses side by side, each once; as slow as the slowest round of THREADS."""
    asked = list(dict.fromkeys(urls))
    if not asked:
        return {}
    with ThreadPoolExecutor(max_workers=min(THREADS, len(asked)), thread_name_prefix="fetch") as pool:
        return dict(zip(asked, pool.map(fetch_one, asked), strict=True))


def _follow(hops: list[str], policy: Policy, get: Callable[[Target], Reply]) -> Reply:
    """The last answer; `hops` grows by each redirect. Raises Refused and OSError."""
    while True:
        reply = get(read_target(hops[-1], policy))
        location = reply.headers.get("location")
        if reply.status not in REDIRECTS or not location:
            return reply
        if len(hops) > policy.most_redirects:
            raise Refused("redirects", f"It redirects more than {policy.most_redirects} times.")
        hops.append(_joined(hops[-1], location))


def _joined(url: str, location: str) -> str:
    """Headers are Latin-1 on the wire; many servers write UTF-8 into them."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, location).partition("#")[0]
    except ValueError:
        raise Refused("malformed", "It redirects to no address.") from None


def _addresses(target: Target, resolver: Resolver, seconds: float) -> Sequence[str]:
    """All addresses of the host, all of them public. Raises Refused."""
    found = resolve_within(resolver, target.host, target.port, seconds=seconds)
    if not target.is_own and not all(is_public(address) for address in found):
        raise Refused("not_public", f"“{target.host}” is not on the public internet.")
    return found
