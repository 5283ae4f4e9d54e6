"""Which questions does a check ask DNS? Each once; later ones follow from the answers to earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from notifications.delivery.domains import blocklists
from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.dkim import key_names, signing_domains
from notifications.delivery.domains.names import walk_up
from notifications.delivery.domains.resolver import Answer, Resolver
from notifications.delivery.domains.setups import setup_of
from notifications.delivery.domains.spf_terms import MOST_LOOKUPS, targets_of

# More includes than this are not followed: the record is over the limit long before.
_MOST_SPF_NAMES = 2 * MOST_LOOKUPS


@dataclass(slots=True)
class _Asker:
    """Asks each question once."""

    resolver: Resolver
    known: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def ask(self, names: Iterable[str], kind: str) -> None:
        for name in names:
            if (name, kind) not in self.known:
                self.known[name, kind] = self.resolver.look_up(name, kind)


def look_up_all(subject: Subject, resolver: Resolver) -> Answers:
    """Every answer that the judging needs; what does not answer is there as failed."""
    asker = _Asker(resolver)
    answers = Answers(asker.known)
    asker.ask([subject.domain], "MX")
    if not answers.of(subject.domain, "MX").values:
        for kind in ("A", "AAAA"):
            asker.ask([subject.domain], kind)
    _follow_spf(subject, asker)
    asker.ask((f"_dmarc.{name}" for name in _dmarc_names(subject)), "TXT")
    asker.ask((f"{selector}._domainkey.{domain}" for selector, domain in key_names(subject)), "TXT")
    asker.ask(_return_paths(subject), "TXT")
    asker.ask((name for _, _, name in blocklists.questions(subject, answers)), "A")
    return answers


def _dmarc_names(subject: Subject) -> list[str]:
    return list(dict.fromkeys(name for domain in signing_domains(subject) for name in walk_up(domain)))


def _return_paths(subject: Subject) -> list[str]:
    paths = (setup_of(account.kind).return_path for account in subject.accounts)
    return [f"{path}.{subject.domain}" for path in paths if path]


def _follow_spf(subject: Subject, asker: _Asker) -> None:
    """Ask for the records and for what they include, level by level."""
    waiting, seen = [subject.domain, *subject.envelope_domains], set[str]()
    while waiting and len(seen) < _MOST_SPF_NAMES:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            asker.ask([name], "TXT")
            waiting += targets_of(asker.known[name, "TXT"])
