"""Who gets the mail of a load test? Made-up people at one domain, made once and used again."""

from __future__ import annotations

import json

from django.db import connection

from config import clock, vault
from notifications.delivery.models import Outbox
from notifications.delivery.outbox import cancel
from preferences.models import Contact
from tracking.models import Event

_DOMAIN = "load.example"
_COLUMNS = "email, address, address_digest, first_name, last_name, attributes, locale, time_zone"


def ensure_people(number: int) -> list[int]:
    """The ids of so many contacts, in order; missing ones are made."""
    ours = Contact.objects.filter(address__endswith=f"@{_DOMAIN}").order_by("pk")
    known = ours.count()
    if known < number:
        _copy(range(known, number))
    return list(ours.values_list("pk", flat=True)[:number])


def address_of(number: int) -> str:
    """The address of person `number`."""
    return f"person{number}@{_DOMAIN}"


def forget_leftovers() -> None:
    """Withdraw what an earlier run left behind: it would go before what is to be timed."""
    at = clock.now()
    Event.objects.filter(routed_at=None, contact__address__endswith=f"@{_DOMAIN}").update(routed_at=at)
    left = Outbox.objects.filter(message__contact__address__endswith=f"@{_DOMAIN}")
    cancel(list(left.values_list("pk", flat=True)), at=at, reason="loadtest")


def _copy(numbers: range) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY preferences_contact ({_COLUMNS}) FROM STDIN") as copy:
            for number in numbers:
                address = address_of(number)
                attributes = {"city": "Oslo", "plan": "free" if number % 3 else "pro"}
                digest = vault.address_digest(address)
                name = f"Ann{number}"
                copy.write_row((address, address, digest, name, "Load", json.dumps(attributes), "en", "Europe/Oslo"))
        cursor.execute("ANALYZE preferences_contact")
