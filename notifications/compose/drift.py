"""Is a template file what is sent, and if not, why?"""

from __future__ import annotations

from enum import Enum

from notifications.compose.models import Origin, Publication, Template, TemplateVersion
from notifications.compose.source import TemplateSource


class Standing(Enum):
    """How a file stands to what is sent."""

    SENT = "sent"
    CHANGED = "changed"  # the file is newer
    TAKEN_OVER = "taken_over"  # somebody published in the console
    ROLLED_BACK = "rolled_back"  # somebody published an older version of the file again


#: Why a file that is not sent is left alone.
HELD = {
    Standing.TAKEN_OVER: "the console's version is sent, not the file",
    Standing.ROLLED_BACK: "an older version was published again, and is sent until the file changes",
}


def standing_of(source: TemplateSource, digest: str) -> Standing:
    """How the source of a file, with this digest, stands to what is published in its locale."""
    published = Publication.objects.filter(template__key=source.key, locale=source.locale)
    sent = published.values_list("version__origin", "version__content_digest").first()
    if sent is None:
        is_taken = Template.objects.filter(key=source.key, source=Origin.CONSOLE).exists()
        return Standing.TAKEN_OVER if is_taken else Standing.CHANGED
    if sent[1] == digest:
        return Standing.SENT
    if sent[0] == Origin.CONSOLE:
        return Standing.TAKEN_OVER
    return Standing.ROLLED_BACK if _newest_digest(source) == digest else Standing.CHANGED


def _newest_digest(source: TemplateSource) -> str | None:
    """Of what the file said when it was last published."""
    versions = TemplateVersion.objects.filter(
        template__key=source.key, locale=source.locale, origin=Origin.CODE
    ).order_by("-number")
    return versions.values_list("content_digest", flat=True).first()
