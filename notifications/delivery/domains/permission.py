"""May marketing mail leave from this domain? Asked once a call; remembered for some seconds."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic

from notifications.delivery.domains.names import spelt
from notifications.delivery.models import SenderDomain
from preferences.eligibility import ALLOWED, Decision

#: A new verdict reaches every process within this time.
REMEMBERED_SECONDS = 10

#: The reasons of this gate, in words for screens.
REASONS: dict[str, str] = {
    "domain_unfit": "The sender's domain is not fit for marketing, or was never checked: see Sending domains",
}


def decide(verdict: str | None, *, is_simulated: bool) -> Decision:
    """Marketing leaves from a domain that was found fit; a simulated account reaches nobody, so it is never held."""
    if is_simulated or verdict == SenderDomain.Verdict.FIT:
        return ALLOWED
    return Decision(False, "domain_unfit")


def may_send_marketing(domain: str, *, is_simulated: bool) -> Decision:
    """Whether marketing from `domain` may leave by an account, at most REMEMBERED_SECONDS late."""
    if is_simulated:
        return ALLOWED
    return decide(_verdict_of(spelt(domain), int(monotonic() / REMEMBERED_SECONDS)), is_simulated=False)


def forget() -> None:
    """Read anew at the next question."""
    _verdict_of.cache_clear()


@lru_cache(maxsize=64)
def _verdict_of(domain: str, _moment: int) -> str | None:
    return SenderDomain.objects.filter(pk=domain).values_list("verdict", flat=True).first()
