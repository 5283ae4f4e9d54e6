"""What kind of picture do these bytes hold, and how many pixels wide is it? Read from its first bytes only."""

from __future__ import annotations

from dataclasses import dataclass

_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`kind` as in image/…; `width` is 0 where it cannot be read."""

    kind: str
    width: int = 0


def read_picture(octets: bytes) -> Picture | None:
    """None where the bytes are no picture that mail programs draw."""
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        return Picture(kind="png", width=int.from_bytes(octets[16:20], "big"))
    if octets.startswith((b"GIF87a", b"GIF89a")):
        return Picture(kind="gif", width=int.from_bytes(octets[6:8], "little"))
    if octets.startswith(b"\xff\xd8\xff"):
        return Picture(kind="jpeg", width=_jpeg_width(octets))
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return Picture(kind="webp", width=_webp_width(octets))
    return None


def _jpeg_width(octets: bytes) -> int:
    """From the first frame header; segments before it are stepped over."""
    position = 2
    while position + 9 < len(octets) and octets[position] == 0xFF:
        marker = octets[position + 1]
        if marker in _FRAMES:
            return int.from_bytes(octets[position + 7 : position + 9], "big")
        position += 2 + int.from_bytes(octets[position + 2 : position + 4], "big")
    return 0


def _webp_width(octets: bytes) -> int:
    form = octets[12:16]
    if form == b"VP8X":
        return int.from_bytes(octets[24:27], "little") + 1
    if form == b"VP8L":
        return (int.from_bytes(octets[21:23], "little") & 0x3FFF) + 1
    return int.from_bytes(octets[26:28], "little") & 0x3FFF if form == b"VP8 " else 0
