"""On which terms does a person want to be written to: when, how often, in which language, on which phone?

The only writer of these columns, each under the contact's lock: the gate reads most of them there.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db import transaction

from preferences.facts import lock_contact
from preferences.models import Contact
from preferences.phones import normalise_phone
from preferences.time_zones import is_zone

#: The largest number a week that means anything.
MOST_A_WEEK = 100


class BadTerm(ValueError):
    """A value that cannot be kept; the message says why."""


def set_quiet_hours(contact: Contact, start: time | None, end: time | None) -> None:
    """No news between these times of the person's day, or (both None) no quiet hours. Raises BadTerm."""
    if (start is None) != (end is None) or (start is not None and start == end):
        raise BadTerm("quiet hours need a beginning and a different end")
    _set(contact, quiet_from=start, quiet_until=end)


def set_most_a_week(contact: Contact, most: int | None) -> None:
    """At most so many pieces of news in seven days; None: any number. Raises BadTerm."""
    if most is not None and not 1 <= most <= MOST_A_WEEK:
        raise BadTerm(f"a number from 1 to {MOST_A_WEEK}, or none")
    _set(contact, most_a_week=most)


def set_language(contact: Contact, locale: str) -> None:
    """The language of pages and mail: one of LANGUAGES, or "" for none in particular. Raises BadTerm."""
    if locale and locale not in dict(settings.LANGUAGES):
        raise BadTerm("this language is not offered")
    _set(contact, locale=locale)


def set_time_zone(contact: Contact, name: str) -> None:
    """Where the person lives, as an IANA zone, or "" for the company's own. Raises BadTerm."""
    if name and not is_zone(name):
        raise BadTerm("there is no such time zone")
    _set(contact, time_zone=name)


def set_phone(contact: Contact, number: str) -> None:
    """Where text messages go, or "" for nowhere. Raises BadPhone."""
    _set(contact, phone=normalise_phone(number) if number.strip() else "")


@transaction.atomic
def _set(contact: Contact, **columns: Any) -> None:
    lock_contact(contact.pk)
    Contact.objects.filter(pk=contact.pk, erased_at=None).update(**columns)
