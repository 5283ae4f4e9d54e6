"""What do we know about the person? Questions about the attributes of a contact, one for each kind of value."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.segments.conditions.answers import DateAnswer, FlagAnswer, NumberAnswer, TextAnswer
from campaigns.segments.conditions.base import Condition, Key, Words
from campaigns.segments.conditions.comparing import compare_list
from campaigns.segments.conditions.sources import attribute
from campaigns.segments.conditions.wording import list_words
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, negate


class _OfAttribute(Condition):
    kind: ClassVar[str]

    key: Key

    def say_answer(self) -> str:
        """The rest of the sentence."""
        raise NotImplementedError

    def say(self, known: Known) -> str:
        return f"whose {known.attribute(self.key, self.kind).name} {self.say_answer()}"

    def evidence(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return attribute(self.key).raw_text()


class TextAttribute(TextAnswer, _OfAttribute):
    label: ClassVar[str] = "Attribute: text"
    kind: ClassVar[str] = "text"

    type: Literal["text_attribute"]

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return self.compare(attribute(self.key).as_text())


class NumberAttribute(NumberAnswer, _OfAttribute):
    label: ClassVar[str] = "Attribute: number"
    kind: ClassVar[str] = "number"

    type: Literal["number_attribute"]

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return self.compare(attribute(self.key).as_number())


class DateAttribute(DateAnswer, _OfAttribute):
    label: ClassVar[str] = "Attribute: date"
    kind: ClassVar[str] = "date"

    type: Literal["date_attribute"]

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return self.compare(attribute(self.key).as_date(), into)


class FlagAttribute(FlagAnswer, _OfAttribute):
    label: ClassVar[str] = "Attribute: yes or no"
    kind: ClassVar[str] = "boolean"

    type: Literal["boolean_attribute"]

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return self.compare(attribute(self.key))


class ListAttribute(_OfAttribute):
    label: ClassVar[str] = "Attribute: list"
    kind: ClassVar[str] = "list"

    type: Literal["list_attribute"]
    test_is: Literal["any", "all", "none", "known", "unknown"] = "any"
    values: tuple[Words, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _must_compare(self) -> ListAttribute:
        if self.test_is not in {"known", "unknown"} and not self.values:
            raise ValueError("say what should be in the list")
        return self

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        array = attribute(self.key).as_array()
        if self.test_is in {"known", "unknown"}:
            return Piece(f"{array.sql} {'<>' if self.test_is == 'known' else '='} '[]'::jsonb", array.values)
        found = compare_list(array, self.values, is_all=self.test_is == "all")
        return negate(found) if self.test_is == "none" else found

    def say_answer(self) -> str:
        values = list_words([f"“{one}”" for one in self.values], "and" if self.test_is == "all" else "or")
        words = {"any": "has {0}", "all": "has all of {0}", "none": "has none of {0}"}
        return words.get(self.test_is, f"is {self.test_is}").format(values)


class PlaceAttribute(TextAnswer, _OfAttribute):
    label: ClassVar[str] = "Attribute: place"
    kind: ClassVar[str] = "place"

    type: Literal["place_attribute"]
    part: Literal["country", "region", "city"] = "country"

    def test(self, into: Statement) -> Piece:
        into.known.attribute(self.key, self.kind)
        return self.compare(attribute(self.key, self.part).as_text())

    def say(self, known: Known) -> str:
        return f"whose {known.attribute(self.key, self.kind).name} ({self.part}) {self.say_answer()}"

    def evidence(self, into: Statement) -> Piece:
        return attribute(self.key, self.part).raw_text()
