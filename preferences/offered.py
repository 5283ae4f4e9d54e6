"""Which kinds of mail can a person choose among? Handed down by the catalogue, which lies above this app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from config.queues import Stream

_UNREFUSABLE = frozenset({Stream.CRITICAL.value, Stream.TRANSACTIONAL.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A notification type as people see it. `name`, `description` and `legal_basis` may be lazy translations."""

    key: str
    name: str
    description: str = ""
    topic_key: str = ""
    stream: str
    channels: tuple[str, ...] = ("email",)
    is_required: bool = False
    legal_basis: str = ""
    has_digest: bool = False
    channel_labels: Mapping[str, str] = field(default_factory=dict)  # of channels that plug-ins brought

    @property
    def is_always_on(self) -> bool:
        """Whether people cannot refuse it."""
        return self.is_required or self.stream in _UNREFUSABLE


_offered: tuple[Offered, ...] = ()


def register_offered(types: Iterable[Offered]) -> None:
    """Say which types there are now; those of the last call are forgotten."""
    global _offered
    _offered = tuple(types)


def offered_types() -> tuple[Offered, ...]:
    """Every type, in order of declaration."""
    return _offered


def find_offered(key: str) -> Offered | None:
    """The type of this key; None where it was retired."""
    return next((one for one in _offered if one.key == key), None)
