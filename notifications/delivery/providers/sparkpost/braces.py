"""How does text that holds SparkPost's own template language arrive as it was written?

SparkPost reads `{{ }}` in subject, bodies and headers, even where nothing is to be filled in. A value that it fills in
is not read again, so braces that could be read are filled in themselves.
https://developers.sparkpost.com/api/template-language/
"""

from __future__ import annotations

import re
from dataclasses import replace

from notifications.compose.render import Document
from notifications.delivery.mail import Parcel

#: Given with every transmission. Triple braces fill a value in without escaping it for HTML or for a link.
VALUES = {"brace_open": "{", "brace_close": "}"}
_MARKS = {"{": "{{{brace_open}}}", "}": "{{{brace_close}}}"}

# A single brace, as in CSS, means nothing; it would, though, beside a mark or beside another brace.
_READABLE = re.compile(r"[{}]{2,}|\A[{}]|[{}]\Z")


def protect(text: str) -> str:
    """The text with every brace that could be read as syntax replaced by a mark."""
    return _READABLE.sub(lambda found: "".join(_MARKS[brace] for brace in found[0]), text)


def protect_static(parcel: Parcel) -> Parcel:
    """The parcel with its static text protected, to be joined with marks."""
    version = parcel.version
    documents = (version.subject, version.text, version.html, version.amp)
    subject, text, html, amp = (_protect_document(one) for one in documents)
    return replace(parcel, version=replace(version, subject=subject, text=text, html=html, amp=amp))


def _protect_document(document: Document) -> Document:
    return tuple(protect(part) if isinstance(part, str) else part for part in document)
