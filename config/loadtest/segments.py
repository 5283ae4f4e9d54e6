"""How long does a live count take, among so many people and events? The ready-made segments and five harder rules."""

from __future__ import annotations

import os
import time
from typing import Any

import psutil

from campaigns.segments import running
from campaigns.segments.known import Known
from campaigns.segments.ready_made import READY_MADE
from config import clock
from config.loadtest.figures import milliseconds, percentile
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.stack import peak_memory
from config.loadtest.watching import ask, visitor
from preferences.models import Contact
from tracking.models import Event

_ROUNDS = 10
_PAGES = 20
_QUARTER = {"kind": "last", "amount": 90, "unit": "days"}
_YEAR = {"kind": "last", "amount": 365, "unit": "days"}


def run(options: Options) -> Outcome:
    """Times `_ROUNDS` counts of each rule, and the first page of the list of contacts."""
    if not Contact.objects.exists() or not Event.objects.exists():
        raise Failed("there is nobody to count: run `manage.py loadtest seed` first")
    known = Known()
    rules = {one.key: rule for one in READY_MADE if (rule := one.rule(known)) is not None} | _mix()
    found = {name: _measure(rule) for name, rule in rules.items()}
    every = [seconds for timings, _ in found.values() for seconds in timings]
    return {
        "contacts": Contact.objects.count(), "events": Event.objects.count(), "rate": round(len(every) / sum(every), 1),
        "seconds": round(sum(every), 1), "rss_mb": peak_memory(psutil.Process(os.getpid())),
        "all_ms": _figures(every), "contact_list_ms": _figures(_time_pages()),
        "rules": {name: {"people": people, **_figures(timings)} for name, (timings, people) in found.items()},
    }  # fmt: skip


def _mix() -> dict[str, dict[str, Any]]:
    """What marketers ask: several things at once, nested, with windows, payloads and what did not happen since."""
    ordered = {"type": "event", "name": "order.placed", "window": _QUARTER}
    twice = {**ordered, "count": {"test_is": "at_least", "number": 2}}
    dear = {"field": "total", "kind": "number", "test_is": "more_than", "value": 50}
    not_sent = {
        "type": "event", "name": "order.shipped", "count": {"test_is": "at_most", "number": 0},
        "since": {"name": "order.placed"},
    }  # fmt: skip
    pro = {"type": "text_attribute", "key": "plan", "values": ["pro"]}
    spent = {"type": "event_sum", "name": "order.placed", "field": "total", "window": _YEAR,
             "amount": {"test_is": "at_least", "number": 200}}  # fmt: skip
    cart = {"type": "event", "name": "cart.abandoned", "window": _QUARTER, "since": {"name": "order.placed"}}
    never = {"type": "event", "name": "order.placed", "count": {"test_is": "at_most", "number": 0}}
    birthday = {"type": "date_attribute", "key": "birthday", "test_is": "anniversary", "days": 7}
    north = {"type": "place_attribute", "key": "home", "values": ["NO", "DE"]}
    active = {"type": "engagement", "levels": ["active", "cooling"]}
    suppressed = {"type": "suppression", "is_so": False}
    return {
        "bought twice, nothing shipped since": _rule({**twice, "where": [dear]}, not_sent),
        "pro or big spender, active": _rule({"type": "group", "match": "any", "rules": [pro, spent]}, active),
        "cart left, or never ordered": _rule({"type": "group", "match": "any", "rules": [cart, never]}, suppressed),
        "birthday in the north": _rule(birthday, north, suppressed),
        "none of three": _rule(twice, pro, {**active, "levels": ["dormant"]}, match="none"),
    }


def _rule(*rules: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": match, "rules": list(rules)}}


def _measure(rule: dict[str, Any]) -> tuple[list[float], int]:
    at, people = clock.now(), 0
    timings = []
    for _ in range(_ROUNDS + 1):
        started = time.perf_counter()
        people = running.count_people(rule, at=at, seconds=running.PATIENT_SECONDS).count
        timings.append(time.perf_counter() - started)
    return timings[1:], people  # the first reads from the disk what the others find in memory


def _time_pages() -> list[float]:
    browser = visitor()
    return [ask(browser, "/preferences/contact/") for _ in range(_PAGES + 1)][1:]  # the first compiles


def _figures(seconds: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95}
    found = {name: milliseconds(percentile(seconds, share)) for name, share in shares.items()}
    return {"best": milliseconds(min(seconds)), **found}  # what it takes where nothing else runs
