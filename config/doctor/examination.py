"""Which questions does the doctor ask, and in which order are the answers told?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from config import clock
from config.doctor import accounts, content, database, doorbell, environment, outcomes, queues, senders, workers
from config.doctor.findings import Finding, Severity

logger = logging.getLogger("postrider.doctor")

#: A question that the database is not needed for is asked with no time, too.
Question = Callable[[Any], Iterable[Finding]]

#: In order of importance: among findings of one severity, the first cause comes first.
QUESTIONS: tuple[Question, ...] = (
    database.find_migrations,
    database.find_unsafe_commits,
    workers.find_worker_faults,
    accounts.find_unusable_pools,
    accounts.find_refused_accounts,
    accounts.find_setup_faults,
    environment.find_simulated_accounts,
    queues.find_late_mail,
    queues.find_late_events,
    queues.find_pauses,
    senders.find_example_sender,
    senders.find_unfit_domains,
    content.find_missing_templates,
    queues.find_late_reports,
    accounts.find_open_breakers,
    accounts.find_limited_accounts,
    accounts.find_failed_tests,
    outcomes.find_missing_reports,
    outcomes.find_alerts,
    outcomes.find_unknown_mails,
    outcomes.find_dead_letters,
    outcomes.find_refused_events,
    outcomes.find_unfinished_erasures,
    senders.find_held_warmups,
    accounts.find_shared_accounts,
    content.find_unpublished_changes,
    database.find_skew,
    database.find_long_transactions,
    database.find_bloat,
    database.find_partitions,
)
WITHOUT_DATABASE: tuple[Question, ...] = (
    doorbell.find_redis_faults,
    environment.find_check_faults,
    environment.find_mail_road,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings, the worst first."""

    findings: tuple[Finding, ...]
    questions: int

    @property
    def is_broken(self) -> bool:
        """Whether something does not work."""
        return any(finding.severity == Severity.BROKEN for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity == severity for finding in self.findings)


def examine() -> Report:
    """Ask everything; a question that fails is a finding, and the others go on. Raises nothing."""
    found = [*_ask_database(), *_ask(WITHOUT_DATABASE, None)]
    worst_first = sorted(found, key=lambda finding: -finding.severity)
    return Report(findings=tuple(worst_first), questions=len(QUESTIONS) + len(WITHOUT_DATABASE))


def _ask_database() -> list[Finding]:
    try:
        at = clock.now()
    except DatabaseError as error:
        return [_no_database(error)]
    return list(_ask(QUESTIONS, at))


def _ask(questions: Iterable[Question], at: datetime | None) -> Iterator[Finding]:
    for question in questions:
        try:
            yield from _answers(question, at)
        except Exception as error:
            logger.exception("the doctor's question %s failed", question.__name__)
            yield _unanswered(question, error)


def _answers(question: Question, at: datetime | None) -> list[Finding]:
    """One question's findings. Where tables are missing, its transaction alone is broken."""
    if at is None:
        return list(question(at))
    with transaction.atomic():
        return list(question(at))


def _no_database(error: DatabaseError) -> Finding:
    return Finding(
        severity=Severity.BROKEN, subject=database.SUBJECT,
        what=f"The database does not answer: {str(error).strip().splitlines()[0]}",
        mend="Start PostgreSQL, or correct DATABASE_URL. Until then no event can be taken and no mail leaves.",
    )  # fmt: skip


def _unanswered(question: Question, error: Exception) -> Finding:
    name = question.__name__.removeprefix("find_").replace("_", " ")
    return Finding(
        severity=Severity.WARNING, subject="Doctor",
        what=f"Could not look at {name}: {type(error).__name__}.",
        mend="If migrations are missing, apply them first. Else see the log.",
    )  # fmt: skip
