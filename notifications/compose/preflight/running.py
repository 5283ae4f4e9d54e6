"""Which checks are there, and what do they find?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from config.outbound import Answer, Refusal
from notifications.compose.preflight import (
    blanks,
    campaign_marks,
    contrast,
    image_answers,
    image_faults,
    link_answers,
    link_counting,
    link_faults,
    locales,
    obligations,
    preheader,
    rendered,
    senders,
    size,
    spam,
    subject,
    text_part,
    variables,
)
from notifications.compose.preflight.findings import Finding, worst_first
from notifications.compose.preflight.images import known_pictures
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import known_addresses

Check = Callable[[Inspection], Iterator[Finding]]
Ask = Callable[[Iterable[str]], dict[str, Answer | Refusal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Checks that are made together. `addresses` says what must be asked of the network first."""

    key: str
    label: str
    checks: tuple[Check, ...]
    addresses: Callable[[Inspection], list[str]] | None = None


CONTENT = Group(
    key="content",
    label="The mail itself",
    checks=tuple(
        module.check
        for module in (
            rendered, obligations, subject, preheader, variables, blanks, text_part, size, link_faults, image_faults,
            spam, contrast, campaign_marks, link_counting, locales, senders,
        )
    ),
)  # fmt: skip
LINKS = Group(key="links", label="Do the links answer?", checks=(link_answers.check,), addresses=known_addresses)
PICTURES = Group(
    key="pictures", label="Are the pictures there?", checks=(image_answers.check,), addresses=known_pictures
)
GROUPS = (CONTENT, LINKS, PICTURES)


def run(group: Group, inspection: Inspection, ask: Ask | None = None) -> list[Finding]:
    """What a group finds, the worst first. Without `ask` nothing is asked of the network."""
    if group.addresses is not None and ask is not None:
        inspection = replace(inspection, answers=ask(group.addresses(inspection)))
    return worst_first(finding for check in group.checks for finding in check(inspection))
