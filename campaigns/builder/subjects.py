"""What can be asked about? One menu of subjects, and the fields of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaigns.builder.answers import (
    date_fields,
    flag_fields,
    list_fields,
    moment_fields,
    number_fields,
    text_fields,
    yes_or_no,
)
from campaigns.builder.behaviour import event_fields, mail_fields, sum_fields
from campaigns.builder.controls import Control, Options
from campaigns.builder.mailing import mailing_fields
from campaigns.segments.conditions.person import FLAGS, MOMENTS, TEXTS
from campaigns.segments.known import Known
from preferences.models import Attribute

Menu = tuple[tuple[str, Options], ...]

_OF_ATTRIBUTE = {
    "text_attribute": text_fields, "number_attribute": number_fields, "date_attribute": date_fields,
    "boolean_attribute": flag_fields, "list_attribute": list_fields,
}  # fmt: skip
_PARTS = (("country", "country"), ("region", "region"), ("city", "city"))
_LEVELS = (("active", "active"), ("cooling", "cooling"), ("dormant", "dormant"))
_SCORES = (("at_least", "is at least"), ("less_than", "is less than"))
_CONSENTS = (("given", "was given"), ("asked", "was asked for, not confirmed"), ("withdrawn", "was withdrawn"),
             ("none", "was never asked"))  # fmt: skip
_SCOPES = (("any", "some or all mail"), ("all", "all mail"), ("marketing", "marketing mail"))
_BEHAVIOUR = (("event", "Did something"), ("event_sum", "Sum of something done"), ("mailing", "A campaign"),
              ("mail", "Mails got and clicked"), ("engagement", "Engagement"),
              ("score", "Engagement score"))  # fmt: skip
_STANDING = (("topic", "Topic"), ("consent", "Consent"), ("suppression", "Suppression"), ("list", "List"),
             ("segment", "Another segment"))  # fmt: skip


def menu(known: Known) -> Menu:
    """Groups of (value, words): the value is `subject_of` a condition."""
    kinds = {kind: f"{kind}_attribute" for kind in Attribute.Kind.values}
    attributes = tuple((f"{kinds[one.kind]}:{one.key}", one.name) for one in known.attributes.values())
    person = [(f"contact_text:{name}", words[:1].upper() + words[1:]) for name, (words, _) in TEXTS.items()]
    person += [(f"contact_moment:{name}", words[:1].upper() + words[1:]) for name, (words, _) in MOMENTS.items()]
    person += [(f"contact_flag:{name}", yes[:1].upper() + yes[1:]) for name, (yes, _, _) in FLAGS.items()]
    groups = (
        ("Attributes", attributes),
        ("Behaviour", _BEHAVIOUR),
        ("Contact", tuple(person)),
        ("Standing", _STANDING),
    )
    return tuple(group for group in groups if group[1])


def offered(known: Known) -> set[str]:
    """All values of the menu."""
    return {value for _, options in menu(known) for value, _ in options}


def subject_of(part: Any) -> str:
    """The place of a condition in the menu."""
    kind = str(part.get("type", ""))
    of_kind = "key" if kind.endswith("_attribute") else "field" if kind.startswith("contact_") else ""
    name = part.get(of_kind)
    return f"{kind}:{name}" if name else kind


def begin(subject: str) -> dict[str, Any]:
    """A condition about a subject that asks nothing yet."""
    kind, _, name = subject.partition(":")
    if kind.endswith("_attribute"):
        return {"type": kind, "key": name}
    if kind.startswith("contact_"):
        return {"type": kind, "field": name}
    if kind in {"event", "event_sum"}:
        return {"type": kind, "window": {"kind": "last", "amount": 30, "unit": "days"}}
    return {"type": kind}


def fields(part: Any, known: Known) -> list[Control]:
    """The fields of a condition, in the order in which they are read."""
    kind = str(part.get("type", ""))
    if kind in _OF_ATTRIBUTE:
        return _OF_ATTRIBUTE[kind](part)
    simple: dict[str, Callable[[Any], list[Control]]] = {
        "place_attribute": _place, "contact_text": text_fields, "contact_moment": moment_fields,
        "contact_flag": lambda one: [yes_or_no(one, "yes", "no")], "engagement": _engagement, "score": _score,
        "suppression": _suppression,
    }  # fmt: skip
    knowing: dict[str, Callable[[Any, Known], list[Control]]] = {
        "event": event_fields, "event_sum": sum_fields, "mail": mail_fields,
        "mailing": mailing_fields, "topic": _topic, "consent": _consent,
        "list": _list, "segment": _segment,
    }  # fmt: skip
    if kind in simple:
        return simple[kind](part)
    return knowing[kind](part, known) if kind in knowing else []


def _place(part: Any) -> list[Control]:
    where = Control(path=("part",), label="Part", options=_PARTS, value=part.get("part"), otherwise="country")
    return [where, *text_fields(part)]


def _engagement(part: Any) -> list[Control]:
    return [Control(path=("levels",), label="Is", lead="is", kind="checks", options=_LEVELS, value=part.get("levels"))]


def _score(part: Any) -> list[Control]:
    return [
        Control(path=("test_is",), label="Test", options=_SCORES, value=part.get("test_is"), otherwise="at_least"),
        Control(path=("number",), label="Score", tail="of 100", kind="number", value=part.get("number")),
    ]


def _suppression(part: Any) -> list[Control]:
    scope = Control(path=("scope",), label="For", lead="for", options=_SCOPES, value=part.get("scope"), otherwise="any")
    return [yes_or_no(part, "is suppressed", "is not suppressed"), scope]


def _topic(part: Any, known: Known) -> list[Control]:
    return [yes_or_no(part, "is subscribed to", "is not subscribed to"), _choose(part, "topic", _topics(known))]


def _consent(part: Any, known: Known) -> list[Control]:
    test = Control(path=("test_is",), label="Test", options=_CONSENTS, value=part.get("test_is"), otherwise="given")
    topics = (("", "everything"), *_topics(known))
    about = Control(path=("topic",), label="About", lead="for", options=topics, value=part.get("topic"))
    return [test, about]


def _list(part: Any, known: Known) -> list[Control]:
    options = tuple((str(key), name) for key, name in known.lists.items())
    return [yes_or_no(part, "is on", "is not on"), _choose(part, "list", options)]


def _segment(part: Any, known: Known) -> list[Control]:
    options = tuple((str(one.pk), one.name) for one in known.segments.values() if one.archived_at is None)
    return [yes_or_no(part, "is in", "is not in"), _choose(part, "segment", options)]


def _topics(known: Known) -> Options:
    return tuple((key, topic.name) for key, topic in known.topics.items())


def _choose(part: Any, name: str, options: Options) -> Control:
    value = part.get(name)
    is_lost = value is not None and str(value) not in {one for one, _ in options}
    lost = ((str(value), f"{value} (gone)"),) if is_lost else ()
    return Control(path=(name,), label=name.title(), options=(("", "choose …"), *options, *lost), value=value)
