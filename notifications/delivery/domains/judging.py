"""Is a domain fit for marketing? Pure: what was asked and answered in, findings out."""

from __future__ import annotations

from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.blocklists import judge_blocklists
from notifications.delivery.domains.dkim import judge_dkim
from notifications.delivery.domains.dmarc import judge_alignment, judge_dmarc
from notifications.delivery.domains.findings import Finding, worst_first
from notifications.delivery.domains.mail_exchange import judge_mail_exchange
from notifications.delivery.domains.spf import judge_spf


def judge(subject: Subject, answers: Answers) -> list[Finding]:
    """All findings, the worst first. A domain that does not exist gets that one alone."""
    mail_exchange = list(judge_mail_exchange(subject, answers))
    if mail_exchange[0].code == "domain_missing":
        return mail_exchange
    return worst_first([
        *judge_spf(subject, answers), *judge_dkim(subject, answers), *judge_dmarc(subject, answers),
        *judge_alignment(subject, answers), *mail_exchange, *judge_blocklists(subject, answers),
    ])  # fmt: skip
