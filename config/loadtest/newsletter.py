"""Which mail does a load test send? A long newsletter: about 45 KB of HTML, 12 tracked links, 3 Liquid regions."""

from __future__ import annotations

from notifications.compose.models import TemplateVersion
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish

_KEY = "loadtest-newsletter"
_FILE = "config/loadtest/newsletter.py"
_LAYOUT = "<mjml><mj-body><mj-slot/></mj-body></mjml>"
_FILLING = "Lorem ipsum dolor sit amet é " * 85
_PARAGRAPHS = 16
_LINKS = 12
_PERSONAL = (
    "Hi {{ contact.first_name }}",
    "{% if contact.plan == 'pro' %}<b>Pro in {{ contact.city }}</b>{% else %}Upgrade{% endif %}",
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>',
)


def publish_newsletter() -> TemplateVersion:
    """The newsletter's version; made anew only when this file has changed."""
    return publish(_KEY, newsletter_source(), author="loadtest")


def newsletter_source() -> TemplateSource:
    """What the newsletter is made from."""
    paragraphs = [f"<mj-text><p>{_FILLING}</p>{_extra(number)}</mj-text>" for number in range(_PARAGRAPHS)]
    return TemplateSource(
        key=_KEY,
        subject=_piece("Hello {{ contact.city }}"),
        preheader=_piece(""),
        body=_piece(f"<mj-section><mj-column>{''.join(paragraphs)}</mj-column></mj-section>"),
        layout_name="bare",
        layout=_piece(_LAYOUT),
        text=_piece("Hi {{ contact.first_name }}, read it at https://shop.example/ or leave: {{ unsubscribe_url }}"),
    )


def _extra(number: int) -> str:
    if number < _LINKS:
        return f'<p><a href="https://shop.example/offers/{number}">See offer {number}</a></p>'
    personal = _PERSONAL[number - _LINKS : number - _LINKS + 1]
    return f"<p>{personal[0]}</p>" if personal else ""


def _piece(text: str) -> Piece:
    return Piece(text=text, file=_FILE)
