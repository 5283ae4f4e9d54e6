"""What does a bounce say about a mailbox? Pure policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

# RFC 3463: class 5 with subject 1 is about the mailbox; 2.x about its state, 6.x and 7.x about content and policy.
_ENHANCED_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

SOFT_BOUNCES_BEFORE_SUPPRESSION = 3
SOFT_BOUNCE_WINDOW = timedelta(days=7)


def is_hard(answer: str, *, provider_says_hard: bool) -> bool:
    """Whether a bounce condemns the mailbox.

    The enhanced status code in the receiving server's answer decides where there is one: only 5.1.x means the
    mailbox (RFC 3463 3.2); full mailboxes, content and policy never do. Else the provider's own word counts.
    """
    found = _ENHANCED_STATUS.search(answer or "")
    if found:
        return found.group(1) == "5" and found.group(2) == "1"
    return provider_says_hard


def keeps_bouncing(times: Iterable[datetime]) -> bool:
    """Whether a mailbox that refused mails for now at these times, in any order, counts as gone."""
    ordered = sorted(times)
    last = SOFT_BOUNCES_BEFORE_SUPPRESSION - 1
    return any(after - before < SOFT_BOUNCE_WINDOW for before, after in zip(ordered, ordered[last:], strict=False))
