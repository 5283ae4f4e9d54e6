"""How does a version get another subject? As a version of its own: what was made of the rest is not made again.

So a mail carries its subject as every mail does, by its version, and previews, batches and the log need nothing new.
"""

from __future__ import annotations

import hashlib
import json

from django.db import transaction

from config.ids import new_id
from notifications.compose.compilation import check_liquid
from notifications.compose.findings import SourceFault
from notifications.compose.models import Origin, Template, TemplateVersion
from notifications.compose.source import Piece
from notifications.compose.versions import add_links, next_number

LONGEST = 300


def tidy_subject(text: str) -> str:
    """A subject is one line."""
    return " ".join(text.split())


def find_subject_fault(subject: str) -> str:
    """Why it cannot be a subject, for a marketer; "" where it can."""
    if len(subject) > LONGEST:
        return f"It has {len(subject)} characters; a subject has {LONGEST} at most."
    try:
        check_liquid(Piece(text=subject, file="subject"))
    except SourceFault as fault:
        return f"{fault.findings[0].reason}."
    return ""


def retitle(version: TemplateVersion, subject: str) -> TemplateVersion:
    """The version with another subject, not saved: to be looked at."""
    kept = {one.attname: getattr(version, one.attname) for one in TemplateVersion._meta.concrete_fields}
    told = json.dumps(["another subject", version.content_digest, subject])
    made = TemplateVersion(**{
        **kept, "id": new_id(), "base_id": version.pk, "subject_source": subject,
        "compiled": {**version.compiled, "subject": subject}, "origin": Origin.CONSOLE,
        "content_digest": hashlib.sha256(told.encode()).hexdigest(),
    })  # fmt: skip
    made.template = version.template
    return made


@transaction.atomic
def keep_retitled(version: TemplateVersion, subject: str, *, author: str, note: str) -> TemplateVersion:
    """The same, saved; the same one for the same subject. It is never published by this."""
    template = Template.objects.select_for_update().get(pk=version.template_id)
    known = TemplateVersion.objects.filter(base=version, subject_source=subject).select_related("template").first()
    if known is not None:
        return known
    made = retitle(version, subject)
    made.number, made.author, made.note = next_number(template), author[:200], note[:500]
    made.save()
    add_links(made)
    return made
