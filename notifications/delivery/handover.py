"""How is a call made? By the provider's own road, with every error turned into a verdict."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from config.vault import Unreadable
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.mail import Parcel
from notifications.delivery.outbox import Claimed
from notifications.delivery.providers import kind_of

logger = logging.getLogger("postrider.delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A stored call about to be made: the rows it carries, and since when (monotonic, database) they are leased."""

    parcel: Parcel
    rows: Mapping[UUID, Claimed]
    leased_at: float
    entered_at: datetime
    has_other: bool = False  # another account could take what this one does not
    is_probe: bool = False  # the account was left alone and is tried with this
    is_repeat: bool = False  # the same call again, with the provider's idempotency key

    @property
    def stream(self) -> str:
        return next(iter(self.rows.values())).stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: one verdict a member, in their order."""

    verdicts: Sequence[Verdict]
    started_at: datetime
    milliseconds: int


def hand_over(parcel: Parcel) -> tuple[list[Verdict], int]:
    """Call the provider; return one verdict a member, in their order, and the milliseconds it took. Never raises."""
    started = time.monotonic()
    try:
        verdicts = kind_of(parcel.provider).send(parcel)
    except (Unreadable, ImproperlyConfigured) as error:  # its key is sealed with a lost vault key, or its file is gone
        verdicts = [Verdict(kind=Kind.PROVIDER_WIDE, code="not_set_up", answer=str(error))] * len(parcel.members)
    except Exception as error:
        logger.exception("hand-over to %s failed by a bug", parcel.provider.key)
        verdicts = [Verdict(kind=Kind.BUG, code=type(error).__name__)] * len(parcel.members)
    return _one_each(verdicts, parcel), int((time.monotonic() - started) * 1000)


def _one_each(verdicts: Sequence[Verdict], parcel: Parcel) -> list[Verdict]:
    missing = len(parcel.members) - len(verdicts)
    return [*verdicts, *[Verdict(kind=Kind.AMBIGUOUS, code="no_verdict")] * missing]
