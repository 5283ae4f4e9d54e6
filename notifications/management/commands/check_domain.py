"""May mail be sent from a domain, and which DNS records are to be added?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from notifications.delivery.domains.checking import BadSelector, add_domain, check_domain, read_selectors, set_selectors
from notifications.delivery.domains.findings import Finding, Severity
from notifications.delivery.domains.names import BadDomain
from notifications.delivery.models import SenderDomain

_WORDS = {Severity.STOPS: "STOPS", Severity.WARNS: "WARNS", Severity.OK: "ok"}


class Command(BaseCommand):
    help = "Looks up a domain's SPF, DKIM, DMARC, MX and blocklists, and prints the records to add."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain", help="The domain in the From address: mail.example.com")
        parser.add_argument(
            "--selector", action="append", default=[], metavar="S", help="A DKIM selector; may be given again. Kept."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, domain: str, selector: list[str], json: bool, **options: Any) -> None:
        try:
            told = read_selectors(selector)
            row = add_domain(domain)
            if told:
                set_selectors(row, [*row.dkim_selectors, *told])
        except (BadDomain, BadSelector) as fault:
            raise CommandError(str(fault)) from None
        findings = check_domain(row, at=clock.now())
        self.stdout.write(_as_json(row, findings) if json else _as_text(row, findings))
        if row.verdict == SenderDomain.Verdict.UNFIT:
            sys.exit(1)


def _as_json(row: SenderDomain, findings: list[Finding]) -> str:
    return json.dumps(
        {"domain": row.domain, "verdict": row.verdict, "findings": [finding.as_json() for finding in findings]}
    )


def _as_text(row: SenderDomain, findings: list[Finding]) -> str:
    lines = [f"{row.domain}: {row.get_verdict_display()}"]
    for finding in findings:
        lines += ["", f"{_WORDS[finding.severity]:5}  {finding.text}"]
        lines += [f"       found: {finding.found}"] if finding.found else []
        for record in finding.records:
            lines.append(f"       add:   {record.type:5} {record.name}  {record.value}")
            lines += [f"              {record.note}"] if record.note else []
        lines += [f"       see:   {finding.docs_url}"] if finding.docs_url else []
    return "\n".join(lines)
