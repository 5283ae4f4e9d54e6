"""How does all that is stored about an erased person go away? In short transactions, again until nothing is left.

Whoever had the person's data in hand at that moment (an event just being raised, a mail under way, a webhook) may
write it down a little later, so everything is looked through once more before an erasure counts as finished.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from config import clock, vault
from preferences.holdings import Holding, Traces, holdings
from preferences.models import Erasure

logger = logging.getLogger("postrider.erasure")

#: Rows that one transaction takes.
BATCH = 2_000
#: Batches right after the commit: enough for nearly everybody, and nobody waits long for a page.
MOST_AT_ONCE = 3
#: Batches that one sweep takes of one person.
MOST_A_SWEEP = 200
#: While something is left, or somebody did not answer.
GO_ON = timedelta(seconds=5)


def erase_due() -> int:
    """Go on with the erasures that are due; return how many were finished. Two sweepers share them."""
    due = Erasure.objects.filter(due_at__lte=clock.now()).order_by("due_at").values_list("pk", flat=True)
    return sum(erase_stored(contact_id, most=MOST_A_SWEEP) for contact_id in list(due[:50]))


def erase_stored(contact_id: int, *, most: int = MOST_AT_ONCE) -> bool:
    """Erase what is stored about somebody who was erased, so many batches at most; whether all is gone for good."""
    at = clock.now()
    outcomes = [_erase_holding(contact_id, one, most=most) for one in holdings() if one.erase is not None]
    return _settle(contact_id, is_clean=all(outcomes), at=at)


def _erase_holding(contact_id: int, holding: Holding, *, most: int) -> bool:
    """Whether nothing of it is left; one that fails does not keep the others from going on."""
    erase_batch = _ask_elsewhere if holding.is_apart else _erase_batch
    try:
        for _ in range(most):
            number = erase_batch(contact_id, holding)
            if not number:
                return number is not None
    except Exception as error:  # noqa: BLE001 - whatever it is, the sweeper comes again
        logger.warning("contact %d: %s not erased yet (%s)", contact_id, holding.name, type(error).__name__)
    return False


@transaction.atomic
def _erase_batch(contact_id: int, holding: Holding) -> int | None:
    """One batch behind the erasure's own lock; None where somebody else is at it."""
    erasure = Erasure.objects.select_for_update(skip_locked=True).filter(pk=contact_id).first()
    if erasure is None or holding.erase is None:
        return None
    return holding.erase(_read_traces(erasure), BATCH)


def _ask_elsewhere(contact_id: int, holding: Holding) -> int | None:
    erasure = Erasure.objects.filter(pk=contact_id).first()
    return holding.erase(_read_traces(erasure), BATCH) if erasure and holding.erase else None


def _read_traces(erasure: Erasure) -> Traces:
    known = json.loads(vault.unseal(bytes(erasure.sealed_traces))) if erasure.sealed_traces else {}
    return Traces(
        contact_id=erasure.contact_id, addresses=tuple(known.get("addresses", ())), phone=known.get("phone", "")
    )


def _settle(contact_id: int, *, is_clean: bool, at: datetime) -> bool:
    """Finished is what was found clean when nobody could have the data in hand any more; else it is due again."""
    erasure = Erasure.objects.filter(pk=contact_id, finished_at=None).first()
    if erasure is None:
        return False
    last_look = erasure.requested_at + _time_in_hand()
    if is_clean and last_look <= at:
        erasure.finished_at, erasure.due_at, erasure.sealed_traces = at, None, None
    else:
        erasure.due_at = max(last_look, at) if is_clean else at + GO_ON
    erasure.save(update_fields=["finished_at", "due_at", "sealed_traces"])
    return erasure.finished_at is not None


def _time_in_hand() -> timedelta:
    """How long somebody may hold what they read before the erasure: a worker's lease, and a margin for the rest."""
    return timedelta(seconds=2 * settings.POSTRIDER_LEASE_SECONDS, minutes=5)
