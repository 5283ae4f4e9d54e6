"""How do tests make campaigns? Approved ones, as approving leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from campaigns.models import Campaign
from campaigns.planning.contents import pin
from campaigns.variants.plan import LETTERS, Variant, write_variants
from config import clock
from preferences.models import Contact, ContactList, ListMember, Topic
from tests.types import publish_template

EVERYBODY = {"everybody": True}


def make_list(contacts: Iterable[Contact], name: str = "Spring") -> ContactList:
    """A list with these people on it."""
    made = ContactList.objects.create(name=name)
    ListMember.objects.bulk_create(ListMember(list=made, contact=one) for one in contacts)
    return made


def news_topic(**fields: Any) -> Topic:
    """The topic that campaigns of tests are about."""
    return Topic.objects.get_or_create(key="news", defaults={"name": "News", **fields})[0]


def make_draft(**fields: Any) -> Campaign:
    """A complete draft."""
    version = publish_template("spring", subject="Spring, {{ contact.first_name }}")
    given = {"name": "Spring sale", "topic": news_topic(), "template": version.template, "audience": EVERYBODY}
    return Campaign.objects.create(**{**given, **fields})


def subjects(*written: str) -> list[dict[str, Any]]:
    """Variants that differ in their subjects; "" is the template's."""
    return write_variants([Variant(key=key, subjects={"": one}) for key, one in zip(LETTERS, written, strict=False)])


def make_campaign(**fields: Any) -> Campaign:
    """An approved campaign that is due now."""
    draft = make_draft(**fields)
    versions, variant_versions = pin(draft) if draft.template else ({}, {})
    Campaign.objects.filter(pk=draft.pk).update(
        versions=versions,
        variant_versions=variant_versions,
        state=fields.get("state", "scheduled"),
        starts_at=fields.get("starts_at") or clock.now(),
    )
    draft.refresh_from_db()
    return draft
