"""What does the page of a campaign show while it runs and afterwards? Progress, lanes, and the receipt."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaigns.audit import read_trail
from campaigns.models import Campaign, CampaignRun
from campaigns.reports.figures import rate
from campaigns.reports.numbers import in_words
from campaigns.reports.subjects import Subject, source_subject
from campaigns.screens import LIVE, read_progress, tone_of
from campaigns.sending import figures
from campaigns.sending.receipt import write_receipt
from campaigns.sending.states import S
from campaigns.variants.page import show_test
from config import clock
from config.screens import show_screen
from notifications.delivery.models import DeadLetter

_FACTS = {
    "sent": "Handed over", "delivered": "Delivered", "opened": "Opened", "clicked": "Clicked",
    "bounced": "Bounced", "complained": "Spam reports", "unsubscribed": "Unsubscribed",
}  # fmt: skip


def show(request: HttpRequest, campaign: Campaign, rights: dict[str, bool]) -> HttpResponse:
    """The whole page, or (for htmx) the part that moves."""
    context = {**_read(campaign), **rights}
    if request.headers.get("HX-Request"):
        return render(request, "campaigns/fragments/live.html", context)
    return show_screen(
        request, "campaigns/console/live.html", title=campaign.name, is_fullwidth="1",
        trail=read_trail(campaign.source), **context,
    )  # fmt: skip


def _read(campaign: Campaign) -> dict[str, Any]:
    at = clock.now()
    counted = figures.look(campaign, at=at)
    run = CampaignRun.objects.get(pk=campaign.pk)
    receipt = write_receipt(campaign)
    subject = source_subject(campaign.source)
    failed = DeadLetter.objects.filter(source=campaign.source, discarded_at=None).count()
    return {
        "campaign": campaign, "run": run, "tone": tone_of(campaign), "at": at,
        "progress": read_progress(campaign, run, at=at), "figures": counted, "receipt": receipt,
        "groups": _groups(receipt), "is_live": campaign.state in LIVE, "has_ended": campaign.state not in LIVE,
        "is_on_trial": bool(campaign.canary_size) and not run.is_canary_passed and campaign.state == S.SENDING,
        "failed": failed, "facts": list_facts(counted, subject), "accounts": _accounts(counted, subject),
        "domains": _domains(counted, subject),
        "test": show_test(campaign, counted.arms),
    }  # fmt: skip


def _groups(receipt: Any) -> list[tuple[str, tuple[Any, ...]]]:
    named = (
        ("Got it", receipt.got), ("On the way", receipt.waiting), ("Not sent", receipt.not_sent),
        ("Left out when it was frozen", receipt.left_out),
    )  # fmt: skip
    return [(name, lines) for name, lines in named if lines]


def list_facts(counted: figures.Figures, subject: Subject) -> list[tuple[str, int, str, str]]:
    """(name, count, the rate that the report gives too, the people)."""
    counts = {**dict.fromkeys(_FACTS, 0), **counted.facts}
    return [
        (label, counts[key], in_words(rate(key, counts)) if key != "sent" else "", subject.people_url(key))
        for key, label in _FACTS.items()
    ]


def _accounts(counted: figures.Figures, subject: Subject) -> list[tuple[str, list[tuple[int, str]]]]:
    """Each account's name with its counts, and whom they are of."""
    return [
        (name, _linked(subject, "provider", name, sent=sent, delivered=delivered, bounced=bounced))
        for name, sent, delivered, bounced in counted.providers
    ]


def _domains(counted: figures.Figures, subject: Subject) -> list[tuple[str, int, int, list[tuple[int, str]]]]:
    """Each domain with its mails, how many were put off, and its counts."""
    return [
        (name, mails, late, _linked(subject, "domain", name, delivered=delivered, bounced=bounced))
        for name, mails, _sent, delivered, bounced, late in counted.domains
    ]


def _linked(subject: Subject, by: str, value: str, **counts: int) -> list[tuple[int, str]]:
    return [(count, subject.people_url(fact, by, value)) for fact, count in counts.items()]
