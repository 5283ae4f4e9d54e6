"""Which rules can there be? Strategies for every kind of condition, and for trees of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as some

from tests.campaigns.segments.population import AT, NAMES, TAGS, WORDS, ZONES, Crowd

Json = some.SearchStrategy[dict[str, Any]]

_words = some.sampled_from(
    [one for one in (*WORDS, *TAGS, *ZONES, "r", "mug", "Oslo", "no", "example.com", "de") if one]
)
_values = some.lists(_words, min_size=1, max_size=3)
_numbers = some.sampled_from([0, 1, 5, 5.5, 10, 49.99, 50, 100, -3])
_days = some.integers(-5, 5).map(lambda days: str(AT.date() + timedelta(days=days)))
_many = some.integers(0, 40)
_text_tests = some.sampled_from(["is", "is_not", "contains", "contains_not", "starts_with", "ends_with"])
_sign_tests = some.sampled_from(["is", "is_not", "more_than", "at_least", "less_than", "at_most"])
_day_tests = some.sampled_from(["on", "not_on", "before", "after"])
_relative_tests = some.sampled_from(["in_last", "in_next", "days_ago", "days_ahead", "anniversary"])
_known = some.sampled_from(["known", "unknown"])


def _like(**fields: Any) -> Json:
    return some.fixed_dictionaries(
        {name: one if isinstance(one, some.SearchStrategy) else some.just(one) for name, one in fields.items()}
    )


def _texts(**fields: Any) -> Json:
    return _like(test_is=_text_tests, values=_values, **fields) | _like(test_is=_known, **fields)


def _numbers_of(**fields: Any) -> Json:
    spans = some.lists(_numbers, min_size=2, max_size=2).map(sorted)
    between = some.tuples(_like(test_is="between", **fields), spans).map(
        lambda pair: {**pair[0], "value": pair[1][0], "until": pair[1][1]}
    )
    return _like(test_is=_sign_tests, value=_numbers, **fields) | _like(test_is=_known, **fields) | between


def _dates(**fields: Any) -> Json:
    spans = some.lists(_days, min_size=2, max_size=2).map(sorted)
    between = some.tuples(_like(test_is="between", **fields), spans).map(
        lambda pair: {**pair[0], "day": pair[1][0], "until": pair[1][1]}
    )
    return (
        _like(test_is=_day_tests, day=_days, **fields)
        | _like(test_is=_relative_tests, days=_many, **fields)
        | _like(test_is=_known, **fields)
        | between
    )


def _flags(**fields: Any) -> Json:
    return _like(test_is=some.sampled_from(["yes", "no", "known", "unknown"]), **fields)


_attributes = some.one_of(
    _texts(type="text_attribute", key="plan"), _numbers_of(type="number_attribute", key="age"),
    _dates(type="date_attribute", key="birthday"), _flags(type="boolean_attribute", key="vip"),
    _like(type="list_attribute", key="tags", test_is=some.sampled_from(["any", "all", "none"]), values=_values),
    _like(type="list_attribute", key="tags", test_is=_known),
    _texts(type="place_attribute", key="home", part=some.sampled_from(["country", "region", "city"])),
)  # fmt: skip

_moments = some.sampled_from(["created_at", "last_engaged_at", "last_clicked_at", "last_opened_at"])
_texts_of_contact = some.sampled_from(
    ["first_name", "last_name", "email", "domain", "language", "locale", "time_zone", "phone"]
)
_person = some.one_of(
    _texts(type="contact_text", field=_texts_of_contact),
    _like(type="contact_moment", field=_moments, test_is=some.sampled_from(["in_last", "not_in_last"]),
          days=some.integers(1, 100)),
    _like(type="contact_moment", field=_moments, test_is=some.sampled_from(["before", "after", "on"]), day=_days),
    _like(type="contact_moment", field=_moments, test_is=some.sampled_from(["ever", "never"])),
    _like(type="contact_flag", field=some.sampled_from(["linked", "paused", "tracking", "confirmed"]),
          is_so=some.booleans()),
)  # fmt: skip

_windows = some.one_of(
    _like(kind="ever"),
    _like(kind="last", amount=some.sampled_from([1, 7, 24, 30, 90]), unit=some.sampled_from(["hours", "days"])),
    _like(kind="between", since=_days), _like(kind="between", until=_days),
)  # fmt: skip
_payloads = some.lists(
    some.one_of(
        _numbers_of(kind="number", field=some.sampled_from(["total", "items[].price"])),
        _texts(kind="text", field=some.sampled_from(["note", "items[].name", "colour"])),
        _flags(kind="boolean", field="is_gift"), _dates(kind="date", field="due"),
    ),
    max_size=2,
)  # fmt: skip
_names = some.sampled_from(NAMES)
_counts = _like(test_is=some.sampled_from(["at_least", "at_most", "exactly"]), number=some.integers(0, 3))
_anchors = some.none() | _like(name=_names, where=_payloads)
_events = some.one_of(
    _like(type="event", name=_names, where=_payloads, count=_counts, window=_windows, since=_anchors),
    _like(type="event_sum", name=_names, where=_payloads, field="total", window=_windows, since=_anchors,
          amount=_like(test_is=some.sampled_from(["at_least", "at_most"]), number=_numbers)),
)  # fmt: skip
_mails = _like(
    type="mail", fact=some.sampled_from(["sent", "delivered", "opened", "clicked", "bounced"]), count=_counts,
    window=_windows, source=some.sampled_from([None, "campaign:1"]), topic=some.sampled_from([None, "news"]),
    mail_type=some.sampled_from([None, "welcome"]),
)  # fmt: skip
_mailings = _like(
    type="mailing", source=some.sampled_from(["campaign:1", "campaign:2"]),
    fact=some.sampled_from(["sent", "delivered", "opened", "not_opened", "clicked", "not_clicked", "bounced"]),
)  # fmt: skip
_topics = some.sampled_from(["news", "offers"])
_levels = some.sampled_from(["active", "cooling", "dormant"])
_scores = some.sampled_from([0, 2, 10, 20, 100])
_consents = some.sampled_from(["given", "asked", "withdrawn", "none"])
_standing = some.one_of(
    _like(type="engagement", levels=some.lists(_levels, min_size=1, max_size=2)),
    _like(type="score", test_is=some.sampled_from(["at_least", "less_than"]), number=_scores),
    _like(type="topic", topic=_topics, is_so=some.booleans()),
    _like(type="consent", topic=some.none() | _topics, test_is=_consents),
    _like(type="suppression", scope=some.sampled_from(["any", "all", "marketing"]), is_so=some.booleans()),
)  # fmt: skip


def conditions(crowd: Crowd) -> Json:
    """Any one condition about a crowd."""
    sets = some.one_of(
        _like(type="list", list=some.sampled_from(crowd.lists), is_so=some.booleans()),
        _like(type="segment", segment=some.sampled_from(sorted(crowd.segments)), is_so=some.booleans()),
    )
    return some.one_of(_attributes, _person, _events, _events, _mails, _mailings, _standing, sets)


def rules(crowd: Crowd) -> Json:
    """Whole rules. Every other one asks a single question: in a large tree a wrong answer often changes nothing."""
    matches = some.sampled_from(["all", "any", "none"])
    one = conditions(crowd)
    parts = some.recursive(
        one,
        lambda inner: _like(type="group", match=matches, rules=some.lists(inner, min_size=1, max_size=3)),
        max_leaves=6,
    )
    roots = _like(type="group", match=matches, rules=some.lists(parts, max_size=3))
    alone = one.map(lambda asked: {"type": "group", "match": "all", "rules": [asked]})
    return _like(version=1, root=alone | roots)
