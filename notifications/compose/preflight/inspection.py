"""What does a check look at? One mail: its source, what it compiled to, how it reads for some people, and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from config.outbound import Answer, Refusal
from config.queues import Stream
from notifications.compose.compilation import Compiled
from notifications.compose.preflight.documents import Node, read_document
from notifications.compose.preflight.places import SourceMap
from notifications.compose.source import TemplateSource

PERSUADING = frozenset((Stream.NOTIFICATION, Stream.MARKETING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A notification type that uses the template; `payload` is the model of what the template gets."""

    key: str
    stream: Stream
    payload: type[BaseModel]
    is_tracked: bool = True
    is_required: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether links and opens of its mails may be counted."""
        return self.is_tracked and self.stream != Stream.CRITICAL

    @property
    def may_be_refused(self) -> bool:
        """Whether people can turn it off."""
        return self.stream in PERSUADING and not self.is_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who a stream's mail is from, and whether its domain is fit: `reason` says why not."""

    stream: Stream
    domain: str
    is_fit: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a check cannot know from the template alone."""

    kinds: tuple[Kind, ...] = ()
    brand: Mapping[str, Any] = field(default_factory=dict)
    own_origin: str = ""  # the address of this installation
    contact_fields: frozenset[str] | None = None  # names that contacts have; None: nobody looked
    locales: Mapping[str, int] = field(default_factory=dict)  # of contacts who have one, and how many they are
    default_locale: str = "en"
    variants: frozenset[str] = frozenset()  # locales the template is written for, beside the default one
    senders: tuple[Sender, ...] = ()

    def has_stream(self, *streams: Stream) -> bool:
        return any(kind.stream in streams for kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """An output that wrote nothing for a person."""

    expression: str
    document: str  # subject, html, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The mail as one person would get it, or the `fault` for which they would get none."""

    who: str
    variables: Mapping[str, Any]
    is_made_up: bool = True
    subject: str = ""
    html: str = ""  # with the author's links
    counted_html: str = ""  # as it leaves when links and opens are counted
    text: str = ""
    blanks: tuple[Blank, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Inspection:
    """One mail to look at; the first sample stands for all where one is enough."""

    source: TemplateSource
    compiled: Compiled
    samples: tuple[Sample, ...]
    facts: Facts
    answers: Mapping[str, Answer | Refusal] | None = None  # of the known addresses; None: nobody asked

    @cached_property
    def places(self) -> SourceMap:
        return SourceMap.of(self.source)

    @cached_property
    def main(self) -> Sample:
        """The sample that stands for all; one without any content where none could be rendered."""
        rendered = [sample for sample in self.samples if not sample.fault]
        return rendered[0] if rendered else Sample(who="nobody", variables={})

    @cached_property
    def document(self) -> Node:
        return read_document(self.main.html)

    @property
    def is_counted(self) -> bool:
        """Whether links are counted in any kind of mail that uses this; so too where nobody knows."""
        return not self.facts.kinds or any(kind.is_counted for kind in self.facts.kinds)
