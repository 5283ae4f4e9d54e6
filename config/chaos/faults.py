"""What does the simulator do to the calls of this scenario?"""

from __future__ import annotations

from typing import Any

from config.loadtest.accounts import control

#: Kinds after which nobody here can know whether the provider has the mail.
_UNCERTAIN = ("reset_after_accept", "reset_before_accept", "hang", "hang_after_accept", "broken_json")
_UNCERTAIN_STATUSES = (500, 502, 504)

Rule = dict[str, Any]


def play(*rules: Rule) -> None:
    """These faults from now on, tried in order; none: the provider is well."""
    control("PUT", "faults", list(rules))


def slow(seconds: float) -> Rule:
    """Each call that no rule before this one befell goes well, but takes so long."""
    return {"kind": "latency", "seconds": seconds}


def count_used() -> int:
    """How many calls a fault other than slowness has befallen."""
    return sum(rule["used"] for rule in control("GET", "faults") if rule["kind"] != "latency")


def count_uncertain() -> int:
    """How many calls had an answer that leaves it open whether the mail was accepted."""
    return sum(rule["used"] for rule in control("GET", "faults") if _is_uncertain(rule))


def _is_uncertain(rule: Rule) -> bool:
    return rule["kind"] in _UNCERTAIN or (rule["kind"] == "status" and rule["status"] in _UNCERTAIN_STATUSES)
