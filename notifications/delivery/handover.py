"""How is a call made? By the provider's own road, with every error turned into a verdict."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.mail import Parcel
from notifications.delivery.providers import kind_of

logger = logging.getLogger("postrider.delivery")


def hand_over(parcel: Parcel) -> tuple[list[Verdict], int]:
    """Call the provider; return one verdict a member, in their order, and the milliseconds it took. Never raises."""
    started = time.monotonic()
    try:
        verdicts = kind_of(parcel.provider).send(parcel)
    except Exception as error:
        logger.exception("hand-over to %s failed by a bug", parcel.provider.key)
        verdicts = [Verdict(kind=Kind.BUG, code=type(error).__name__)] * len(parcel.members)
    return _one_each(verdicts, parcel), int((time.monotonic() - started) * 1000)


def _one_each(verdicts: Sequence[Verdict], parcel: Parcel) -> list[Verdict]:
    missing = len(parcel.members) - len(verdicts)
    return [*verdicts, *[Verdict(kind=Kind.AMBIGUOUS, code="no_verdict")] * missing]
