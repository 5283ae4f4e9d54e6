"""Is this file a picture, and what is left of it when only its pixels are kept?

Whatever comes in is decoded and encoded anew: metadata such as the place where a photo was taken, and anything appended
for another kind of program, is gone.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
WIDEST = 1_200  # twice the width of a mail, for sharp screens
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
QUALITY = 85


class NoPicture(ValueError):
    """A file that cannot stand in a mail, with the reason in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A picture as it goes into mails."""

    content: bytes
    format: str  # "jpg", "png", "gif": also the end of its address
    width: int
    height: int


def encode_picture(raw: bytes) -> Encoded:
    """The picture, no wider than a mail needs. Raises NoPicture."""
    if len(raw) > MAX_BYTES:
        raise NoPicture(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB")
    if raw[:400].lstrip().lower().startswith((b"<svg", b"<?xml", b"<!doctype")):
        raise NoPicture("SVG cannot be shown by most mail programs and may hold scripts: save it as PNG")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                return _encode(picture)
    except UnidentifiedImageError:
        raise NoPicture("this is no picture in JPEG, PNG, GIF or WebP") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture("the picture has too many pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        if isinstance(error, NoPicture):
            raise
        raise NoPicture("the file is damaged, or is no picture") from None


def _encode(picture: Image.Image) -> Encoded:
    if picture.width * picture.height > MAX_PIXELS:
        raise NoPicture("the picture has too many pixels")
    if getattr(picture, "n_frames", 1) > 1:
        return _encode_animation(picture)
    still = ImageOps.exif_transpose(picture)
    if still.width > WIDEST:
        still = still.resize((WIDEST, max(1, round(still.height * WIDEST / still.width))), Image.Resampling.LANCZOS)
    is_clear = still.mode in {"RGBA", "LA", "PA"} or "transparency" in still.info
    if is_clear or picture.format in {"PNG", "GIF"}:
        return _write(still.convert("RGBA" if is_clear else "RGB"), "PNG", "png", optimize=True)
    return _write(still.convert("RGB"), "JPEG", "jpg", quality=QUALITY, optimize=True, progressive=True)


def _encode_animation(picture: Image.Image) -> Encoded:
    """A moving GIF keeps its frames; mail programs that do not move it show the first."""
    frames, pixels = [], 0
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        pixels += picture.width * picture.height
        if pixels > MAX_PIXELS or number >= 200:
            raise NoPicture("the animation is too long")
        frames.append(_bare(picture.convert("RGBA")))
    duration = picture.info.get("duration", 100)
    return _write(frames[0], "GIF", "gif", save_all=True, append_images=frames[1:], duration=duration, loop=0)


def _write(picture: Image.Image, kind: str, end: str, **options: object) -> Encoded:
    written = io.BytesIO()
    _bare(picture).save(written, kind, **options)
    return Encoded(content=written.getvalue(), format=end, width=picture.width, height=picture.height)


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels without what the file said about them."""
    bare = picture.copy()
    bare.info = {}
    return bare
