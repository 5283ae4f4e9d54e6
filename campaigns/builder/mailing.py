"""Which fields say what became of a campaign for somebody?"""

from __future__ import annotations

from typing import Any

from campaigns.builder.controls import Control, Options, choice
from campaigns.segments.conditions.mailing_parts import PARTS, UNKNOWN
from campaigns.segments.known import Known
from tracking.figures.families import DEVICE_NAMES, MAILBOX_NAMES

_FACTS: Options = (
    ("sent", "was sent"), ("delivered", "received"), ("opened", "opened"), ("not_opened", "got, and did not open,"),
    ("clicked", "clicked in"), ("not_clicked", "got, and did not click in,"), ("converted", "converted after"),
    ("unsubscribed", "unsubscribed from"), ("bounced", "bounced at"), ("complained", "reported as spam"),
    ("machine_opened", "has a machine that opened"), ("scanner_clicked", "has a scanner that clicked in"),
)  # fmt: skip


def mailing_fields(part: Any, known: Known) -> list[Control]:
    """What happened, in which campaign, and in which part of it."""
    fact = Control(path=("fact",), label="What", options=_FACTS, value=part.get("fact"), otherwise="clicked")
    return [fact, *_of(part, known), *_by(part)]


def _of(part: Any, known: Known) -> list[Control]:
    if kind := part.get("mail_type"):
        days = part.get("days")
        return [
            Control(path=("mail_type",), label="Type", lead="mail of type", kind="text", value=kind),
            Control(path=("days",), label="Days", lead="of the last", tail="days", kind="whole", value=days),
        ]
    value = part.get("source")
    named = list(known.mailings.items())
    if value and value not in known.mailings:
        named.append((str(value), known.mailing(str(value))))
    return [Control(path=("source",), label="Campaign", options=(("", "choose …"), *named), value=value)]


def _by(part: Any) -> list[Control]:
    by = part.get("by")
    options = (("", "of all of it"), *((key, f"by {words}") for key, words in PARTS.items()))
    control = Control(path=("by",), label="Part", options=options, value=by, is_turning=True)
    if not by:
        return [control]
    names = {"mailbox": MAILBOX_NAMES, "device": DEVICE_NAMES}.get(str(by))
    if names is None:
        return [control, Control(path=("value",), label="Which", kind="text", value=part.get("value"))]
    offered = [(key or UNKNOWN, name) for key, name in names.items()]
    return [control, Control(path=("value",), label="Which", options=choice(part.get("value"), offered),
                             value=part.get("value"))]  # fmt: skip
