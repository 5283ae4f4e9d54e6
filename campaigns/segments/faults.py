"""What does it mean that a rule cannot be read?"""

from __future__ import annotations


class BadRule(ValueError):
    """A rule that selects nobody because it cannot be read; the message says what to mend, for a marketer.

    `path` leads to the faulty part: the positions in the groups around it, outermost first.
    """

    def __init__(self, message: str, path: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path
