"""How does a mail's text become a JSON string, most of it once per version?

For providers that take finished mails: the static pieces of 45 KB are escaped once and joined with each person's
escaped values, which gives the same octets as escaping each whole mail.
"""

from __future__ import annotations

from functools import lru_cache
from json import dumps

from notifications.compose.cutting import TOKEN, Document, Slot
from notifications.compose.render import Values

EscapedDocument = tuple[bytes | Slot, ...]


def escape(text: str) -> bytes:
    """What stands between the quotes of the JSON string; ASCII only."""
    return dumps(text)[1:-1].encode("ascii")


@lru_cache(maxsize=64)
def escape_document(document: Document) -> EscapedDocument:
    """A version's document with its static pieces escaped; kept, for it is asked for per mail."""
    return tuple(piece if isinstance(piece, Slot) else escape(piece) for piece in document)


def fill_escaped(document: EscapedDocument, values: Values, *, token: str) -> list[bytes]:
    """One person's document in pieces, to be joined once with all else that goes into a call."""
    known = token.encode("ascii")
    regions = values.regions
    return [
        piece if isinstance(piece, bytes) else known if piece is TOKEN else escape(regions[piece.index])
        for piece in document
    ]
