"""How is a domain checked, and how is what was found kept? The only writer of SenderDomain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from notifications.delivery import alerts
from notifications.delivery.domains import permission
from notifications.delivery.domains.findings import Finding, Severity, give_verdict, read_finding, worst_first
from notifications.delivery.domains.in_use import subject_of, uses_of
from notifications.delivery.domains.judging import judge
from notifications.delivery.domains.lookup import look_up_all
from notifications.delivery.domains.names import normalise_domain
from notifications.delivery.domains.resolver import Resolver, configured_resolver
from notifications.delivery.models import SenderDomain

ALERT = "domain_unfit"
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*")
MOST_SELECTORS = 20


class BadSelector(ValueError):
    """The text is no DKIM selector; the message says why."""


def read_selectors(texts: Iterable[str]) -> list[str]:
    """Selectors in one spelling, each once; `s1._domainkey.example.com` is read as `s1`. Raises BadSelector."""
    found: dict[str, None] = {}
    for text in texts:
        selector = text.strip().lower().partition("._domainkey")[0]
        if not _SELECTOR.fullmatch(selector) or len(selector) > 63:
            raise BadSelector(f"{text.strip()!r} is no selector: it is what stands before ._domainkey, such as s1.")
        found[selector] = None
    if len(found) > MOST_SELECTORS:
        raise BadSelector(f"More than {MOST_SELECTORS} selectors: leave out those that sign no more.")
    return list(found)


def add_domain(text: str) -> SenderDomain:
    """Begin to watch a domain. Raises BadDomain."""
    row, _made = SenderDomain.objects.get_or_create(domain=normalise_domain(text))
    return row


class DomainInUse(Exception):
    """The domain cannot be forgotten; the message says what uses it."""


@transaction.atomic
def remove_domain(row: SenderDomain) -> None:
    """Forget a domain, what was found and its selectors: marketing from it is stopped. Raises DomainInUse."""
    if uses := uses_of(row.domain):
        raise DomainInUse(f"{row.domain} is in use by {', '.join(uses)}.")
    SenderDomain.objects.filter(pk=row.pk).delete()
    alerts.clear_alert(ALERT, row.domain)
    transaction.on_commit(permission.forget)


def set_selectors(row: SenderDomain, selectors: Iterable[str]) -> None:
    """Replace the selectors that staff knows. Raises BadSelector."""
    row.dkim_selectors = read_selectors(selectors)
    row.save(update_fields=["dkim_selectors"])


def check_domain(row: SenderDomain, *, at: datetime, resolver: Resolver | None = None) -> list[Finding]:
    """Look a domain up, store the verdict and tell staff when it is unfit; no transaction is open meanwhile."""
    subject = subject_of(row)
    findings = judge(subject, look_up_all(subject, resolver or configured_resolver()))
    _store(row.pk, findings, at=at, is_in_use=bool(subject.accounts))
    row.refresh_from_db()
    permission.forget()
    return findings


def findings_of(row: SenderDomain) -> list[Finding]:
    """What the last check found."""
    return worst_first(read_finding(one) for one in row.findings)


@transaction.atomic
def _store(domain: str, findings: list[Finding], *, at: datetime, is_in_use: bool) -> None:
    row = SenderDomain.objects.select_for_update().get(pk=domain)
    verdict = give_verdict(findings, before=row.verdict)
    if verdict != row.verdict:
        row.changed_at = at
    row.verdict, row.checked_at, row.findings = verdict, at, [finding.as_json() for finding in findings]
    row.save(update_fields=["verdict", "checked_at", "findings", "changed_at"])
    if verdict == SenderDomain.Verdict.UNFIT and is_in_use:
        alerts.raise_alert(ALERT, domain, _alert_text(domain, findings))
    elif verdict != SenderDomain.Verdict.UNCHECKED:
        alerts.clear_alert(ALERT, domain)


def _alert_text(domain: str, findings: list[Finding]) -> str:
    codes = ", ".join(one.code for one in findings if one.severity == Severity.STOPS)
    return f"Marketing from {domain} is held back ({codes}). Sending domains in the console has the records to add."
