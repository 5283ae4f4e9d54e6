"""When is a text a phone number that text messages can be sent to?"""

from __future__ import annotations

import re

_DECORATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")
#: E.164: a plus sign, the country, and fifteen digits at most.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")


class BadPhone(ValueError):
    """The text is no international phone number; the message says what to write."""


def normalise_phone(text: str) -> str:
    """The one spelling of a number, "+4915112345678". Raises BadPhone."""
    bare = _DECORATION.sub("", text[:64])
    number = f"+{bare[2:]}" if bare.startswith("00") else bare
    if not _NUMBER.match(number):
        raise BadPhone("write the number with its country, such as +49 151 23456789")
    return number


def mask_phone(number: str) -> str:
    """+49…89: enough to know one's own number by."""
    return f"{number[:3]}…{number[-2:]}" if number else ""
