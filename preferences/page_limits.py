"""How often may somebody change a preference page, or try to prove an address on one? Never counted: leaving.

The counters are those of the sign-up forms, in PostgreSQL: they hold whatever becomes of Redis, and name nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from preferences.models import Contact
from preferences.pages import show
from preferences.sign_up_limits import Limit, network_of, take_place
from preferences.visitors import visitor_ip

_HOUR = timedelta(hours=1)
#: Changes of one person's page, and from one network, which an office shares.
CHANGES = Limit(name="changes", most=120, within=_HOUR)
CHANGES_OF_NETWORK = Limit(name="network changes", most=1_200, within=_HOUR)
#: Whole addresses typed in for a phone number, the file or an erasure, right or wrong: mail gets forwarded, and
#: nobody shall find the address out by trying.
PROOFS = Limit(name="proofs", most=20, within=_HOUR)
PROOFS_OF_NETWORK = Limit(name="network proofs", most=200, within=_HOUR)
#: Mails read in a browser from one network: each is rendered anew.
READS_OF_NETWORK = Limit(name="network reads", most=600, within=_HOUR)


def may_change(request: HttpRequest, contact: Contact, *, at: datetime) -> bool:
    """Count one more change; whether it is within the limits."""
    return _take(CHANGES, CHANGES_OF_NETWORK, request, contact, at=at)


def may_prove(request: HttpRequest, contact: Contact, *, at: datetime) -> bool:
    """Count one more try to prove an address; whether it is within the limits."""
    return _take(PROOFS, PROOFS_OF_NETWORK, request, contact, at=at)


def may_read(request: HttpRequest, *, at: datetime) -> bool:
    """Count one more mail read in a browser; whether it is within the limit."""
    network = network_of(visitor_ip(request))
    return not network or take_place(READS_OF_NETWORK, network, at=at)


def show_too_many(request: HttpRequest) -> HttpResponse:
    """A calm word, and when to come again. Leaving still works, and the page says so."""
    response = show(request, "preferences/public/too_many.html", {}, status=429)
    response.headers["Retry-After"] = str(int(_HOUR.total_seconds()))
    return response


def _take(of_person: Limit, of_network: Limit, request: HttpRequest, contact: Contact, *, at: datetime) -> bool:
    network = network_of(visitor_ip(request))
    is_within = take_place(of_person, str(contact.pk), at=at)
    return (not network or take_place(of_network, network, at=at)) and is_within
