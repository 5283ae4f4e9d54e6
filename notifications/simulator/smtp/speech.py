"""How are SMTP refusals worded, and its encodings undone?"""

from __future__ import annotations

import base64

REFUSALS = {
    421: "421 4.3.2 Service not available, closing the connection",
    450: "450 4.2.0 Mailbox busy",
    451: "451 4.3.0 Local error in processing",
    452: "452 4.2.2 Mailbox full",
    550: "550 5.1.1 No such user here",
    551: "551 5.1.6 User not local",
    552: "552 5.3.4 Message too large",
    553: "553 5.1.3 Mailbox name not allowed",
    554: "554 5.7.1 Refused by policy",
}


def unstuff(content: bytes) -> bytes:
    """Without the dots doubled for transport (RFC 5321, 4.5.2), with its last line end."""
    if content.startswith(b"."):
        content = content[1:]
    return content.replace(b"\r\n.", b"\r\n") + b"\r\n"


def decode(coded: bytes) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode()
    except ValueError:
        return ""
