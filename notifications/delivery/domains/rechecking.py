"""Are the domains still what they were? Each is looked up again every day, beside the sweeper's other work."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Q

from config import clock
from notifications.delivery.domains.checking import check_domain
from notifications.delivery.domains.in_use import read_uses
from notifications.delivery.domains.resolver import Resolver
from notifications.delivery.models import SenderDomain

logger = logging.getLogger("postrider.domains")

EVERY = timedelta(days=1)

_one_at_a_time = threading.Lock()


def recheck_domains() -> bool:
    """The sweep: check what is due in a thread of its own, since DNS may take its time; return whether it began.

    Not exclusive: a domain that two sweepers check at once is merely checked twice.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return False
    threading.Thread(target=_recheck_apart, name="recheck domains", daemon=True).start()
    return True


def recheck_due(*, at: datetime, resolver: Resolver | None = None) -> int:
    """Check every domain whose last check is a day old, and domains of real accounts that have none; return how many.

    An installation that only simulates asks DNS nothing by itself.
    """
    real = [domain for domain, use in read_uses().items() if use.accounts]
    SenderDomain.objects.bulk_create([SenderDomain(domain=domain) for domain in real], ignore_conflicts=True)
    watched = Q(checked_at__lte=at - EVERY) | Q(checked_at=None, domain__in=real)
    due = list(SenderDomain.objects.filter(watched))
    for row in due:
        check_domain(row, at=at, resolver=resolver)
    return len(due)


def _recheck_apart() -> None:
    try:
        recheck_due(at=clock.now())
    except DatabaseError as error:
        logger.warning("domains were not checked: the database does not answer (%s)", type(error).__name__)
    except Exception:
        logger.exception("domains were not checked")
    finally:
        connection.close()
        _one_at_a_time.release()
