"""May this stand in a mail's markup, or would it run something?"""

from __future__ import annotations

import html
import re

ADDRESSES = frozenset(("action", "background", "data", "formaction", "href", "src", "srcset", "xlink:href"))

_IGNORED = re.compile(r"[\x00-\x20]")
_RUNS = re.compile(r"(?:javascript|vbscript|data(?!:image/(?:png|gif|jpeg|webp)[;,])):", re.IGNORECASE)


def runs_something(name: str, value: str) -> bool:
    """Whether an attribute's value, as written, is an address that a browser would run."""
    return name in ADDRESSES and bool(_RUNS.match(_IGNORED.sub("", html.unescape(value))))


# Not <input>: it runs nothing without a form, and MJML's carousel and accordion are made of it.
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|applet|svg|math|base|form)\b"
    r"|<\w[^<>]{0,2000}\sstyle\s*=\s*[\"'][^\"'<>]*(?:javascript|vbscript):",
    re.IGNORECASE,
)


def find_active(document: str) -> str:
    """What a compiled document would run, also from inside of Liquid; "" where there is nothing."""
    found = _ACTIVE.search(document)
    return found.group() if found else ""
