"""Will every picture be shown, at its size, and be understood where it is not?"""

from __future__ import annotations

from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.images import Image, read_images
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import is_at


def check(inspection: Inspection) -> Iterator[Finding]:
    for image in read_images(inspection):
        yield from _check_address(image, is_own=is_at(image.address, inspection.facts.own_origin))
        yield from _check_words(image)
        if not image.width and not image.is_ground:
            yield _finding(image, "image_width", Severity.WARN, "has no width, so Outlook draws it at its full size",
                           "Give it a width in pixels.")  # fmt: skip


def _check_address(image: Image, *, is_own: bool) -> Iterator[Finding]:
    address = image.address.lower()
    if not address:
        yield _finding(image, "image_empty", Severity.STOP, "has no address",
                       "Give the address, or show the picture only {% if %} there is one.")  # fmt: skip
    elif address.startswith("data:"):
        yield _finding(image, "image_inline", Severity.WARN, "is written into the mail; Gmail and Outlook hide it",
                       "Upload it and give its https:// address.")  # fmt: skip
    elif not address.startswith(("http://", "https://")):
        yield _finding(image, "image_address", Severity.STOP, "has an address that no reader can load",
                       "Give a full https:// address.")  # fmt: skip
    elif address.startswith("http://") and image.is_known and not is_own:
        yield _finding(image, "image_http", Severity.WARN, "is not encrypted; some programs will not load it",
                       "Write https:// in place of http://.")  # fmt: skip
    elif address.partition("?")[0].endswith((".svg", ".avif", ".heic")):
        yield _finding(image, "image_format", Severity.WARN, "is of a format that most mail programs do not draw",
                       "Save it as PNG, JPEG or GIF.")  # fmt: skip


def _check_words(image: Image) -> Iterator[Finding]:
    if image.alt is None:
        yield _finding(image, "image_alt", Severity.WARN, "has no alt text",
                       'Say in alt="…" what it shows; alt="" for mere decoration. It stands there until pictures are '
                       "allowed, and is what screen readers read.")  # fmt: skip
    elif image.is_linked and not image.alt.strip():
        yield _finding(image, "image_link_alt", Severity.WARN, "is a link without any words",
                       "Say in its alt text where the link leads.")  # fmt: skip


def _finding(image: Image, code: str, severity: Severity, what: str, mend: str) -> Finding:
    subject = image.name if image.address else "A picture"
    return Finding(code=code, severity=severity, sentence=f"{subject} {what}.", mend=mend, place=image.place)
