"""Whom does a rule mean? Read from the rule's own words, person by person, without any of the compiler's code."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.campaigns.segments.population import AT, Crowd, Someone

_ACTIONS = {"given": {"confirmed", "granted"}, "asked": {"asked"}, "withdrawn": {"withdrawn"}}


def select(crowd: Crowd, rule: dict[str, Any]) -> set[int]:
    """The ids of the contacts that the rule selects at AT."""
    alive = [one for one in crowd.people if one.contact.erased_at is None]
    return {one.contact.pk for one in alive if not rule or holds(crowd, one, rule["root"])}


def holds(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    """Whether a part of a rule is true of somebody."""
    if part["type"] == "group":
        answers = [holds(crowd, someone, one) for one in part["rules"]]
        if not answers:
            return True
        return {"all": all(answers), "any": any(answers), "none": not any(answers)}[part.get("match", "all")]
    answer = globals()[f"_{part['type']}"](crowd, someone, part)
    assert isinstance(answer, bool)
    return answer


def _attribute(someone: Someone, part: dict[str, Any]) -> Any:
    return someone.contact.attributes.get(part["key"])


def _text_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return _text(_attribute(someone, part), part)


def _number_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return _number(_as_number(_attribute(someone, part), is_lenient=False), part)


def _date_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return _date(_attribute(someone, part), part, _today(someone))


def _boolean_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return _flag(_attribute(someone, part), part)


def _list_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    held = _attribute(someone, part)
    held = [str(one).lower() for one in held] if isinstance(held, list) else []
    wanted = [one.lower() for one in part.get("values", ())]
    test = part.get("test_is", "any")
    return {
        "any": any(one in held for one in wanted), "all": all(one in held for one in wanted),
        "none": not any(one in held for one in wanted), "known": bool(held), "unknown": not held,
    }[test]  # fmt: skip


def _place_attribute(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    held = _attribute(someone, part)
    return _text(held.get(part.get("part", "country")) if isinstance(held, dict) else None, part)


def _contact_text(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    contact = someone.contact
    derived = {
        "domain": (contact.address or "").rpartition("@")[2],
        "language": re.split("[-_]", contact.locale)[0],
    }
    return _text(derived.get(part["field"], getattr(contact, part["field"], "")), part)


def _contact_moment(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    at: datetime | None = getattr(someone.contact, part["field"])
    test: str = part.get("test_is", "in_last")
    if test in {"ever", "never"}:
        return (at is None) == (test == "never")
    if test in {"in_last", "not_in_last"}:
        is_recent = at is not None and at >= AT - timedelta(days=part["days"])
        return bool(is_recent == (test == "in_last"))
    if at is None:
        return False
    day, first = at.date(), date.fromisoformat(part["day"])  # the company lives in UTC here
    last = date.fromisoformat(part["until"]) if test == "between" else first
    return {"before": day < first, "after": day > first}.get(test, first <= day <= last)


def _contact_flag(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    contact = someone.contact
    found = {
        "linked": contact.user_id is not None, "tracking": contact.is_tracking_allowed,
        "paused": contact.paused_until is not None and contact.paused_until > AT,
        "confirmed": not contact.is_unconfirmed,
    }[part["field"]]  # fmt: skip
    return found is part.get("is_so", True)


def _event(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return _compare(len(_events(someone, part)), part.get("count", {"number": 1}))


def _event_sum(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    numbers = [_as_number(_dig(one.payload, part["field"]), is_lenient=True) for one in _events(someone, part)]
    return _compare(sum((one for one in numbers if one is not None), Decimal()), part["amount"])


def _events(someone: Someone, part: dict[str, Any]) -> list[Any]:
    found = [one for one in _matching(someone, part) if _in_window(one.at, part.get("window", {"kind": "ever"}))]
    if not part.get("since"):
        return found
    anchors = [one.at for one in _matching(someone, part["since"])]
    return [one for one in found if anchors and one.at > max(anchors)]


def _matching(someone: Someone, part: dict[str, Any]) -> list[Any]:
    mine = [one for one in someone.events if one.state == "accepted" and one.name == part["name"]]
    return [one for one in mine if all(_payload(one.payload, asked) for asked in part.get("where", ()))]


def _payload(payload: dict[str, Any], asked: dict[str, Any]) -> bool:
    before, is_list, after = asked["field"].partition("[]")
    if is_list:
        items = _dig(payload, before)
        return any(
            _field(_dig(one, after[1:]) if after else one, asked) for one in (items if isinstance(items, list) else [])
        )
    return _field(_dig(payload, asked["field"]), asked)


def _field(value: Any, asked: dict[str, Any]) -> bool:
    match asked["kind"]:
        case "text":
            return _text(value, asked)
        case "number":
            return _number(_as_number(value, is_lenient=True), asked)
        case "boolean":
            return _flag(value, asked)
    return _date(value, asked, AT.date())


def _dig(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _mail(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    found = 0
    for one in someone.mails:
        at = one.facts[part.get("fact", "clicked")]
        is_asked = all(
            part.get(name) is None or getattr(one, name) == part[name] for name in ("source", "topic", "mail_type")
        )
        if one.channel == "email" and at and is_asked and _in_window(at, part.get("window", {"kind": "ever"})):
            found += 1
    return _compare(found, part.get("count", {"number": 1}))


def _mailing(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    mails = [one for one in someone.mails if one.source == part["source"]]
    return any(_became(one.facts, part["fact"]) for one in mails)


def _became(facts: dict[str, datetime | None], fact: str) -> bool:
    was_sent = bool(facts["sent"] or facts["delivered"] or facts["bounced"])
    return {
        **{name: bool(at) for name, at in facts.items()}, "sent": was_sent,
        "not_opened": was_sent and not (facts["opened"] or facts["clicked"] or facts["bounced"]),
        "not_clicked": was_sent and not (facts["clicked"] or facts["bounced"]),
    }[fact]  # fmt: skip


def _score_of(someone: Someone) -> float:
    contact = someone.contact
    if contact.engagement_at is None:
        return 0.0
    age = max(0.0, (AT - contact.engagement_at) / timedelta(days=30))
    return float(min(100.0, max(0.0, contact.engagement_points) * 0.5**age))


def _engagement(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    score = _score_of(someone)
    level = "active" if score >= 20 else "cooling" if score >= 2 else "dormant"
    return level in part["levels"]


def _score(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    is_enough: bool = _score_of(someone) >= part["number"]
    return is_enough is (part.get("test_is", "at_least") == "at_least")


def _topic(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    topic = part["topic"]
    wishes = (someone.choices.get(key) for key in ((topic, "email"), (topic, ""), ("", "email"), ("", "")))
    wish = next((one for one in wishes if one), None)
    is_on = crowd.topics[topic] if wish is None else wish != "never"
    return (is_on and not someone.contact.is_unconfirmed) is part.get("is_so", True)


def _consent(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    actions = [action for topic, action in someone.consents if topic == part.get("topic")]
    test = part.get("test_is", "given")
    return not actions if test == "none" else bool(actions) and actions[-1] in _ACTIONS[test]


def _suppression(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    scope = part.get("scope", "any")
    found = bool(someone.suppressed) if scope == "any" else scope in someone.suppressed
    return found is part.get("is_so", True)


def _list(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    return (part["list"] in someone.lists) is part.get("is_so", True)


def _segment(crowd: Crowd, someone: Someone, part: dict[str, Any]) -> bool:
    rule = crowd.segments[part["segment"]]
    return (not rule or holds(crowd, someone, rule["root"])) is part.get("is_so", True)


def _in_window(at: datetime, window: dict[str, Any]) -> bool:
    if window["kind"] == "last":
        return AT - timedelta(**{window.get("unit", "days"): window["amount"]}) <= at <= AT
    if window["kind"] == "between":
        since, until = window.get("since"), window.get("until")
        return (not since or at.date() >= date.fromisoformat(since)) and (
            not until or at.date() <= date.fromisoformat(until)
        )
    return True


def _compare(found: Any, wanted: dict[str, Any]) -> bool:
    number = Decimal(str(wanted["number"]))
    test = wanted.get("test_is", "at_least")
    return bool({"at_least": found >= number, "at_most": found <= number, "exactly": found == number}[test])


def _text(value: Any, part: dict[str, Any]) -> bool:
    text = value.lower() if isinstance(value, str) else ""
    values, test = [one.lower() for one in part.get("values", ())], part.get("test_is", "is")
    return {
        "is": text != "" and text in values, "is_not": text == "" or text not in values,
        "contains": any(one in text for one in values), "contains_not": not any(one in text for one in values),
        "starts_with": any(text.startswith(one) for one in values),
        "ends_with": any(text.endswith(one) for one in values), "known": text != "", "unknown": text == "",
    }[test]  # fmt: skip


def _as_number(value: Any, *, is_lenient: bool) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value))
    if is_lenient and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d{1,2})?", value):
        return Decimal(value)
    return None


def _number(number: Decimal | None, part: dict[str, Any]) -> bool:
    test = part.get("test_is", "is")
    if number is None:
        return test in {"unknown", "is_not"}
    value, until = Decimal(str(part.get("value", 0))), Decimal(str(part.get("until", 0)))
    return {
        "is": number == value, "is_not": number != value, "more_than": number > value, "at_least": number >= value,
        "less_than": number < value, "at_most": number <= value, "between": value <= number <= until,
        "known": True, "unknown": False,
    }[test]  # fmt: skip


def _flag(value: Any, part: dict[str, Any]) -> bool:
    is_known = isinstance(value, bool)
    return {"yes": value is True, "no": value is False, "known": is_known, "unknown": not is_known}[
        part.get("test_is", "yes")
    ]


def _today(someone: Someone) -> date:
    try:
        zone = ZoneInfo(someone.contact.time_zone or "UTC")
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return AT.astimezone(zone).date()


def _date(value: Any, part: dict[str, Any], today: date) -> bool:
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(T.*)?", value) if isinstance(value, str) else None
    test = part.get("test_is", "on")
    if found is None:
        return test in {"unknown", "not_on"}
    day, days = date.fromisoformat(found[1]), timedelta(days=part.get("days", 0))
    first = date.fromisoformat(part["day"]) if "day" in part else today
    until = date.fromisoformat(part["until"]) if "until" in part else today
    if test == "anniversary":
        return any(_celebrates(day, today + timedelta(days=ahead)) for ahead in range(days.days + 1))
    return {
        "on": day == first, "not_on": day != first, "before": day < first, "after": day > first,
        "between": first <= day <= until, "in_last": today - days <= day <= today,
        "in_next": today <= day <= today + days, "days_ago": day == today - days, "days_ahead": day == today + days,
        "known": True, "unknown": False,
    }[test]  # fmt: skip


def _celebrates(born: date, on: date) -> bool:
    try:
        return born.replace(year=on.year) == on
    except ValueError:  # born on a leap day
        return on == date(on.year, 2, 28)


assert AT.tzinfo is UTC
