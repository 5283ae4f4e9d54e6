"""What is sent when staff tests a draft or a version? The mail as it would be published, read as somebody chosen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from notifications.compose.render import load_version, render
from notifications.compose.trials import make_trial
from notifications.delivery.template_tests import Trial
from notifications.delivery.variables import harmless_url
from notifications.editions import Edition
from notifications.personas import Persona, variables_as

_TOKEN = "test"  # noqa: S105 - no password


def trial_of(edition: Edition, persona: Persona, *, stream: str, author: str) -> Trial:
    """A draft or version, read as this persona. Raises RenderFault where it cannot be read so."""
    marked = make_trial(
        edition.compiled, defaults=edition.defaults, layout=edition.layout, brand=edition.brand,
        author=author, note=f"Test of {edition.ref}",
    )  # fmt: skip
    known = variables_as(edition.template.key, persona)
    contact, payload, page = _plain(known["contact"]), _plain(known["payload"]), harmless_url()
    seen = {**known, "contact": contact, "payload": payload, "unsubscribe_url": page, "preferences_url": page}
    render(load_version(marked.pk, tracked=False), seen, token=_TOKEN)
    return Trial(
        template=edition.template, version=marked, ref=edition.ref, stream=stream, contact=contact, payload=payload,
        rendered_as=persona.case, as_contact_id=persona.contact_id,
    )  # fmt: skip


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the outbox keeps values; an example that a schema declares may hold dates and the like."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain
