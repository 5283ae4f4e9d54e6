"""What do all conditions share?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement


def _require_printable(text: str) -> str:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise ValueError("holds a sign that cannot be typed")
    return text


Key = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_require_printable)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_require_printable)]
Values = Annotated[tuple[Words, ...], Field(min_length=1, max_length=200)]
Number = Annotated[Decimal, Field(ge=-(10**15), le=10**15, max_digits=24, decimal_places=6)]
Day = Annotated[date, Field(ge=date(1800, 1, 1), le=date(2300, 1, 1))]
Days = Annotated[int, Field(ge=0, le=3660)]


class Part(BaseModel):
    """A part of a rule: nothing is converted, nothing unknown is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Condition(Part):
    """One question about a contact that has yes or no as its answer, never "unknown"."""

    #: In the list of things that can be asked.
    label: ClassVar[str] = ""

    type: str

    def test(self, into: Statement) -> Piece:
        """The question as SQL about the contact `c`; never NULL. Raises BadRule."""
        raise NotImplementedError

    def say(self, known: Known) -> str:
        """The question in plain words, as it follows "everyone": "who is active". Raises BadRule."""
        raise NotImplementedError

    def evidence(self, into: Statement) -> Piece:
        """What decides the answer, as an SQL expression of type text; NULL where there is nothing."""
        raise NotImplementedError
