"""How do rows get ids that sort by time? UUID version 7 (RFC 9562), made in Python."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_VERSION_AND_VARIANT_MASK = ~((0xF << 76) | (0x3 << 62))
_VERSION_7_AND_VARIANT = (0x7 << 76) | (0x2 << 62)


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, then random bits."""
    return uuid7()


def derived_id(at: datetime | None, key: bytes) -> UUID:
    """The UUIDv7-shaped id that `at` (milliseconds) and `key` always give.

    Deduplicates by primary key: the same fact reported twice gets the same id, also in a table that is
    partitioned on that id. Without a time the id falls into 1970, which is the default partition.
    """
    milliseconds = int(at.timestamp() * 1000) if at else 0
    tail = int.from_bytes(hashlib.blake2b(key, digest_size=10).digest(), "big")
    number = (milliseconds & ((1 << 48) - 1)) << 80 | tail
    return UUID(int=number & _VERSION_AND_VARIANT_MASK | _VERSION_7_AND_VARIANT)


def id_floor(at: datetime) -> UUID:
    """The smallest UUIDv7 of the millisecond `at`: the bound for ranges and partitions."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | _VERSION_7_AND_VARIANT)


#: Ids of rows without a time (see `derived_id`) are smaller than this.
TIMELESS = id_floor(datetime(1971, 1, 1, tzinfo=UTC))
