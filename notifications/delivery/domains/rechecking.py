"""Are the domains still what they were? Each is looked up again every day, beside the sweeper's other work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from config import clock
from notifications.delivery.domains.checking import check_domain
from notifications.delivery.domains.in_use import read_uses
from notifications.delivery.domains.resolver import Resolver
from notifications.delivery.models import SenderDomain

EVERY = timedelta(days=1)


def recheck_domains() -> int:
    """The sweep: check what is due; return how many. DNS may take its time, so it runs apart from the others.

    Two sweepers may run it: a domain that both check at once is merely checked twice.
    """
    return recheck_due(at=clock.now())


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
