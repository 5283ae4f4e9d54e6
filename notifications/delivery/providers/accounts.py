"""What does a person need to know to set up an account, and how is it tried without sending mail?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A documented option of an account, no secret. `choices` maps each value to its words; empty: any text."""

    name: str
    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    placeholder: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How an account of a kind is set up at the provider and here.

    `limits` has, for each limit's column, what the provider documents as its default, in words. `webhook_events` is
    what to tick where the provider asks which events to report, `webhook_hint` what else it wants. `test` asks the
    provider something harmless with the backend's options; it returns what to know although all is well, and raises
    ConnectionFault.
    """

    options: tuple[Option, ...] = ()
    limits: Mapping[str, str] | None = None
    webhook_events: tuple[str, ...] = ()
    webhook_hint: str = ""
    test: Callable[[dict[str, Any]], str] | None = None


class Outcome(StrEnum):
    """How a test of an account ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNTESTABLE = "untestable"  # nothing was asked


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTest:
    """What a test found. `text` says in plain words what to mend, or what to know; `answer` is redacted."""

    outcome: Outcome
    text: str = ""
    code: str = ""
    answer: str = ""


class ConnectionFault(Exception):
    """The test did not pass; the message says in plain words what to mend."""

    def __init__(self, text: str, *, code: str = "", answer: str = "") -> None:
        self.code = code
        self.answer = answer
        super().__init__(text)
