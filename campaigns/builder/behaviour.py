"""Which fields say what somebody did, and which mails they got?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaigns.builder.answers import date_fields, flag_fields, number_fields, text_fields
from campaigns.builder.controls import Control, Options, choice, dig
from campaigns.segments.conditions.mails import FACTS
from campaigns.segments.conditions.payloads import fields_of
from campaigns.segments.known import Known
from tracking.schemas import find_schema

_COUNT = (("at_least", "at least"), ("at_most", "at most"), ("exactly", "exactly"))
_WINDOW = (("ever", "at any time"), ("last", "in the last"), ("between", "between two days"))
_UNITS = (("days", "days"), ("hours", "hours"))
_PAYLOAD: dict[str, Callable[..., list[Control]]] = {
    "text": text_fields, "number": number_fields, "date": date_fields, "boolean": flag_fields,
}  # fmt: skip


def event_fields(part: Any, known: Known) -> list[Control]:
    """An event, how often and when."""
    return [_name(part, known), *_count(part), *_window(part), *_where(part), _since(part, known)]


def sum_fields(part: Any, known: Known) -> list[Control]:
    """A sum of a number in the payload of events."""
    schema = find_schema(str(part.get("name", "")))
    declared = fields_of(schema) if schema else {}
    numbers = [name for name, kind in declared.items() if kind == "number" and "[]" not in name]
    field = Control(
        path=("field",), label="Sum of", lead="sum of", value=part.get("field"),
        options=choice(part.get("field"), [(one, one) for one in numbers]),
    )  # fmt: skip
    amount = [
        Control(path=("amount", "test_is"), label="Is", lead="is", options=_COUNT[:2], otherwise="at_least",
                value=dig(part, ["amount", "test_is"])),
        Control(path=("amount", "number"), label="Amount", kind="number", value=dig(part, ["amount", "number"])),
    ]  # fmt: skip
    return [_name(part, known), field, *amount, *_window(part), *_where(part), _since(part, known)]


def mail_fields(part: Any, known: Known) -> list[Control]:
    """Mails, what became of them, how many and when."""
    topics = [("", "any topic"), *((key, topic.name) for key, topic in known.topics.items())]
    facts = tuple((key, words) for key, (words, _) in FACTS.items())
    return [
        Control(path=("fact",), label="What", options=facts, value=part.get("fact"), otherwise="clicked"),
        *_count(part),
        *_window(part),
        Control(
            path=("topic",),
            label="About",
            lead="about",
            options=choice(part.get("topic"), topics),
            value=part.get("topic"),
        ),
        Control(path=("source",), label="From", lead="from", options=_campaigns(part, known), value=part.get("source")),
        Control(
            path=("mail_type",), label="Type", lead="of type", kind="text", value=part.get("mail_type"), hint="any"
        ),
    ]


def _campaigns(part: Any, known: Known) -> Options:
    value = part.get("source")
    is_other = bool(value) and value not in known.mailings
    return (("", "any campaign"), *known.mailings.items(), *([(value, known.mailing(value))] if is_other else []))


def _name(part: Any, known: Known) -> Control:
    options = choice(part.get("name"), [(one, one) for one in known.events])
    return Control(path=("name",), label="Event", options=options, value=part.get("name"), is_turning=True)


def _count(part: Any) -> list[Control]:
    return [
        Control(path=("count", "test_is"), label="How often", options=_COUNT, value=dig(part, ["count", "test_is"]),
                otherwise="at_least"),
        Control(path=("count", "number"), label="Times", kind="whole", value=dig(part, ["count", "number"]),
                otherwise=1, tail="times"),
    ]  # fmt: skip


def _window(part: Any) -> list[Control]:
    kind = Control(path=("window", "kind"), label="When", options=_WINDOW, value=dig(part, ["window", "kind"]),
                   otherwise="ever", is_turning=True)  # fmt: skip
    if kind.shown == "last":
        return [
            kind,
            Control(path=("window", "amount"), label="How many", kind="whole", value=dig(part, ["window", "amount"])),
            Control(path=("window", "unit"), label="Unit", options=_UNITS, value=dig(part, ["window", "unit"]),
                    otherwise="days"),
        ]  # fmt: skip
    if kind.shown == "between":
        ends = [
            Control(path=("window", name), label=label, lead=lead, kind="date", value=dig(part, ["window", name]))
            for name, label, lead in (("since", "From", ""), ("until", "Until", "and"))
        ]
        return [kind, *ends]
    return [kind]


def _where(part: Any) -> list[Control]:
    schema = find_schema(str(part.get("name", "")))
    fields = fields_of(schema) if schema else {}
    asked = part.get("where")
    found: list[Control] = []
    for index, one in enumerate(asked if isinstance(asked, list) else []):
        value = dig(one, ["field"])
        options = (*choice(value, [(name, name) for name in fields]), ("-", "remove this"))
        path = ("where", index, "field")
        found.append(Control(path=path, label="Where", lead="where", options=options, value=value, is_turning=True))
        write: Callable[..., list[Control]] = _PAYLOAD.get(str(dig(one, ["kind"])), text_fields)
        found += write(part, ("where", index))
    return found


def _since(part: Any, known: Known) -> Control:
    value = dig(part, ["since", "name"])
    options = [("", "whenever"), *((one, f"only after the last {one}") for one in known.events)]
    return Control(path=("since", "name"), label="And since", options=choice(value, options), value=value)
