"""In which version of its template is a dead letter sent? In the published one, where its content was at fault."""

from __future__ import annotations

from uuid import UUID

from notifications.compose.models import TemplateVersion
from notifications.delivery.failures import Kind
from notifications.delivery.models import DeadLetter

#: Causes that a better version of the template may mend.
CONTENT_CAUSES = (
    "no_template", "nothing_to_carry", "liquid_error", "template_too_costly", "control_character_in_subject",
    "variables_not_plain", Kind.PERMANENT_MESSAGE.value,
)  # fmt: skip

#: The same choice in SQL, for a row `d` of the dead letters; takes CONTENT_CAUSES.
VERSION_SQL = (
    "CASE WHEN d.cause = ANY(%(content)s) THEN coalesce((SELECT t.published_id FROM notifications_templateversion w"
    " JOIN notifications_template t ON t.id = w.template_id WHERE w.id = d.template_version_id), d.template_version_id)"
    " ELSE d.template_version_id END"
)


def version_to_send(letter: DeadLetter) -> UUID:
    """The version that a replay of the letter would be rendered from now."""
    if letter.cause not in CONTENT_CAUSES:
        return letter.template_version_id
    versions = TemplateVersion.objects.filter(pk=letter.template_version_id, template__published__isnull=False)
    return versions.values_list("template__published_id", flat=True).first() or letter.template_version_id
