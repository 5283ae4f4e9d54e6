"""How does a stored version become ready to render?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.compose.cutting import Document, Part, Region, cut
from notifications.compose.models import TemplateVersion
from notifications.compose.sandbox import parse

DOCUMENTS = ("subject", "html", "text")

Defaults = tuple[tuple[tuple[str, ...], object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVersion:
    """A version ready to render. Regions are numbered over subject, html, text."""

    id: UUID
    ref: str  # "order-confirmation@3"
    subject: Document
    html: Document
    text: Document
    regions: tuple[Region, ...]
    parts: tuple[Part, ...]  # those with regions; each renders in one context of its own
    defaults: Defaults
    public_url: str | None  # None: links and opens are not counted


@lru_cache(maxsize=256)
def load_version(version_id: UUID, *, tracked: bool) -> LoadedVersion:
    """A version, cut; without tracking its links are the author's and it has no pixel.

    One query, once a process: versions never change. Raises TemplateVersion.DoesNotExist.
    """
    version = TemplateVersion.objects.select_related("template").get(pk=version_id)
    return load(
        version_id=version.pk,
        ref=version.ref,
        compiled=version.compiled,
        defaults=version.defaults,
        constants={"brand": settings.POSTRIDER_BRAND},
        public_url=settings.POSTRIDER_PUBLIC_URL if tracked else None,
    )


def load(
    *,
    version_id: UUID,
    ref: str,
    compiled: Mapping[str, Any],
    defaults: Mapping[str, object],
    constants: Mapping[str, object],
    public_url: str | None,
) -> LoadedVersion:
    """Parse and cut a version's compiled documents. `constants` are what no mail changes."""
    parts: list[Part] = []
    for name in DOCUMENTS:
        template = parse(compiled[name], is_html=name == "html", is_compiled=True)
        first = sum(len(part.regions) for part in parts)
        parts.append(cut(template, name=name, first=first, constants=constants, public_url=public_url))
    subject, html, text = parts
    return LoadedVersion(
        id=version_id,
        ref=ref,
        subject=subject.document,
        html=html.document,
        text=text.document,
        regions=tuple(region for part in parts for region in part.regions),
        parts=tuple(part for part in parts if part.regions),
        defaults=tuple((tuple(path.split(".")), value) for path, value in defaults.items()),
        public_url=public_url,
    )
