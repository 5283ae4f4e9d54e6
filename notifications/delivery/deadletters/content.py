"""In which version of its template is a dead letter sent? In the published one, where its content was at fault."""

from __future__ import annotations

from uuid import UUID

from notifications.compose.models import Publication, TemplateVersion
from notifications.delivery.failures import Kind
from notifications.delivery.models import DeadLetter

#: Causes that a better version of the template may mend.
CONTENT_CAUSES = (
    "no_template", "nothing_to_carry", "liquid_error", "template_too_costly", "control_character_in_subject",
    "variables_not_plain", Kind.PERMANENT_MESSAGE.value,
)  # fmt: skip

#: The same choice in SQL, for a row `d` of the dead letters; takes CONTENT_CAUSES.
VERSION_SQL = (
    "CASE WHEN d.cause = ANY(%(content)s) THEN coalesce((SELECT p.version_id FROM notifications_templateversion w"
    " JOIN notifications_publication p ON p.template_id = w.template_id AND p.locale = w.locale"
    " WHERE w.id = d.template_version_id), d.template_version_id)"
    " ELSE d.template_version_id END"
)


def version_to_send(letter: DeadLetter) -> UUID:
    """The version that a replay of the letter would be rendered from now."""
    if letter.cause not in CONTENT_CAUSES:
        return letter.template_version_id
    died_in = TemplateVersion.objects.filter(pk=letter.template_version_id).values("template_id", "locale").first()
    published = Publication.objects.filter(**died_in).values_list("version_id", flat=True) if died_in else ()
    return next(iter(published), letter.template_version_id)
