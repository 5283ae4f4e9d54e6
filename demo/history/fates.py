"""What became of a mail once a provider had it? Drawn by odds that differ by stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from config.queues import Stream
from tracking.models import MessageEvent

Kind = MessageEvent.Kind

BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_TABLET = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
_AGENTS = (_PHONE, BROWSER, _PHONE, _WINDOWS, _PHONE, _TABLET, _WINDOWS)  # what people read with
_PROXY = "Mozilla/5.0"  # what Apple's mail privacy proxy says of itself
#: Of those delivered, how many open; of those, how many click.
_OPENED: dict[str, float] = {Stream.MARKETING: 0.42, Stream.NOTIFICATION: 0.55, Stream.TRANSACTIONAL: 0.7}
_CLICKED: dict[str, float] = {Stream.MARKETING: 0.2, Stream.NOTIFICATION: 0.3, Stream.TRANSACTIONAL: 0.4}
_HARD, _SOFT, _SILENT = 0.004, 0.012, 0.02
_COMPLAINED, _LEFT = 0.001, 0.006
_PROXIED = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that became of a mail."""

    kind: Kind
    at: datetime
    is_own: bool = False  # seen by our own pixel, link or page, not told by a provider
    machine_reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def draw_fate(luck: Random, *, stream: str, sent_at: datetime, until: datetime) -> list[Happening]:
    """What happened to a mail, in order, up to the moment `until`."""
    return [one for one in _draw(luck, stream, sent_at) if one.at <= until]


def _draw(luck: Random, stream: str, sent_at: datetime) -> list[Happening]:
    arrived = sent_at + timedelta(seconds=luck.uniform(0.4, 9))
    fortune = luck.random()
    if fortune < _HARD:
        return [
            Happening(kind=Kind.BOUNCED, at=arrived, detail={"answer": "550 5.1.1 no such user", "reason": "bounced"})
        ]
    if fortune < _HARD + _SOFT:
        return [Happening(kind=Kind.SOFT_BOUNCED, at=arrived, detail={"answer": "452 4.2.2 mailbox full"})]
    if fortune < _HARD + _SOFT + _SILENT:
        return []
    told = [Happening(kind=Kind.DELIVERED, at=arrived, detail={"answer": "250 OK"})]
    if stream == Stream.CRITICAL:
        return told  # neither links nor opens are counted
    return told + _engage(luck, stream, arrived)


def _engage(luck: Random, stream: str, arrived: datetime) -> list[Happening]:
    told = []
    if luck.random() < _PROXIED:
        at = arrived + timedelta(seconds=luck.uniform(1, 20))
        told.append(_own(Kind.OPENED, at, _PROXY, machine_reason="privacy_proxy"))
    if luck.random() < _OPENED[stream]:
        opened = arrived + timedelta(minutes=luck.lognormvariate(4.2, 1.4))
        agent = _AGENTS[int(opened.timestamp()) % len(_AGENTS)]
        told.append(_own(Kind.OPENED, opened, agent))
        if luck.random() < _CLICKED[stream]:
            told.append(_own(Kind.CLICKED, opened + timedelta(seconds=luck.uniform(4, 90)), agent, link=1))
        elif stream == Stream.MARKETING and luck.random() < _LEFT:
            told.append(Happening(kind=Kind.UNSUBSCRIBED, at=opened + timedelta(seconds=30), is_own=True))
    if stream == Stream.MARKETING and luck.random() < _COMPLAINED:
        told.append(Happening(kind=Kind.COMPLAINED, at=arrived + timedelta(hours=luck.uniform(0.2, 9))))
    return told


def _own(kind: Kind, at: datetime, agent: str, *, machine_reason: str = "", **detail: Any) -> Happening:
    detail["user_agent"] = agent
    return Happening(kind=kind, at=at, is_own=True, machine_reason=machine_reason, detail=detail)
