"""What does a template get to see? Plain dicts of one contact and one event; its brand comes with its version."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from config import vault
from config.arrays import int_array, read_json
from notifications.catalog.channels import EMAIL
from notifications.delivery.mail import has_web_version
from notifications.delivery.models.template_test import SOURCE as TEST
from notifications.delivery.outbox import Claimed
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Topic
from tracking.web_links import web_version_url

_SECONDS = 10

_FIELDS = (
    "id", "address", "email", "first_name", "last_name", "locale", "time_zone", "attributes", "is_tracking_allowed",
    "last_opened_at", "last_clicked_at", "phone",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    """What rendering needs of a contact that has an address."""

    id: int
    address: str
    email: str
    first_name: str
    last_name: str
    locale: str
    time_zone: str
    attributes: dict[str, Any]
    is_tracking_allowed: bool
    last_opened_at: datetime | None = None
    last_clicked_at: datetime | None = None
    phone: str = ""

    @property
    def contact_id(self) -> int:
        """As channels ask for it."""
        return self.id

    @property
    def name(self) -> str:
        """The display name, without anything that could open another header."""
        whole = f"{self.first_name} {self.last_name}"
        if whole.isprintable():
            return " ".join(whole.split())
        return " ".join("".join(one if one.isprintable() else " " for one in whole).split())


def load_people(contact_ids: Iterable[int]) -> dict[int, Person]:
    """People by contact id, in one query; the erased are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_FIELDS)} FROM preferences_contact"
            " WHERE id = ANY(%s::bigint[]) AND address IS NOT NULL",
            [int_array(set(contact_ids))],
        )
        rows = cursor.fetchall()
    return {row[0]: _person(row) for row in rows}


def _person(row: Sequence[Any]) -> Person:
    person = Person(*row)
    person.attributes = read_json(person.attributes)
    return person


def describe(person: Person) -> dict[str, Any]:
    """What a template sees of the contact."""
    return {
        **person.attributes, "email": person.email, "first_name": person.first_name, "last_name": person.last_name,
        "locale": person.locale, "time_zone": person.time_zone,
    }  # fmt: skip


def variables_for(row: Claimed, person: Person) -> tuple[dict[str, Any], str]:
    """The template's variables for one mail, and its unsubscribe address."""
    leave = Leave(contact_id=person.id, topic_id=_topic_id(row.topic_key), message_id=row.message_id)
    unsubscribe = unsubscribe_url(leave)
    secrets = json.loads(vault.unseal(row.secrets)) if row.secrets else {}
    variables = {
        "contact": describe(person), "payload": {**row.payload, **secrets}, "unsubscribe_url": unsubscribe,
        "preferences_url": preferences_url(person.id), "web_version_url": _web_version_url(row),
        "message_id": str(row.message_id),
    }  # fmt: skip
    return ({**variables, **_as_tested(row)}, "") if row.source.startswith(TEST) else (variables, unsubscribe)


def _as_tested(row: Claimed) -> dict[str, Any]:
    """A test is read as whoever staff chose, and nobody's choices hang on it."""
    page = harmless_url()
    return {
        "contact": row.payload.get("contact", {}), "payload": row.payload.get("payload", {}),
        "unsubscribe_url": page, "preferences_url": page, "web_version_url": "",
    }  # fmt: skip


def harmless_url() -> str:
    """Where the ways out of a test mail lead: a page that says that it was one."""
    return f"{settings.POSTRIDER_PUBLIC_URL}/i/test"


def _web_version_url(row: Claimed) -> str:
    """Where the mail can be read in a browser; "" for what must not be read by others."""
    is_public = row.channel == EMAIL and has_web_version(row.stream, is_required=row.is_required)
    return web_version_url(row.message_id) if is_public else ""


def _topic_id(topic_key: str) -> int:
    """The id of a topic, remembered for some seconds, or 0 for none."""
    return _known_topic_id(topic_key, int(time.monotonic() / _SECONDS)) if topic_key else 0


@lru_cache(maxsize=256)
def _known_topic_id(topic_key: str, _moment: int) -> int:
    return Topic.objects.filter(key=topic_key).values_list("pk", flat=True).first() or 0
