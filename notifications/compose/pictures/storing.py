"""How does an uploaded file become a picture with an address?"""

from __future__ import annotations

from hashlib import blake2b

from notifications.compose.pictures.encoding import encode_picture
from notifications.compose.pictures.models import Picture


def store_picture(raw: bytes, *, name: str, author: str) -> Picture:
    """The picture of a file; the same one where it was uploaded before. Raises NoPicture."""
    encoded = encode_picture(raw)
    digest = blake2b(encoded.content, digest_size=16).hexdigest()
    fields = {
        "content": encoded.content, "format": encoded.format, "width": encoded.width, "height": encoded.height,
        "name": "".join(one for one in name if one.isprintable())[:200], "author": author,
    }  # fmt: skip
    return Picture.objects.get_or_create(digest=digest, defaults=fields)[0]
