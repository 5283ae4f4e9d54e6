"""How does a draft become a version that is sent?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import Conflict, content_at
from notifications.compose.drafts.source import source_of, unfinished
from notifications.compose.findings import SourceFault
from notifications.compose.models import Origin, TemplateVersion
from notifications.compose.publications import plan_publication
from notifications.compose.versions import make_version, publish


@transaction.atomic
def publish_draft(
    draft_id: int, *, expected: int, author: str, note: str = "", due_at: datetime | None = None
) -> TemplateVersion:
    """Make a version of what the draft says in revision `expected`, and send it now or from `due_at` on.

    Raises Conflict when the draft stands elsewhere by now, and SourceFault with everything that must be mended.
    """
    draft = TemplateDraft.objects.select_for_update(of=("self",)).select_related("template").get(pk=draft_id)
    if draft.revision != expected:
        raise Conflict(theirs=draft.revision)
    content = content_at(draft)
    source = source_of(content, key=draft.template.key, locale=draft.locale)
    refuse_unfinished(content)
    if due_at is None:
        version = publish(source.key, source, author=author, origin=Origin.CONSOLE, note=note)
    else:
        version = make_version(source, author=author, note=note)
        plan_publication(version, due_at=due_at, author=author)
    draft.base, draft.base_revision = version, draft.revision
    draft.save(update_fields=["base", "base_revision"])
    return version


def refuse_unfinished(content: DraftContent) -> None:
    """Raise SourceFault with everything that a marketer has to mend first."""
    if places := list(unfinished(content)):
        raise SourceFault(*(one.finding for one in places))
