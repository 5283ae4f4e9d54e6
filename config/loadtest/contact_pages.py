"""How long do the console's pages about contacts take, among so many of them? Without the network."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.test import Client

from config.loadtest.figures import milliseconds, percentile
from config.loadtest.options import Options, Outcome
from config.loadtest.people import address_of, ensure_people
from config.loadtest.stack import own_peak_memory
from config.loadtest.watching import ask, visitor
from preferences.models import Contact, ContactList, ListMember

_LIST = "/preferences/contact/"
_TIMES = 12


def run(options: Options) -> Outcome:
    """Each page some times by a superuser; the first look, which compiles templates, is not counted."""
    people = ensure_people(options.number)
    fair = _seed(people)
    client = visitor()
    pages = {
        "list": _LIST, "page_40": f"{_LIST}?p=40", "by_address": f"{_LIST}?q={address_of(len(people) // 2)}",
        "by_beginning": f"{_LIST}?q=person12", "by_name": f"{_LIST}?q=Ann{len(people) // 3}",
        "by_common_name": f"{_LIST}?q=Load", "by_no_name": f"{_LIST}?q=Xyzzy", "on_list": f"{_LIST}?list={fair.pk}",
        "suppressed": f"{_LIST}?standing=suppressed", "paused": f"{_LIST}?standing=paused",
        "unconfirmed": f"{_LIST}?standing=unconfirmed", "contact": f"/contacts/{people[len(people) // 2]}/",
        "attributes": "/attributes/",
    }  # fmt: skip
    timed = {name: _time(client, path) for name, path in pages.items()}
    every = [seconds for page in timed.values() for seconds in page]
    return {
        "rate": round(len(every) / sum(every), 1), "seconds": round(sum(every), 2), "rss_mb": own_peak_memory(),
        "contacts": Contact.objects.count(),
        **{f"{name}_ms": milliseconds(percentile(page, 0.5)) for name, page in timed.items()},
    }  # fmt: skip


def _seed(people: Sequence[int]) -> ContactList:
    """A list with one in a thousand on it."""
    fair, _is_new = ContactList.objects.get_or_create(name="Load test pages")
    ListMember.objects.bulk_create(
        (ListMember(list=fair, contact_id=one) for one in people[::1_000]), ignore_conflicts=True, batch_size=5_000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE preferences_contact, preferences_listmember")
    return fair


def _time(client: Client, path: str) -> list[float]:
    return [ask(client, path) for _ in range(_TIMES)][1:]
