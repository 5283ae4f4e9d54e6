"""How often may somebody sign up? Counted in PostgreSQL, so that the limits hold whatever becomes of Redis.

Nothing here names anybody: addresses and networks are counted by keyed digests.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from config import vault
from preferences.models import SignUpCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many within a time that begins with the first."""

    name: str
    most: int
    within: timedelta


#: Confirmation mails to one address, whoever asks and through whichever form; confirming gives the place back.
PER_ADDRESS = Limit(name="address", most=1, within=timedelta(days=1))
#: Sign-ups from one network; an office or a school shares one.
PER_NETWORK = Limit(name="network", most=30, within=timedelta(hours=1))
#: Of those, sign-ups from forms in other sites, which cannot prove when they were opened.
PER_NETWORK_ELSEWHERE = Limit(name="elsewhere", most=5, within=timedelta(hours=1))
#: Sign-ups through one form.
PER_FORM = Limit(name="form", most=1_000, within=timedelta(hours=1))

_TAKE = """
    INSERT INTO preferences_signupcount AS held (key, count, until) VALUES (%(key)s, 1, %(until)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN held.until <= %(at)s THEN 1 ELSE least(held.count + 1, 1000000000) END,
        until = CASE WHEN held.until <= %(at)s THEN excluded.until ELSE held.until END
    RETURNING count
"""


def take_place(limit: Limit, subject: str, *, at: datetime) -> bool:
    """Count one more of `subject`; whether it is within the limit. Inside a transaction others wait for its end."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": _key(limit, subject), "at": at, "until": at + limit.within})
        count: int = cursor.fetchone()[0]
    return count <= limit.most


def give_place_back(limit: Limit, subject: str) -> None:
    """Begin to count anew."""
    SignUpCount.objects.filter(key=_key(limit, subject)).delete()


def network_of(ip: str | None) -> str:
    """Whose address that is: a person has a whole /64 of IPv6, and one address of IPv4."""
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


def purge_counts(*, at: datetime) -> int:
    """Delete the counts whose time is over; return how many."""
    return SignUpCount.objects.filter(until__lte=at).delete()[0]


def _key(limit: Limit, subject: str) -> str:
    return f"{limit.name}:{vault.keyed_digest(f'sign-up {limit.name}', subject.encode()).hex()}"
