"""Which version does a test mail carry? A marked copy of what is tested, which is never published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from notifications.compose.brands.values import Values
from notifications.compose.models import Origin, Template, TemplateVersion

TEMPLATE = "postrider-template-test"
MARK = "[Test] "


@transaction.atomic
def make_trial(
    compiled: Mapping[str, Any], *, defaults: Mapping[str, Any], layout: str, brand: Values, author: str, note: str
) -> TemplateVersion:
    """A version of these compiled documents whose subject says that it is a test; the same one for the same documents.

    It has no links of its own, since nothing in a test is counted.
    """
    marked = {**compiled, "subject": f"{MARK}{compiled['subject']}", "links": []}
    told = json.dumps([marked, dict(defaults), brand], sort_keys=True)
    digest = hashlib.sha256(told.encode()).hexdigest()
    Template.objects.get_or_create(key=TEMPLATE, defaults={"name": "Test mails", "source": Origin.CONSOLE})
    template = Template.objects.select_for_update().get(key=TEMPLATE)
    known = template.versions.filter(content_digest=digest).first()
    if known is not None:
        return known
    last = template.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return TemplateVersion.objects.create(
        template=template, number=last + 1, origin=Origin.CONSOLE, subject_source=marked["subject"], mjml_source="",
        layout=layout, brand=brand, defaults=dict(defaults), content_digest=digest, compiled=marked, author=author,
        note=note[:500],
    )  # fmt: skip
