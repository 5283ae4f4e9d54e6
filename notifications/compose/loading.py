"""How does a stored version become ready to render?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.catalog.channels import EMAIL, channel_of
from notifications.compose.brands.values import complete
from notifications.compose.cutting import Document, Part, Region, cut
from notifications.compose.models import TemplateVersion
from notifications.compose.sandbox import parse

DOCUMENTS = ("subject", "html", "text", "amp")  # a new one stands last: stored calls number their regions
MARKUP = frozenset(("html", "amp"))  # in which values are escaped
_MAIL = tuple((name, name) for name in DOCUMENTS)

Defaults = tuple[tuple[tuple[str, ...], object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVersion:
    """A version ready to render. Regions are numbered over subject, html, text, amp.

    What a channel does not carry is empty: a text message has no subject and no HTML. So is an AMP part that is none.
    """

    id: UUID
    ref: str  # "order-confirmation@3"
    subject: Document
    html: Document
    text: Document
    amp: Document
    regions: tuple[Region, ...]
    parts: tuple[Part, ...]  # those with regions; each renders in one context of its own
    defaults: Defaults
    public_url: str | None  # None: links and opens are not counted
    constants: Mapping[str, object]  # what no mail changes, such as the brand


class NothingToCarry(LookupError):
    """A version has none of the documents that a channel carries."""

    def __init__(self, ref: str, channel: str) -> None:
        super().__init__(f"template {ref} says nothing that goes by {channel}")


@lru_cache(maxsize=256)
def load_version(version_id: UUID, *, tracked: bool, channel: str = EMAIL) -> LoadedVersion:
    """A version as a channel carries it, cut; without tracking its links are the author's and it has no pixel.

    One query, once a process: versions never change. Raises TemplateVersion.DoesNotExist and NothingToCarry.
    """
    version = TemplateVersion.objects.select_related("template").get(pk=version_id)
    documents = channel_of(channel).documents
    if not any(version.compiled.get(document) for document, _ in documents):
        raise NothingToCarry(version.ref, channel)
    return load(
        version_id=version.pk,
        ref=version.ref,
        compiled=version.compiled,
        defaults=version.defaults,
        constants={"brand": complete(version.brand)},
        public_url=settings.POSTRIDER_PUBLIC_URL if tracked else None,
        documents=documents,
    )


def load(
    *,
    version_id: UUID,
    ref: str,
    compiled: Mapping[str, Any],
    defaults: Mapping[str, object],
    constants: Mapping[str, object],
    public_url: str | None,
    documents: tuple[tuple[str, str], ...] = _MAIL,
) -> LoadedVersion:
    """Parse and cut a version's compiled documents. `constants` are what no mail changes.

    `documents` says which of them, and what each becomes.
    """
    sources = {target: compiled.get(document) or "" for document, target in documents}
    parts: list[Part] = []
    for name in DOCUMENTS:
        template = parse(sources.get(name, ""), is_html=name in MARKUP, is_compiled=True)
        first = sum(len(part.regions) for part in parts)
        parts.append(
            cut(template, name=name, is_html=name in MARKUP, first=first, constants=constants, public_url=public_url)
        )
    subject, html, text, amp = parts
    return LoadedVersion(
        id=version_id,
        ref=ref,
        subject=subject.document,
        html=html.document,
        text=text.document,
        amp=amp.document,
        regions=tuple(region for part in parts for region in part.regions),
        parts=tuple(part for part in parts if part.regions),
        defaults=tuple((tuple(path.split(".")), value) for path, value in defaults.items()),
        public_url=public_url,
        constants=constants,
    )
