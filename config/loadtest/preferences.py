"""How long do the pages take on which people choose and leave, among so many contacts?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection

from config import clock
from config.loadtest.figures import milliseconds, percentile
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import ensure_people
from config.loadtest.stack import cpu_seconds, peak_memory, running_web
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, SignUpCount, Topic
from preferences.page_limits import CHANGES_OF_NETWORK

_VISITORS = 400
_WARM_UP = 20
_MAILS = 60  # of each visitor; everybody else has one
_TIMEOUT_SECONDS = 30
_SOURCE = "load test"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Ask = Callable[[str, str, dict[str, str] | None], int]

_CHOICES = """
    INSERT INTO preferences_choice (contact_id, topic_id, type_key, channel, frequency, source)
    SELECT c.id, %(topic)s, '', '', (ARRAY['never', 'weekly', 'immediate'])[1 + c.id %% 3], %(source)s
    FROM preferences_contact c ON CONFLICT DO NOTHING
"""
_CONSENTS = """
    INSERT INTO preferences_consentrecord (contact_id, topic_id, action, source)
    SELECT c.id, %(topic)s, CASE c.id %% 3 WHEN 0 THEN 'withdrawn' ELSE 'granted' END, %(source)s
    FROM preferences_contact c
"""
_MESSAGES = """
    INSERT INTO tracking_message (id, contact_id, source, type_key, channel, part, stream, topic_key, template_ref,
        state, reason, trail, recipient_domain, provider, provider_message_id, call_ids, sent_at)
    SELECT gen_random_uuid(), c, 'load:' || n, 'weekly-offers', 'email', '', 'marketing', 'weekly-offers', '',
        'delivered', '', '[]', 'load.example', '', '', '{}', %(at)s - n * interval '1 day'
    FROM unnest(%(people)s::bigint[]) c, generate_series(%(first)s, %(last)s) n ON CONFLICT DO NOTHING
"""


def run(options: Options) -> Outcome:
    """Visitors one after the other, each looking and acting, through the real web server."""
    people = ensure_people(options.number)
    visitors = people[:: max(1, len(people) // _VISITORS)][:_VISITORS]
    topic = Topic.objects.filter(is_listed=True).order_by("pk").first()
    if topic is None:
        raise Failed("there is no topic: are the templates synchronised?")
    _seed(people, visitors, topic)
    with running_web() as web:
        ask = _asker()
        for visitor in visitors[:_WARM_UP]:
            _visit(ask, visitor, topic)
        before = cpu_seconds(web)
        timed = [_visit(ask, visitor, topic) for visitor in visitors]
        spent, memory = cpu_seconds(web) - before, peak_memory(web)
    _check(visitors, topic)
    seconds = sum(sum(one.values()) for one in timed)
    return {
        "rate": round(sum(map(len, timed)) / seconds, 1), "seconds": round(seconds, 2), "rss_mb": memory,
        "contacts": Contact.objects.count(), "visitors": len(timed),
        "web_cpu_ms": milliseconds(spent / sum(map(len, timed))),  # of the web server, a request; the database's apart
        **{f"{name}_ms": _figures([one[name] for one in timed]) for name in timed[0]},
    }  # fmt: skip


def _seed(people: Sequence[int], visitors: Sequence[int], topic: Topic) -> None:
    """A wish, its entry in the ledger and a mail for everybody, once; then visitors who wish nothing yet."""
    if Choice.objects.filter(source=_SOURCE, topic=topic).count() < len(people) - len(visitors):
        for statement in (_CHOICES, _CONSENTS):
            _execute(statement, topic=topic.pk, source=_SOURCE)
        _execute(_MESSAGES, people=list(people), first=1, last=1, at=clock.now())
        _execute(_MESSAGES, people=list(visitors), first=2, last=_MAILS, at=clock.now())
        _execute("ANALYZE preferences_choice, preferences_consentrecord, tracking_message")
    Choice.objects.filter(contact_id__in=visitors).delete()
    SignUpCount.objects.filter(key__startswith=f"{CHANGES_OF_NETWORK.name}:").delete()  # runs of the hour before


def _execute(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def _asker() -> Ask:
    """Ask for a path over one connection that is kept; returns the status."""
    server = HTTPConnection(urlsplit(settings.POSTRIDER_PUBLIC_URL).netloc, timeout=_TIMEOUT_SECONDS)

    def ask(method: str, url: str, form: dict[str, str] | None = None) -> int:
        server.request(method, urlsplit(url).path, urlencode(form) if form else None, _FORM if form else {})
        with server.getresponse() as answer:
            answer.read()
            return answer.status

    return ask


def _visit(ask: Ask, visitor: int, topic: Topic) -> dict[str, float]:
    """Seconds by what the visitor did: looks at the page, saves it, looks at the mails, leaves."""
    page = preferences_url(visitor)
    leave = unsubscribe_url(Leave(contact_id=visitor, topic_id=topic.pk, message_id=UUID(int=0)))
    saved = {
        "step": "save",
        "topic-was": f"{topic.key}=never",
        "topic": topic.key,
        "language-was": "",
        "language": "de",
    }
    return {
        "look": _time(ask, "GET", page, None, 200),
        "save": _time(ask, "POST", page, saved, 302),
        "mails": _time(ask, "GET", f"{page}/mails", None, 200),
        "leave_page": _time(ask, "GET", leave, None, 200),
        "one_click": _time(ask, "POST", leave, {"List-Unsubscribe": "One-Click"}, 200),
    }


def _time(ask: Ask, method: str, url: str, form: dict[str, str] | None, expected: int) -> float:
    started = time.perf_counter()
    status = ask(method, url, form)
    seconds = time.perf_counter() - started
    if status != expected:
        raise Failed(f"{method} {urlsplit(url).path[:3]}… answered {status}")
    return seconds


def _check(visitors: Sequence[int], topic: Topic) -> None:
    """Raises Failed unless each visitor has left, and was written to in German before."""
    left = Choice.objects.filter(contact_id__in=visitors, topic=topic, frequency="never").count()
    german = Contact.objects.filter(pk__in=visitors, locale="de").count()
    if (left, german) != (len(visitors),) * 2:
        raise Failed(f"of {len(visitors)} visitors {left} have left the topic and {german} chose German")


def _figures(seconds: Sequence[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: milliseconds(percentile(seconds, share)) for name, share in shares.items()}
    return {"best": milliseconds(min(seconds)), **found}  # what it takes where nothing else runs
