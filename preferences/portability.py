"""What do we know of a person? Everything, as a file for the person: ours, and what other apps hold."""

from __future__ import annotations

from typing import Any

from preferences.holdings import holdings
from preferences.merged import ids_of
from preferences.models import ConsentRecord, Contact


def collect_personal_data(contact: Contact) -> dict[str, Any]:
    """All that is stored about the contact, chapter by chapter; dates and times are left as they are."""
    ids = ids_of(contact.pk)  # also of contacts that were merged into this one
    chapters = {one.name: [row for pk in ids for row in one.export(pk)] for one in holdings() if one.export is not None}
    return {"person": _person(contact), **_wishes(contact), **chapters}


def _person(contact: Contact) -> dict[str, Any]:
    fields = (
        "id", "email", "first_name", "last_name", "phone", "attributes", "locale", "time_zone", "is_unconfirmed",
        "is_tracking_allowed", "paused_until", "quiet_from", "quiet_until", "most_a_week", "last_opened_at",
        "last_clicked_at", "last_engaged_at", "engagement_points", "engagement_at", "created_at", "erased_at",
    )  # fmt: skip
    return {name: getattr(contact, name) for name in fields}


def _wishes(contact: Contact) -> dict[str, Any]:
    choices = contact.choices.order_by("pk").values(
        "topic__key", "type_key", "channel", "frequency", "source", "updated_at"
    )
    consents = (
        ConsentRecord.objects.filter(contact_id__in=ids_of(contact.pk))
        .order_by("pk")
        .values(
            "topic__key", "action", "wording__key", "wording__version", "wording__text", "source", "ip", "occurred_at"
        )
    )
    suppressions = contact.suppressions.order_by("pk").values(
        "scope", "reason", "detail", "created_at", "lifted_at", "lift_note"
    )
    sign_ups = contact.sign_ups.order_by("pk").values(
        "form__key", "topics__key", "ip", "locale", "requested_at", "confirmed_at"
    )
    return {
        "choices": list(choices), "consents": list(consents), "suppressions": list(suppressions),
        "sign_ups": list(sign_ups),
    }  # fmt: skip
