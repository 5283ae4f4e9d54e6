"""How do these tests make an inspection? A body in a plain layout with a footer, rendered as for sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from config.outbound import Answer, Refusal
from config.queues import Stream
from notifications.compose.compilation import compile_source
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Facts, Inspection, Kind
from notifications.compose.preflight.running import CONTENT, LINKS, PICTURES, run
from notifications.compose.preflight.sampling import Reader, render_samples
from tests.notifications.compose.making import BRAND, PUBLIC_URL, section, source

UNSUBSCRIBE = "https://mail.example/u/1"
DARK = "<mj-style>@media (prefers-color-scheme: dark) { body { background-color: #111 !important; } }</mj-style>"
WAY_OUT = '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
FOOTER = section(f"<mj-text><p>{{{{ brand.name }}}}, {{{{ brand.address }}}}</p>{WAY_OUT}</mj-text>")
LAYOUT = f'<mjml><mj-head></mj-head><mj-body><mj-slot name="body" />{FOOTER}</mj-body></mjml>'
LINK = '<a href="https://harbour.shop/">To the shop</a>'
VARIABLES: dict[str, Any] = {
    "contact": {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "locale": "en",
                "time_zone": "Europe/London"},
    "payload": {"number": "17", "url": "https://example.com/", "items": [{"name": "Mug", "price": "9.00"}],
                "note": "", "token_url": "https://example.com/secret"},
    "brand": BRAND, "unsubscribe_url": UNSUBSCRIBE, "preferences_url": "https://mail.example/p/1", "message_id": "1",
}  # fmt: skip


class Item(BaseModel):
    name: str
    price: str | None = None


class Payload(BaseModel):
    number: str
    url: str
    items: list[Item]
    note: str = ""
    extra: dict[str, str] = {}
    token_url: SecretStr


def kind(stream: Stream = Stream.MARKETING, **fields: Any) -> Kind:
    return Kind(**{"key": "sample", "stream": stream, "payload": Payload, **fields})


def facts(**fields: Any) -> Facts:
    return Facts(**{"kinds": (kind(),), "brand": BRAND, "own_origin": PUBLIC_URL, **fields})


def body(content: str, *, words: bool = True) -> str:
    """A section with this in a text block; enough words around it for a mail of its own."""
    around = "<p>We have new things from the harbour for you, picked by hand and ready to be sent on Monday.</p>"
    return section(f"<mj-text>{around if words else ''}<p>{LINK} {content}</p></mj-text>")


def inspect(
    written: str, *, subject: str = "News from the harbour", given: Facts | None = None, **fields: Any
) -> Inspection:
    """Look at a body. `readers` are contacts' fields, each a real person; `answers` are what the network says."""
    readers = fields.pop("readers", ())
    answers: Mapping[str, Answer | Refusal] | None = fields.pop("answers", None)
    payload = fields.pop("payload", {})
    fields.setdefault("preheader", "Seven things, all made on the quay.")
    fields.setdefault("layout", LAYOUT)
    made = source(written, subject=subject, **fields)
    compiled = compile_source(made, secrets=frozenset({"payload.token_url"}))
    known = {**VARIABLES, "payload": {**VARIABLES["payload"], **payload}}
    people = [Reader(who="a made-up person", variables=known, is_made_up=True)]
    people += [
        Reader(who=f"contact {number}", variables={**known, "contact": contact}, is_made_up=False)
        for number, contact in enumerate(readers, start=1)
    ]
    samples = render_samples(made, compiled, people, brand=BRAND, public_url=PUBLIC_URL)
    return Inspection(source=made, compiled=compiled, samples=samples, facts=given or facts(), answers=answers)


def findings(inspection: Inspection, code: str = "") -> list[Finding]:
    """All findings, or those with this code."""
    found = [one for group in (CONTENT, LINKS, PICTURES) for one in run(group, inspection)]
    return [one for one in found if one.code == code] if code else found


def severities(inspection: Inspection, code: str) -> list[Severity]:
    return [one.severity for one in findings(inspection, code)]
