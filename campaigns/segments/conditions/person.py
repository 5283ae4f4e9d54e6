"""What stands on the contact itself? Name, address, language, time zone, moments and switches."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.segments.conditions.answers import TextAnswer
from campaigns.segments.conditions.base import Condition, Day
from campaigns.segments.conditions.windows import start_of
from campaigns.segments.conditions.wording import count
from campaigns.segments.known import Known
from campaigns.segments.pieces import Piece, Statement, join_pieces, negate

#: Field -> (what it is called, SQL that is NULL where there is nothing).
TEXTS = {
    "first_name": ("first name", "nullif(c.first_name, '')"),
    "last_name": ("last name", "nullif(c.last_name, '')"),
    "email": ("e-mail address", "nullif(c.email, '')"),
    "domain": ("domain of the address", "nullif(split_part(c.address, '@', 2), '')"),
    "language": ("language", "nullif(split_part(replace(c.locale, '_', '-'), '-', 1), '')"),
    "locale": ("locale", "nullif(c.locale, '')"),
    "time_zone": ("time zone", "nullif(c.time_zone, '')"),
    "phone": ("phone number", "nullif(c.phone, '')"),
}
MOMENTS = {
    "created_at": ("came to us", "c.created_at"),
    "last_engaged_at": ("last clicked or bought", "c.last_engaged_at"),
    "last_clicked_at": ("last clicked in a mail", "c.last_clicked_at"),
    "last_opened_at": ("last opened a mail", "c.last_opened_at"),
}
#: Field -> (what is said of those where it is so, of the others, SQL).
FLAGS = {
    "linked": ("has an account", "has no account", "c.user_id IS NOT NULL"),
    "paused": ("has paused mail", "has not paused mail", "coalesce(c.paused_until > %s, false)"),
    "tracking": ("may be tracked", "may not be tracked", "c.is_tracking_allowed"),
    "confirmed": ("has a confirmed address", "has not confirmed the address", "NOT c.is_unconfirmed"),
}


class ContactText(TextAnswer, Condition):
    label: ClassVar[str] = "Name, address, language"

    type: Literal["contact_text"]
    field: Literal["first_name", "last_name", "email", "domain", "language", "locale", "time_zone", "phone"]

    def test(self, into: Statement) -> Piece:
        return self.compare(Piece(TEXTS[self.field][1]))

    def say(self, known: Known) -> str:
        return f"whose {TEXTS[self.field][0]} {self.say_answer()}"

    def evidence(self, into: Statement) -> Piece:
        return Piece(TEXTS[self.field][1])


class ContactMoment(Condition):
    label: ClassVar[str] = "Came to us, last click, last open"

    type: Literal["contact_moment"]
    field: Literal["created_at", "last_engaged_at", "last_clicked_at", "last_opened_at"]
    test_is: Literal["in_last", "not_in_last", "before", "after", "on", "between", "ever", "never"] = "in_last"
    days: int | None = Field(None, ge=1, le=3660)
    day: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _must_compare(self) -> ContactMoment:
        if self.test_is in {"in_last", "not_in_last"} and self.days is None:
            raise ValueError("say how many days")
        if self.test_is in {"before", "after", "on", "between"} and self.day is None:
            raise ValueError("say which day")
        if self.test_is == "between" and (self.until is None or self.day is None or self.until < self.day):
            raise ValueError("say from which day to which later one")
        return self

    def test(self, into: Statement) -> Piece:
        column = MOMENTS[self.field][1]
        if self.test_is in {"ever", "never"}:
            return Piece(f"{column} IS {'NOT ' if self.test_is == 'ever' else ''}NULL")
        if self.days is not None and self.test_is in {"in_last", "not_in_last"}:
            recent = Piece(f"coalesce({column} >= %s, false)", (into.at - timedelta(days=self.days),))
            return recent if self.test_is == "in_last" else negate(recent)
        return self._lies_in_days(column)

    def _lies_in_days(self, column: str) -> Piece:
        assert self.day is not None
        last = self.until if self.test_is == "between" and self.until else self.day
        first, after = start_of(self.day), start_of(last + timedelta(days=1))
        tests = {"before": [("<", first)], "after": [(">=", after)]}.get(self.test_is, [(">=", first), ("<", after)])
        return join_pieces(" AND ", [Piece(f"coalesce({column} {sign} %s, false)", (one,)) for sign, one in tests])

    def say(self, known: Known) -> str:
        what, days = f"who {MOMENTS[self.field][0]}", count(self.days or 0)
        return {
            "in_last": f"{what} in the last {days}", "not_in_last": f"{what} longer than {days} ago, or never",
            "before": f"{what} before {self.day}", "after": f"{what} after {self.day}", "on": f"{what} on {self.day}",
            "between": f"{what} between {self.day} and {self.until}", "ever": f"{what} at some time",
            "never": f"who never {MOMENTS[self.field][0].removeprefix('last ')}",
        }[self.test_is]  # fmt: skip

    def evidence(self, into: Statement) -> Piece:
        return Piece(f"to_char({MOMENTS[self.field][1]} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')")


class ContactFlag(Condition):
    label: ClassVar[str] = "Account, pause, tracking"

    type: Literal["contact_flag"]
    field: Literal["linked", "paused", "tracking", "confirmed"]
    is_so: bool = True

    def test(self, into: Statement) -> Piece:
        found = Piece(FLAGS[self.field][2], (into.at,) if self.field == "paused" else ())
        return found if self.is_so else negate(found)

    def say(self, known: Known) -> str:
        return f"who {FLAGS[self.field][0 if self.is_so else 1]}"

    def evidence(self, into: Statement) -> Piece:
        if self.field == "paused":
            return Piece("to_char(c.paused_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')")
        return Piece(f"CASE WHEN {FLAGS[self.field][2]} THEN 'yes' ELSE 'no' END")
