"""What does a condition compare with? The fields that texts, numbers, days and flags have in common."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, model_validator

from campaigns.segments.conditions.base import Day, Days, Number, Part, Words
from campaigns.segments.conditions.comparing import (
    BARE,
    FlagTest,
    NumberTest,
    TextTest,
    compare_flag,
    compare_number,
    compare_text,
)
from campaigns.segments.conditions.days import DateTest, compare_date
from campaigns.segments.conditions.days import Days as AskedDays
from campaigns.segments.conditions.sources import Place
from campaigns.segments.conditions.wording import say_date, say_flag, say_number, say_text
from campaigns.segments.pieces import Piece, Statement

_OF_DAY = {"on", "not_on", "before", "after", "between"}


class TextAnswer(Part):
    """A test of a text."""

    test_is: TextTest = "is"
    values: tuple[Words, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _must_compare(self) -> TextAnswer:
        if self.test_is not in BARE and not self.values:
            raise ValueError("say what it is compared with")
        return self

    def compare(self, source: Piece) -> Piece:
        """The test of a text, as SQL."""
        return compare_text(source, self.test_is, self.values)

    def say_answer(self) -> str:
        """ "is “a” or “b”"."""
        return say_text(self.test_is, self.values)


class NumberAnswer(Part):
    """A test of a number."""

    test_is: NumberTest = "is"
    value: Number | None = None
    until: Number | None = None

    @model_validator(mode="after")
    def _must_compare(self) -> NumberAnswer:
        if self.test_is not in BARE and self.value is None:
            raise ValueError("say which number it is compared with")
        if self.test_is == "between" and (self.until is None or self.value is None or self.until < self.value):
            raise ValueError("say from which number to which larger one")
        return self

    def compare(self, source: Piece) -> Piece:
        """The test of a number, as SQL."""
        return compare_number(source, self.test_is, self.value or Decimal(), self.until or Decimal())

    def say_answer(self) -> str:
        """ "is more than 5"."""
        return say_number(self.test_is, self.value, self.until)


class DateAnswer(Part):
    """A test of a day."""

    test_is: DateTest = "on"
    day: Day | None = None
    until: Day | None = None
    days: Days | None = None

    @model_validator(mode="after")
    def _must_compare(self) -> DateAnswer:
        if self.test_is in _OF_DAY and self.day is None:
            raise ValueError("say which day")
        if self.test_is == "between" and (self.until is None or self.day is None or self.until < self.day):
            raise ValueError("say from which day to which later one")
        if self.test_is not in _OF_DAY | BARE and self.days is None:
            raise ValueError("say how many days")
        return self

    def compare(self, source: Piece, into: Statement, *, is_personal: bool = True) -> Piece:
        """The test of a day, as SQL."""
        asked = AskedDays(test=self.test_is, days=self.days or 0, day=self.day, until=self.until)
        return compare_date(source, asked, into, is_personal=is_personal)

    def say_answer(self) -> str:
        """ "is in the last 30 days"."""
        return say_date(self.test_is, self.days or 0, self.day, self.until)


class FlagAnswer(Part):
    """A test of a yes-or-no value."""

    test_is: FlagTest = "yes"

    def compare(self, place: Place) -> Piece:
        """The test of a flag, as SQL."""
        return compare_flag(place.as_json(), self.test_is)

    def say_answer(self) -> str:
        """ "is yes"."""
        return say_flag(self.test_is)
