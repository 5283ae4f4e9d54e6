"""Does SPF allow the mail that we send? Judged on the From domain, and on envelope domains of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.findings import Finding, Record, Severity, unanswered
from notifications.delivery.domains.setups import setup_of
from notifications.delivery.domains.spf_terms import MOST_LOOKUPS, count_cost, ending_of, includes, mend, spf_records

_RFC = "https://www.rfc-editor.org/rfc/rfc7208"


#: Kinds that put the customer's own domain into the envelope by default; others use one of theirs, and SPF is theirs.
_ENVELOPE_IS_OURS = frozenset({"mailgun"})


def judge_spf(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """The From domain first, then the envelope domains."""
    for domain in (subject.domain, *subject.envelope_domains):
        yield from _judge(subject, domain, answers)


def _kinds_with(subject: Subject, domain: str) -> list[str]:
    """The kinds of the accounts that `domain` is set up with."""
    return [one.kind for one in subject.accounts if (one.envelope_domain or subject.domain) == domain]


def _includes_for(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (setup_of(kind).spf_include for kind in kinds))))


def _is_envelope(subject: Subject, domain: str) -> bool:
    """Whether a receiver checks SPF on this domain; for all we know it does, while no account is known."""
    kinds = set(_kinds_with(subject, domain))
    return not subject.accounts or domain != subject.domain or bool(kinds & {*_ENVELOPE_IS_OURS, "smtp"})


def _judge(subject: Subject, domain: str, answers: Answers) -> Iterator[Finding]:
    kinds = _kinds_with(subject, domain)
    wanted = _includes_for(kind for kind in kinds if kind in _ENVELOPE_IS_OURS)
    missing = [one for one in wanted if not includes(domain, one, answers)]
    answer = answers.of(domain, "TXT")
    records = spf_records(answer)
    if not answer.is_known:
        yield unanswered("spf", f"the SPF record of {domain}", answer.fault)
    elif not records:
        yield _missing(domain, _includes_for(kinds), is_envelope=_is_envelope(subject, domain))
    elif len(records) > 1:
        yield Finding(
            code="spf_several", severity=Severity.STOPS, found=" | ".join(records), docs_url=f"{_RFC}#section-4.5",
            text=f"{domain} has {len(records)} SPF records. With more than one, receivers ignore them all."
                 " Remove them and publish this one.",
            records=(_txt(domain, mend(records, including=missing)),),
        )  # fmt: skip
    else:
        mended = (_txt(domain, mend(records, including=missing)),)
        faults = [*_judge_cost(domain, records[0], answers), *_judge_ending(domain, records[0], mended)]
        faults += _judge_includes(domain, records[0], missing, mended)
        yield from faults or [
            Finding(code="spf", severity=Severity.OK, found=records[0], text=f"SPF of {domain} is in order.")
        ]


def _missing(domain: str, wanted: list[str], *, is_envelope: bool) -> Finding:
    included = "".join(f" include:{one}" for one in wanted)
    severity = Severity.STOPS if is_envelope else Severity.WARNS
    why = (
        "Receivers cannot tell which servers may send for it, and large mailbox providers refuse bulk mail without SPF."
        if is_envelope
        else "Your providers use a domain of their own for SPF, so mail passes; publish one so that nobody else can"
        " send in the domain's name."
    )
    note = "" if wanted else "Put what your mail servers are before ~all: ip4:192.0.2.1, or your provider's include."
    return Finding(
        code="spf_missing", severity=severity, found="", text=f"{domain} has no SPF record. {why}",
        records=(_txt(domain, f"v=spf1{included} ~all", note=note),), docs_url=f"{_RFC}#section-3",
    )  # fmt: skip


def _judge_cost(domain: str, record: str, answers: Answers) -> Iterator[Finding]:
    cost = count_cost(domain, answers)
    if cost.broken:
        yield Finding(
            code="spf_broken", severity=Severity.STOPS, found=record, docs_url=f"{_RFC}#section-5.2",
            text=f"The SPF record of {domain} cannot be followed: {', '.join(cost.broken)} has no single valid SPF"
                 " record. Receivers treat the whole record as an error. Correct or remove that part.",
        )  # fmt: skip
    elif cost.lookups > MOST_LOOKUPS:
        yield Finding(
            code="spf_lookups", severity=Severity.STOPS, found=record, docs_url=f"{_RFC}#section-4.6.4",
            text=f"The SPF record of {domain} needs {cost.lookups} DNS look-ups; after {MOST_LOOKUPS} receivers give up"
                 " and SPF fails. Remove includes of services that no longer send for you, or give a service a"
                 " subdomain of its own.",
        )  # fmt: skip
    elif cost.unanswered:
        yield unanswered("spf", f"what the SPF record of {domain} includes ({', '.join(cost.unanswered)})",
                         "DNS did not answer")  # fmt: skip


def _judge_ending(domain: str, record: str, mended: tuple[Record, ...]) -> Iterator[Finding]:
    ending = ending_of(record)
    if ending == "+all":
        yield Finding(
            code="spf_allows_all", severity=Severity.STOPS, found=record, records=mended,
            docs_url=f"{_RFC}#section-5.1",
            text=f"The SPF record of {domain} ends in +all: it allows the whole world to send for it.",
        )  # fmt: skip
    elif ending in {"?all", ""}:
        yield Finding(
            code="spf_open", severity=Severity.WARNS, found=record, records=mended, docs_url=f"{_RFC}#section-5.1",
            text=f"The SPF record of {domain} does not say what to do with other servers. End it in ~all or -all.",
        )  # fmt: skip


def _judge_includes(domain: str, record: str, missing: list[str], mended: tuple[Record, ...]) -> Iterator[Finding]:
    if missing:
        yield Finding(
            code="spf_provider_missing", severity=Severity.WARNS, found=record, docs_url=f"{_RFC}#section-5.2",
            text=f"The SPF record of {domain} does not include {', '.join(missing)}, whose servers send for it. Unless"
                 " their addresses are listed one by one, SPF fails for that mail. Replace the record by this one.",
            records=mended,
        )  # fmt: skip


def _txt(domain: str, value: str, *, note: str = "") -> Record:
    return Record(type="TXT", name=domain, value=value, note=note)
