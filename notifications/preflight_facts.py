"""What must a preflight know beside the template? Types, brand, contacts' fields and languages, senders' domains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from pydantic import BaseModel, create_model

from config.queues import Stream
from notifications.catalog import NotificationType, all_types
from notifications.compose.brands.values import Values
from notifications.compose.models import TemplateVersion
from notifications.compose.preflight.inspection import Facts, Kind, Sender
from notifications.delivery.domains.permission import REASONS, may_send_marketing
from notifications.delivery.models import PoolMember
from notifications.delivery.senders import identity_of

Found = TypeVar("Found")

#: The newest contacts stand for all: looking at a million for a hint would take too long.
CONTACTS_LOOKED_AT = 5_000

_FIELDS = (
    "SELECT DISTINCT jsonb_object_keys(attributes) FROM (SELECT attributes FROM preferences_contact"
    " ORDER BY id DESC LIMIT %s) newest WHERE jsonb_typeof(attributes) = 'object'"
)
_LOCALES = (
    "SELECT locale, count(*) FROM (SELECT locale FROM preferences_contact WHERE address IS NOT NULL"
    " ORDER BY id DESC LIMIT %s) newest WHERE locale <> '' GROUP BY locale"
)


def gather_facts(template_key: str, brand: Values) -> Facts:
    """The facts for one template; those that need a database are left out where there is none."""
    kinds = tuple(kind for declared in all_types() for kind in _kinds(declared, template_key))
    locales: list[tuple[str, int]] = if_there(lambda: _query(_LOCALES), [])
    return Facts(
        kinds=kinds,
        brand=brand,
        own_origin=settings.POSTRIDER_PUBLIC_URL,
        contact_fields=if_there(_contact_fields, None),
        locales=dict(locales),
        default_locale=settings.LANGUAGE_CODE,
        variants=if_there(lambda: _variants(template_key), frozenset()),
        senders=if_there(lambda: _senders({kind.stream for kind in kinds}), ()),
    )


def if_there(read: Callable[[], Found], otherwise: Found) -> Found:
    """What the database says; `otherwise` where there is no database, as when templates are checked in CI."""
    try:
        return read()
    except DatabaseError:
        return otherwise


def _kinds(declared: type[NotificationType], template_key: str) -> list[Kind]:
    """The type as one that uses the template: for single events, for several in a digest, or both."""
    payloads: list[type[BaseModel]] = [declared.payload] if declared.template == template_key else []
    if declared.digest_template == template_key:
        payloads.append(digest_payload(declared))
    return [
        Kind(
            key=declared.key, stream=Stream(declared.stream), payload=payload, is_tracked=declared.is_tracked,
            is_required=declared.is_required,
        )
        for payload in payloads
    ]  # fmt: skip


def digest_payload(declared: type[NotificationType]) -> type[BaseModel]:
    """What a digest's template gets: the payloads of its events, and how many there are."""
    items: Any = list[declared.payload]  # type: ignore[name-defined] # made when it runs
    made: type[BaseModel] = create_model("Digest", items=(items, ...), total=(int, ...))
    return made


def _query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [CONTACTS_LOOKED_AT])
        return list(cursor.fetchall())


def _contact_fields() -> frozenset[str] | None:
    """None where there are no contacts yet, so that nobody can say what they lack."""
    fields = frozenset(str(name) for (name,) in _query(_FIELDS))
    return fields or None


def _variants(template_key: str) -> frozenset[str]:
    versions = TemplateVersion.objects.filter(template__key=template_key).exclude(locale="")
    return frozenset(versions.values_list("locale", flat=True).distinct())


def _senders(streams: set[Stream]) -> tuple[Sender, ...]:
    """Who mail is from, for streams that real accounts serve; simulated mail reaches nobody."""
    members = PoolMember.objects.filter(stream__in=streams, provider__is_enabled=True, provider__is_simulated=False)
    served: Sequence[str] = list(members.order_by("stream").values_list("stream", flat=True).distinct())
    return tuple(_sender(Stream(stream)) for stream in served)


def _sender(stream: Stream) -> Sender:
    domain = identity_of(stream).domain
    if stream != Stream.MARKETING:
        return Sender(stream=stream, domain=domain, is_fit=True)
    decision = may_send_marketing(domain, is_simulated=False)
    return Sender(
        stream=stream, domain=domain, is_fit=decision.allowed, reason=REASONS.get(decision.reason, decision.reason)
    )
