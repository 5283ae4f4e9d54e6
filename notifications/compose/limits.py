"""How much may one template or one value cost?"""

from __future__ import annotations

from liquid.exceptions import ResourceLimitError

MAX_SOURCE_BYTES = 256 * 1024
MAX_LINE = 1_000  # characters of a subject or preheader as it is written, Liquid and all
MAX_HTML_BYTES = 102 * 1024  # Gmail clips a mail beyond this
WARN_HTML_BYTES = 90 * 1024

MAX_LOOP_STEPS = 10_000  # in one document, all loops together
MAX_OUTPUT = 1_000_000  # characters, of one document or of one value on the way
MAX_NUMBER_BITS = 4_096
MAX_SECONDS = 1.0  # for one document; an honest region takes some ten microseconds
MAX_VALUE_DEPTH = 32

MAX_MARKUPS = 5_000  # Liquid tags and outputs in one source
MAX_MARKUP_LENGTH = 4_000  # characters of one tag: the lexer is quadratic in it


class TooCostly(ResourceLimitError):
    """A template asked for more time, loops or memory than any mail needs."""

    def __init__(self, what: str) -> None:
        super().__init__(f"limit reached: {what}", token=None)


def refuse_oversized(value: object) -> None:
    """Raise TooCostly for a string, list, range or number beyond what a mail needs."""
    if isinstance(value, str):
        if len(value) > MAX_OUTPUT:
            raise TooCostly("length of a text")
    elif isinstance(value, (list, tuple)):
        if len(value) > MAX_LOOP_STEPS:
            raise TooCostly("length of a list")
    elif isinstance(value, range):
        if value.stop - value.start > MAX_LOOP_STEPS:
            raise TooCostly("length of a range")
    elif isinstance(value, int) and value.bit_length() > MAX_NUMBER_BITS:
        raise TooCostly("size of a number")
