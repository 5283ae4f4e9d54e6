"""How do tests write an AMP document?"""

from __future__ import annotations

from notifications.compose.source import Piece

RUNTIME = '<script async src="https://cdn.ampproject.org/v0.js"></script>'
BOILERPLATE = "<style amp4email-boilerplate>body{visibility:hidden}</style>"


def component(name: str, *, kind: str = "custom-element") -> str:
    """The script of one of AMP's components."""
    return f'<script async {kind}="{name}" src="https://cdn.ampproject.org/v0/{name}-0.1.js"></script>'


def document(body: str, *, head: str = "") -> str:
    """A whole one around a body; what `head` holds stands on line 6 and the body on line 9."""
    return (
        '<!doctype html>\n<html ⚡4email data-css-strict>\n<head>\n<meta charset="utf-8">\n'
        f"{RUNTIME}\n{head}\n{BOILERPLATE}\n</head><body>\n{body}\n</body></html>"
    )


def piece(text: str) -> Piece:
    return Piece(text=text, file="x.amp.html")
