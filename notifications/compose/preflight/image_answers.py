"""Is every picture there, is it one, and how heavy are they?"""

from __future__ import annotations

from collections.abc import Iterator

from config.outbound import Answer, Refusal
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.images import Image, read_images
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.pixels import read_picture

KILOBYTE = 1024
HEAVY_BYTES = 500 * KILOBYTE  # of one picture
HEAVY_IN_ALL_BYTES = 1_000 * KILOBYTE
#: Screens of today draw two pixels where a width of one is given; three are a waste.
MOST_PIXELS_A_POINT = 3


def check(inspection: Inspection) -> Iterator[Finding]:
    answers = inspection.answers
    if answers is None:
        return
    whole = 0
    seen = set()
    for image in read_images(inspection):
        answer = answers.get(image.address)
        if answer is None or not image.is_known or image.address in seen:
            continue
        seen.add(image.address)
        whole += len(answer.body) if isinstance(answer, Answer) else 0
        yield from _judge(image, answer)
    if whole > HEAVY_IN_ALL_BYTES:
        yield Finding(
            code="images_heavy", severity=Severity.WARN,
            sentence=f"The pictures weigh {whole // KILOBYTE} KB together; on a phone that takes seconds.",
            mend=f"Stay below {HEAVY_IN_ALL_BYTES // KILOBYTE} KB: fewer, smaller, or stronger compressed.",
        )  # fmt: skip


def _judge(image: Image, answer: Answer | Refusal) -> Iterator[Finding]:
    if isinstance(answer, Refusal):
        is_large = answer.code == "too_large"
        yield _finding(image, "image_heavy" if is_large else "image_unreachable", Severity.STOP,
                       f"could not be loaded: {answer.reason.rstrip('.')}",
                       "Make it much smaller." if is_large else "Correct its address, or upload it.")  # fmt: skip
        return
    if answer.status >= 400:
        yield _finding(image, "image_unreachable", Severity.STOP, f"answers {answer.status}",
                       "Correct its address, or upload it.")  # fmt: skip
        return
    yield from _judge_picture(image, answer)


def _judge_picture(image: Image, answer: Answer) -> Iterator[Finding]:
    picture = read_picture(answer.body)
    if picture is None:
        kind = answer.headers.get("content-type", "of an unknown kind").partition(";")[0]
        yield _finding(image, "image_none", Severity.STOP, f"is no picture that mail programs draw, but {kind}",
                       "Save it as PNG, JPEG or GIF.")  # fmt: skip
        return
    if len(answer.body) > HEAVY_BYTES:
        yield _finding(image, "image_heavy", Severity.WARN, f"weighs {len(answer.body) // KILOBYTE} KB",
                       f"Stay below {HEAVY_BYTES // KILOBYTE} KB.")  # fmt: skip
    if image.width and picture.width > MOST_PIXELS_A_POINT * image.width:
        yield _finding(image, "image_oversized", Severity.INFORM,
                       f"is {picture.width} pixels wide, and shown at {image.width}",
                       f"Twice the width is enough: {2 * image.width} pixels.")  # fmt: skip
    if image.width and 0 < picture.width < image.width:
        yield _finding(image, "image_blurred", Severity.WARN,
                       f"is {picture.width} pixels wide, and blown up to {image.width}",
                       f"Upload one of {2 * image.width} pixels, or show it smaller.")  # fmt: skip


def _finding(image: Image, code: str, severity: Severity, what: str, mend: str) -> Finding:
    return Finding(code=code, severity=severity, sentence=f"{image.name} {what}.", mend=mend, place=image.place)
