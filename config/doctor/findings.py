"""How is a fault told? What is wrong, how to mend it, how urgent it is, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.urls import NoReverseMatch, reverse


class Severity(IntEnum):
    """How urgent a finding is; larger is worse."""

    NOTE = 0  # good to know; nothing to mend
    WARNING = 1  # works, but not well or not for long
    BROKEN = 2  # mail does not leave, is lost or reaches the wrong people

    @property
    def word(self) -> str:
        """The severity as people read it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a person should know, in plain sentences without addresses of people."""

    severity: Severity
    subject: str
    what: str
    mend: str = ""
    page: str = ""  # path of the screen that shows more

    def as_json(self) -> dict[str, str]:
        """For machines, and for those who read them out."""
        return {
            "severity": self.severity.word, "subject": self.subject, "what": self.what, "mend": self.mend,
            "page": self.page,
        }  # fmt: skip


def page(name: str, *args: Any, query: str = "") -> str:
    """The path of a screen; "" where this installation has none of that name."""
    try:
        return reverse(name, args=args) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 mail", "1,204 mails"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """A few names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
