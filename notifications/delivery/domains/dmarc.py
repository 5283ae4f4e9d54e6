"""What happens to mail that fails, and does ours pass: DMARC and the alignment of its domains. RFC 9989."""

from __future__ import annotations

from collections.abc import Iterator

from notifications.delivery.domains.asking import Account, Answers, Subject
from notifications.delivery.domains.dkim import read_keys
from notifications.delivery.domains.findings import Finding, Record, Severity, unanswered
from notifications.delivery.domains.names import dmarc_record, dmarc_records, walk_up
from notifications.delivery.domains.setups import fill_in, setup_of
from notifications.delivery.domains.spf_terms import spf_records
from notifications.delivery.domains.tags import read_tags

_RFC = "https://www.rfc-editor.org/rfc/rfc9989"
_POLICIES = frozenset({"none", "quarantine", "reject"})


def judge_dmarc(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """The policy that holds for the From domain."""
    failed = [name for name in walk_up(subject.domain) if not answers.dmarc_of(name).is_known]
    several = dmarc_records(answers.dmarc_of(subject.domain))
    place, record = find_policy(subject.domain, answers)
    if len(several) > 1:
        yield Finding(
            code="dmarc_several", severity=Severity.STOPS, found=" | ".join(several), docs_url=f"{_RFC}#section-4.7",
            text=f"_dmarc.{subject.domain} has {len(several)} DMARC records; with more than one, receivers ignore them"
                 " all. Keep this one and remove the rest.",
            records=(Record(type="TXT", name=f"_dmarc.{subject.domain}", value=several[0]),),
        )  # fmt: skip
    elif not record and failed:
        yield unanswered("dmarc", f"the DMARC record of {failed[0]}", answers.dmarc_of(failed[0]).fault)
    elif not record:
        yield _missing(subject.domain)
    else:
        yield _judge_policy(subject.domain, place, record)


def find_policy(domain: str, answers: Answers) -> tuple[str, str]:
    """Where the record is that speaks for a domain, its own or its organisation's, and the record; ("", "") if none."""
    for place in (domain, answers.organisation_of(domain)):
        if record := dmarc_record(answers.dmarc_of(place)):
            return place, record
    return "", ""


def _missing(domain: str) -> Finding:
    return Finding(
        code="dmarc_missing", severity=Severity.STOPS, found="", docs_url=f"{_RFC}#section-4.7",
        text=f"{domain} has no DMARC record, and none above it has one. Large mailbox providers refuse bulk mail"
             " without it. Begin with p=none, read the reports for some weeks, then change it to p=quarantine.",
        records=(
            Record(type="TXT", name=f"_dmarc.{domain}", value=f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}",
                   note=f"Reports go to dmarc@{domain}: let it be a mailbox that exists."),
        ),
    )  # fmt: skip


def _judge_policy(domain: str, place: str, record: str) -> Finding:
    tags = read_tags(record)
    inherited = tags.get("sp") if place != domain else None
    policy = (inherited or tags.get("p") or "none").lower()
    where = f"_dmarc.{place}"
    if policy not in _POLICIES:
        return Finding(
            code="dmarc_broken", severity=Severity.STOPS, found=record, docs_url=f"{_RFC}#section-4.7",
            text=f"The policy in {where} is {policy!r}; it can be none, quarantine or reject. Receivers ignore it.",
            records=(_with_policy(where, record, "none"),),
        )  # fmt: skip
    if policy == "none":
        return Finding(
            code="dmarc_none", severity=Severity.WARNS, found=record, docs_url=f"{_RFC}#section-4.7",
            text=f"The policy in {where} is none: anybody can still send in the domain's name. Once the reports show"
                 " that all your own mail passes, publish this.",
            records=(_with_policy(where, record, "quarantine"),),
        )  # fmt: skip
    return Finding(code="dmarc", severity=Severity.OK, found=record, text=f"DMARC by {where} is in order ({policy}).")


def _with_policy(name: str, record: str, policy: str) -> Record:
    kept = [f"{tag}={value}" for tag, value in read_tags(record).items() if tag not in {"v", "p", "sp"}]
    return Record(type="TXT", name=name, value="; ".join(["v=DMARC1", f"p={policy}", *kept]))


def judge_alignment(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """Does mail pass DMARC: is it signed by, or is its envelope from, the From domain or a relative of it?"""
    tags = read_tags(find_policy(subject.domain, answers)[1])
    keys = [key for key in read_keys(subject, answers) if not key.fault]
    aligned = [key for key in keys if _is_aligned(subject.domain, key.domain, tags.get("adkim", "r"), answers)]
    if keys and not aligned:
        yield Finding(
            code="not_aligned", severity=Severity.STOPS, found=keys[0].name, docs_url=f"{_RFC}#section-4.4",
            text=f"Mail from {subject.domain} is signed by {keys[0].domain}, which DMARC does not take for the same"
                 f" sender{_why(tags, 'adkim')}. Set {subject.domain} itself up with your provider.",
        )  # fmt: skip
    if not aligned:
        return
    loose = [finding for one in subject.accounts for finding in _judge_envelope(subject, one, tags, answers)]
    yield from loose or [
        Finding(
            code="aligned", severity=Severity.OK, found=aligned[0].name,
            text=f"Signatures of {aligned[0].domain} align with the From domain, so mail passes DMARC.",
        )
    ]  # fmt: skip


def _judge_envelope(subject: Subject, account: Account, tags: dict[str, str], answers: Answers) -> Iterator[Finding]:
    """Where we know the domain of an account's envelopes: is it of the From domain, and is it set up?"""
    setup = setup_of(account.kind)
    if setup.return_path:
        name = f"{setup.return_path}.{subject.domain}"
        answer = answers.of(name, "TXT")
        if answer.is_known and not spf_records(answer):
            yield Finding(
                code="return_path_missing", severity=Severity.WARNS, found="", docs_url=setup.docs_url,
                text=f"{setup.label} has no return path of yours ({name}). Mail passes DMARC by its signature alone;"
                     " publish this so that it passes by SPF too.",
                records=fill_in(setup.return_path_records, domain=subject.domain),
            )  # fmt: skip
    envelope = account.envelope_domain
    if envelope and not _is_aligned(subject.domain, envelope, tags.get("aspf", "r"), answers):
        yield Finding(
            code="spf_not_aligned", severity=Severity.WARNS, found=envelope, docs_url=f"{_RFC}#section-4.4",
            text=f"{setup.label} sends with {envelope} in the envelope, which DMARC does not take for {subject.domain}"
                 f"{_why(tags, 'aspf')}. Mail passes by its signature alone.",
        )  # fmt: skip


def _is_aligned(domain: str, other: str, mode: str, answers: Answers) -> bool:
    """Strict: the same name; relaxed: the same organisation."""
    if domain == other or mode.lower() == "s":
        return domain == other
    return answers.organisation_of(domain) == answers.organisation_of(other)


def _why(tags: dict[str, str], tag: str) -> str:
    return f" ({tag}=s asks for the very same name)" if tags.get(tag, "r").lower() == "s" else ""
