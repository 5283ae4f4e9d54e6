"""Can somebody answer, and can bounces come back: does the From domain take mail? RFC 5321 5.1, RFC 7505."""

from __future__ import annotations

from collections.abc import Iterator

from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.findings import Finding, Record, Severity, unanswered
from notifications.delivery.domains.resolver import Status

_HOST_KINDS = ("A", "AAAA")


def judge_mail_exchange(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """The domain's own mail server."""
    domain, answer = subject.domain, answers.of(subject.domain, "MX")
    if not answer.is_known:
        yield unanswered("mx", f"the MX record of {domain}", answer.fault)
    elif answer.status == Status.NO_NAME:
        yield Finding(
            code="domain_missing", severity=Severity.STOPS, found="",
            text=f"There is no domain {domain} in DNS. Register it, or correct the From address.",
        )  # fmt: skip
    elif any(value.split()[-1] == "." for value in answer.values):
        yield Finding(
            code="mx_null", severity=Severity.STOPS, found=", ".join(answer.values),
            docs_url="https://www.rfc-editor.org/rfc/rfc7505#section-4.2", records=(_wanted(domain),),
            text=f"{domain} says that it takes no mail (null MX). Receivers may refuse mail from such a domain, and"
                 " nobody can answer. Replace the record by one that names your mail server.",
        )  # fmt: skip
    elif answer.values:
        yield Finding(code="mx", severity=Severity.OK, found=", ".join(answer.values), text=f"{domain} takes mail.")
    else:
        yield _no_record(domain, answers)


def _no_record(domain: str, answers: Answers) -> Finding:
    hosts = [answers.of(domain, kind) for kind in _HOST_KINDS]
    if any(host.values for host in hosts):
        return Finding(
            code="mx_missing", severity=Severity.WARNS, found="", records=(_wanted(domain),),
            docs_url="https://www.rfc-editor.org/rfc/rfc5321#section-5.1",
            text=f"{domain} has no MX record. Answers and bounces go to its web address, which seldom takes mail.",
        )  # fmt: skip
    if not all(host.is_known for host in hosts):
        return unanswered("mx", f"the address of {domain}", next(host.fault for host in hosts if not host.is_known))
    return Finding(
        code="mx_unreachable", severity=Severity.STOPS, found="", records=(_wanted(domain),),
        docs_url="https://www.rfc-editor.org/rfc/rfc5321#section-5.1",
        text=f"{domain} has neither an MX record nor an address. Many receivers refuse mail from a domain that cannot"
             " be answered.",
    )  # fmt: skip


def _wanted(domain: str) -> Record:
    return Record(
        type="MX", name=domain, value="10 MAIL-SERVER",
        note="The server that takes this domain's mail: that of your mailbox provider.",
    )  # fmt: skip
