"""Which variant is a contact's? Decided by a stable hash: the same answer for ever, nothing to store, no order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_SCALE = 1 << 64


def assign(experiment: str, contact_id: int, *, shares: Mapping[str, float]) -> str:
    """The variant of a contact. `shares` are weights in a fixed order, such as {"a": 50, "b": 50}.

    Raises ValueError where there is no positive weight.
    """
    total = sum(shares.values())
    if total <= 0 or any(share < 0 for share in shares.values()):
        raise ValueError("the shares of the variants must be positive")
    place, passed = _place("variant", experiment, contact_id) * total, 0.0
    for variant, share in shares.items():
        passed += share
        if place < passed:
            return variant
    return [variant for variant, share in shares.items() if share][-1]  # the last sum may round down


def is_held_out(experiment: str, contact_id: int, *, share: float) -> bool:
    """Whether a contact gets nothing, so that it can be seen what the mail changed. Independent of the variants."""
    return _place("holdout", experiment, contact_id) < share


def _place(purpose: str, experiment: str, contact_id: int) -> float:
    """A number from 0 to 1, even over contacts; another for each purpose and experiment."""
    digest = hashlib.blake2b(f"{purpose}\0{experiment}\0{contact_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _SCALE
