"""What should a person look at? The only writer of alerts; each is open until it is mended."""

from __future__ import annotations

import logging

from django.db import connection
from django.db.models.functions import Now

from notifications.delivery.models import Alert

logger = logging.getLogger("postrider.alerts")


def raise_alert(kind: str, subject: str, text: str) -> bool:
    """Open an alert, or count one more on the open one; return whether it is new.

    `text` says in plain words what is wrong and what to do; it holds no addresses of people.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_alert (kind, subject, text, count, raised_at, last_at)"
            " VALUES (%s, %s, %s, 1, now(), now())"
            " ON CONFLICT (kind, subject) WHERE cleared_at IS NULL"
            " DO UPDATE SET count = notifications_alert.count + 1, last_at = now(), text = excluded.text"
            " RETURNING count",
            [kind[:32], subject[:120], text[:500]],
        )
        is_new = bool(cursor.fetchone()[0] == 1)
    if is_new:
        logger.error("%s (%s): %s", kind, subject, text)
    return is_new


def clear_alert(kind: str, subject: str) -> bool:
    """Close an open alert; return whether there was one."""
    return bool(Alert.objects.filter(kind=kind, subject=subject, cleared_at=None).update(cleared_at=Now()))
