"""How does text that holds Brevo's own template language arrive as it was written?

Brevo reads `{{ }}`, `{% %}` and `{# #}` in every mail, also where nothing is to be filled in. A value that it fills in
is not read again, so braces that could be read are filled in themselves.
https://help.brevo.com/hc/en-us/articles/360018252080
"""

from __future__ import annotations

import re
from dataclasses import replace

from notifications.compose.render import Document
from notifications.delivery.mail import Parcel

# A single brace, as in CSS, means nothing. At the end of a piece it would, before a mark.
_READABLE = re.compile(r"\{(?=[{%#]|\Z)")


def protect(text: str, mark: str) -> str:
    """The text with every brace that could open syntax replaced by a mark that prints one."""
    return _READABLE.sub(lambda _: mark, text) if "{" in text else text


def protect_static(parcel: Parcel, mark: str) -> Parcel:
    """The parcel with its static text protected, to be joined with marks."""
    version = parcel.version
    subject, text, html = (_protect_document(one, mark) for one in (version.subject, version.text, version.html))
    return replace(parcel, version=replace(version, subject=subject, text=text, html=html))


def as_is(text: str) -> str:
    """Content whose values are printed as they are: "by default", Brevo escapes them for HTML."""
    return f"{{% autoescape off %}}{text}{{% endautoescape %}}"


def _protect_document(document: Document, mark: str) -> Document:
    return tuple(protect(part, mark) if isinstance(part, str) else part for part in document)
