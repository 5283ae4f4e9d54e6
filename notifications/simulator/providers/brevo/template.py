"""What does Brevo make of text that holds its template language? It reads every mail, not only stored templates.

https://help.brevo.com/hc/en-us/articles/4402386448530-Customize-your-emails-using-transactional-parameters
https://help.brevo.com/hc/en-us/articles/360018252080: values are escaped for HTML unless `autoescape` is off, and
`verbatim` shows braces as they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from notifications.simulator.wording import clean

_SYNTAX = re.compile(r"\{\{(?P<value>.*?)\}\}|\{%\s*(?P<tag>.*?)\s*%\}|\{#.*?#\}", re.DOTALL)
_PARAMETER = re.compile(r"\s*params\.(\w+)\s*(\|\s*safe\s*)?\Z")


def fill(text: str, params: Mapping[str, Any]) -> str:
    """Parameters printed, tags and comments dropped; what names no parameter prints nothing. Values are not read."""
    if "{" not in text:
        return text
    pieces: list[str] = []
    end, is_escaped, is_verbatim = 0, True, False
    for found in _SYNTAX.finditer(text):
        tag = found["tag"] or ""
        if is_verbatim and tag != "endverbatim":
            continue
        pieces.append(text[end : found.start()])
        end = found.end()
        if tag in ("verbatim", "endverbatim"):
            is_verbatim = tag == "verbatim"
        elif tag.startswith("autoescape") or tag == "endautoescape":
            is_escaped = tag != "autoescape off"
        elif found["value"] is not None:
            pieces.append(_print(found["value"], params, is_escaped=is_escaped))
    return "".join([*pieces, text[end:]])


def _print(expression: str, params: Mapping[str, Any], *, is_escaped: bool) -> str:
    named = _PARAMETER.match(expression)
    if named is None or named[1] not in params:
        return ""
    value = clean(params[named[1]])
    return html.escape(value) if is_escaped and not named[2] else value
