"""Do dead letters pile up, so that somebody should look?"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from config import clock
from notifications.delivery.alerts import clear_alert, raise_alert
from notifications.delivery.models import Alert, DeadLetter

ALERT = "dead_letters"
#: So many of one cause within an hour are a pile. Mailboxes that do not exist are everyday news in large mailings.
PILE = 20
PILES: dict[str, int] = {"permanent_recipient": 500}
WINDOW = timedelta(hours=1)
#: The alert stays until fewer than that, of this age, are left to be looked at.
KEPT_OPEN = timedelta(hours=24)


def check_pile() -> int:
    """Raise an alert for each cause that piles up, clear those that were worked off; return the number of piles."""
    at = clock.now()
    open_alerts = dict(Alert.objects.filter(kind=ALERT, cleared_at=None).values_list("subject", "last_at"))
    counts = _counts(at=at)
    for cause, (recent, left, newest) in counts.items():
        if recent >= _pile(cause) and newest > open_alerts.get(cause, at - WINDOW):
            raise_alert(ALERT, cause, _text(recent, cause))
        elif left < _pile(cause) and cause in open_alerts:
            clear_alert(ALERT, cause)
    for cause in open_alerts.keys() - counts.keys():
        clear_alert(ALERT, cause)
    return sum(recent >= _pile(cause) for cause, (recent, _, _) in counts.items())


def _counts(*, at: datetime) -> dict[str, tuple[int, int, datetime]]:
    """By cause: those of the last hour, those still open of the last day, and when the newest died."""
    young = DeadLetter.objects.filter(discarded_at=None, died_at__gt=at - KEPT_OPEN).order_by()
    rows = young.values("cause").annotate(
        recent=Count("pk", filter=Q(died_at__gt=at - WINDOW)), left=Count("pk"), newest=Max("died_at")
    )
    return {row["cause"]: (row["recent"], row["left"], row["newest"]) for row in rows}


def _pile(cause: str) -> int:
    return PILES.get(cause, PILE)


def _text(number: int, cause: str) -> str:
    return (
        f"{number} mails became dead letters within an hour, all with the cause “{cause}”. Open Delivery, Dead letters,"
        " mend the cause, then replay or discard them."
    )
