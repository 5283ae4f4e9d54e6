"""Which variant is a contact's? Decided by a stable hash: the same answer for ever, nothing to store, no order.

Here for one contact and, with the same answer, as SQL for a million: a test holds the two against each other.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

_SCALE = 1 << 32

#: SQL: the variant of `j.id`. Given the parameters of `variant_parameters`.
VARIANT = "(%s::text[])[1 + width_bucket(('x' || substr(md5(%s || ':' || j.id), 1, 8))::bit(32)::bigint, %s::bigint[])]"


def assign(experiment: str, contact_id: int, *, shares: Mapping[str, float]) -> str:
    """The variant of a contact. `shares` are weights in a fixed order, such as {"a": 50, "b": 50}.

    Raises ValueError where there is no positive weight.
    """
    names, ends = _ends(shares)
    return names[bisect_right(ends, _place("variant", experiment, contact_id))]


def variant_parameters(experiment: str, *, shares: Mapping[str, float]) -> tuple[list[str], str, list[int]]:
    """What VARIANT takes. Raises ValueError as `assign` does."""
    names, ends = _ends(shares)
    return names, f"variant:{experiment}", ends


def is_held_out(experiment: str, contact_id: int, *, share: float) -> bool:
    """Whether a contact gets nothing, so that it can be seen what the mail changed. Independent of the variants."""
    return _place("holdout", experiment, contact_id) < share * _SCALE


def _ends(shares: Mapping[str, float]) -> tuple[list[str], list[int]]:
    """The variants that have a share, and the places at which each but the last one ends."""
    total = sum(shares.values())
    if total <= 0 or any(share < 0 for share in shares.values()):
        raise ValueError("the shares of the variants must be positive")
    held = {variant: share for variant, share in shares.items() if share}
    return list(held), [int(_SCALE * passed / total) for passed in accumulate(held.values())][:-1]


def _place(purpose: str, experiment: str, contact_id: int) -> int:
    """A number below 2^32, even over contacts; another for each purpose and experiment. MD5, for PostgreSQL has it."""
    digest = hashlib.md5(f"{purpose}:{experiment}:{contact_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16)
