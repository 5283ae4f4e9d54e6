"""Is a test of variants fit to be sent, and will it be able to say anything?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from campaigns.audience.estimating import read_estimate
from campaigns.models import Campaign
from campaigns.planning.contents import contents_of
from campaigns.planning.recurrence import BadCron, next_window, read_cron
from campaigns.planning.timing import home
from campaigns.variants.advice import find_shortage, usual_rate
from campaigns.variants.plan import has_rest, is_test, variants_of
from notifications.compose.preflight.findings import Finding, Severity

_LOOKED_AT = 10


def check_variants(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    """What the test itself lacks; what each variant's mail lacks is found with the content."""
    if is_test(campaign):
        yield from _check_same(campaign)
        yield from _check_schedule(campaign, at)
        if campaign.estimate:
            yield from _check_size(campaign, read_estimate(campaign.estimate).gets)
    yield from _check_languages(campaign)


def _stop(code: str, sentence: str, mend: str) -> Finding:
    return Finding(code=code, severity=Severity.STOP, sentence=sentence, mend=mend)


def _check_same(campaign: Campaign) -> Iterator[Finding]:
    """Two variants of which every language gets the same."""
    said = {
        one.name: frozenset((two.locale, two.version.base_id or two.version.pk, two.version.subject_source)
                            for two in contents_of(campaign, one.key))
        for one in variants_of(campaign)
    }  # fmt: skip
    for (first, mails), (second, others) in combinations(said.items(), 2):
        if mails and mails == others:
            yield _stop("variants_same", f"Variants {first} and {second} are the same mail.",
                        f"Give {second} a subject or a template of its own, or remove it.")  # fmt: skip


def _check_languages(campaign: Campaign) -> Iterator[Finding]:
    """Languages that keep the template's own subject where another one was written for everybody else."""
    for one in variants_of(campaign):
        kept = [two.locale for two in contents_of(campaign, one.key) if two.locale and not one.subjects.get(two.locale)]
        if one.subjects.get("") and kept:
            yield Finding(
                code="subject_languages", severity=Severity.WARN,
                sentence=f"Who reads {', '.join(kept)} gets the template's own subject"
                f"{f' in variant {one.name}' if is_test(campaign) else ''}.",
                mend="Write the subject for each language.",
            )  # fmt: skip


def _check_schedule(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    if not has_rest(campaign):
        return
    if campaign.schedule == Campaign.Schedule.LOCAL:
        yield _stop(
            "test_local_time",
            "The winner cannot go to the rest at a time of each person's own day: once it is known, that has passed.",
            "Let everybody take part, or send at one time.",
        )  # fmt: skip
    if campaign.schedule == Campaign.Schedule.RECURRING:
        shortest = _shortest_gap(campaign.cron, at)
        if shortest is not None and timedelta(hours=campaign.test_hours) >= shortest:
            hours = shortest.total_seconds() / 3600
            yield _stop(
                "test_outlasts",
                f"The test waits {campaign.test_hours} hours, but the campaign goes again after {hours:g}.",
                "Let it wait for a shorter time, or let everybody take part.",
            )


def _shortest_gap(cron: str, at: datetime) -> timedelta | None:
    try:
        read_cron(cron)
    except BadCron:
        return None
    windows = [next_window(cron, after=at, zone=home())]
    for _ in range(_LOOKED_AT):
        windows.append(next_window(cron, after=windows[-1], zone=home()))
    return min(later - earlier for earlier, later in pairwise(windows))


def _check_size(campaign: Campaign, gets: int) -> Iterator[Finding]:
    taking_part = gets * campaign.test_percent // 100
    if has_rest(campaign) and campaign.canary_size and campaign.canary_size >= taking_part:
        yield _stop(
            "test_in_trial",
            f"The trial of the first {campaign.canary_size:,} is not smaller than the test of about {taking_part:,}.",
            "Make the trial smaller, or let more take part in the test.",
        )  # fmt: skip
    said, mend = find_shortage(campaign, gets, usual_rate(campaign))
    if said:
        yield Finding(code="test_small", severity=Severity.WARN, sentence=said, mend=mend)
    if has_rest(campaign) and campaign.throttle_per_hour and taking_part > campaign.throttle_per_hour:
        yield Finding(
            code="test_throttled", severity=Severity.INFORM,
            sentence=f"At {campaign.throttle_per_hour:,} an hour the test takes about"
            f" {taking_part / campaign.throttle_per_hour:.0f} hours to leave; the waiting time begins after that.",
        )  # fmt: skip
