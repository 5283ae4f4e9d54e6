"""How is a number of a report found in the log again? By what people and machines did, and what the mail went to."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from tracking.figures.families import DEVICE_NAMES, MAILBOX_NAMES, MAILBOXES, device_expression, zones
from tracking.models import Conversion, Message, MessageEvent

#: Facts that no column of the mail holds, in the words of the log.
READER_FACTS = {
    "machine_opened": "Opened by a machine", "scanner_clicked": "Clicked by a scanner", "converted": "Converted",
}  # fmt: skip

Messages = QuerySet[Message]

# As `tracking.figures` reads it: what a person used goes before what a machine did.
_DEVICE = device_expression(
    "(SELECT e.detail ->> 'user_agent' FROM tracking_messageevent e WHERE e.message_id = tracking_message.id"
    " AND e.kind IN ('opened', 'clicked') AND coalesce(e.detail ->> 'user_agent', '') <> ''"
    " ORDER BY e.is_machine, e.occurred_at, e.id LIMIT 1)"
)


class ReaderFilter(filters.FilterSet):  # type: ignore[misc] # django-filter is not typed
    """What the reports tell mails apart by."""

    mailbox = filters.ChoiceFilter(
        method="in_mailbox", choices=[(key or "-", name) for key, name in MAILBOX_NAMES.items()],
        empty_label="Any mailbox", label="Mailbox provider",
    )  # fmt: skip
    device = filters.ChoiceFilter(
        method="on_device", choices=[(key or "-", name) for key, name in DEVICE_NAMES.items()],
        empty_label="Any device", label="Device",
    )  # fmt: skip
    country = filters.CharFilter(method="in_country", label="Country (DE)")
    locale = filters.CharFilter(method="with_locale", label="Language (de)")
    link = filters.NumberFilter(method="with_click", label="Link number", widget=forms.NumberInput(attrs={"min": "1"}))
    version = filters.UUIDFilter(field_name="template_version_id", label="Template version id")
    left_because = filters.CharFilter(method="with_reason", label="Reason to unsubscribe")
    currency = filters.CharFilter(method="with_currency", label="Paid in (EUR)")

    def in_mailbox(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails to addresses of one mailbox provider."""
        known = [domain for domains in MAILBOXES.values() for domain in domains]
        if value == "other":
            return rows.exclude(recipient_domain__in=[*known, ""])
        return rows.filter(recipient_domain__in=MAILBOXES.get(value, ("",)))

    def on_device(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails that were read on one."""
        family = "" if value == "-" else value
        return rows.extra(where=[f"{_DEVICE} = %s"], params=[family])  # noqa: S610 - our own expression, a bound value

    def in_country(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails to people whose time zone, or else whose language's region, is of a country."""
        names, countries = zones()
        code = "" if value == "-" else value.upper()
        there = [zone for zone, country in zip(names, countries, strict=True) if country == code]
        region = Q(contact__locale__iregex=f"[-_]{code}$") if code else ~Q(contact__locale__iregex="[-_][a-z]{2}$")
        return rows.filter(Q(contact__time_zone__in=there) | (~Q(contact__time_zone__in=names) & region))

    def with_locale(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails to people with this locale."""
        return rows.filter(contact__locale="" if value == "-" else value)

    def with_click(self, rows: Messages, name: str, value: Any) -> Messages:
        """Mails of which somebody clicked this link."""
        return rows.filter(_happened("clicked", is_machine=False, detail__link=int(value)))

    def with_reason(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails that people unsubscribed from, saying why; "-": not saying why."""
        left = rows.filter(unsubscribed_at__isnull=False)
        said = _happened("unsubscribed", detail__has_key="reason")
        return left.exclude(said) if value == "-" else left.filter(_happened("unsubscribed", detail__reason=value))

    def with_currency(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails that led to a purchase in this currency."""
        code = "" if value == "-" else value.upper()
        return rows.filter(Exists(Conversion.objects.filter(message=OuterRef("pk"), currency=code)))


def with_reader_fact(rows: Messages, fact: str) -> Messages:
    """Mails to which one of READER_FACTS happened."""
    if fact == "converted":
        return rows.filter(Exists(Conversion.objects.filter(message=OuterRef("pk"), refunds="")))
    kind = "opened" if fact == "machine_opened" else "clicked"
    return rows.filter(_happened(kind, is_machine=True))


def _happened(kind: str, **detail: Any) -> Exists:
    return Exists(MessageEvent.objects.filter(message=OuterRef("pk"), kind=kind, **detail))
