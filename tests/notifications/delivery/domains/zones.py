"""Which DNS do the tests ask? Made-up zones, and keys to publish in them."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.delivery.domains.asking import Subject
from notifications.delivery.domains.findings import Finding
from notifications.delivery.domains.judging import judge
from notifications.delivery.domains.lookup import look_up_all
from notifications.delivery.domains.resolver import Answer, Status

DOMAIN = "shop.example"
_MOST_ALIASES = 8


@cache
def dkim_key(bits: int = 2048) -> str:
    """A DKIM record with a key of so many bits."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    written = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(written).decode()}"


class Zones:
    """A resolver that knows only what it is given: {("shop.example", "MX"): ["10 mail.shop.example"]}."""

    def __init__(self, records: dict[tuple[str, str], list[str]], *, broken: tuple[str, ...] = ()) -> None:
        self.records = dict(records)
        self.broken = set(broken)
        self.asked: list[tuple[str, str]] = []

    def look_up(self, name: str, kind: str) -> Answer:
        """The records, aliases followed; names in `broken` do not answer."""
        self.asked.append((name, kind))
        for _ in range(_MOST_ALIASES):
            if name in self.broken:
                return Answer(status=Status.FAILED, fault="SERVFAIL")
            if (name, kind) in self.records:
                return Answer(status=Status.FOUND, values=tuple(self.records[name, kind]))
            if (name, "CNAME") not in self.records:
                break
            [name] = self.records[name, "CNAME"]
        exists = any(one == name or one.endswith(f".{name}") for one, _ in self.records)
        return Answer(status=Status.ABSENT if exists else Status.NO_NAME)


def good_zones(**changes: list[str]) -> Zones:
    """shop.example with all in order; `spf`, `dkim`, `dmarc` and `mx` replace the records, [] leaves them out."""
    given = {
        "spf": ["v=spf1 ip4:192.0.2.1 ~all"], "dkim": [dkim_key()], "mx": ["10 mail.shop.example"],
        "dmarc": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example"], **changes,
    }  # fmt: skip
    places = {
        "spf": (DOMAIN, "TXT"), "dkim": (f"mine._domainkey.{DOMAIN}", "TXT"), "mx": (DOMAIN, "MX"),
        "dmarc": (f"_dmarc.{DOMAIN}", "TXT"),
    }  # fmt: skip
    records = {places[name]: values for name, values in given.items() if values}
    return Zones({(f"www.news.{DOMAIN}", "A"): ["192.0.2.80"], **records})


def check(zones: Zones, **about: object) -> dict[str, Finding]:
    """The findings about shop.example (or another subject), by their codes."""
    subject = Subject(**{"domain": DOMAIN, "selectors": ("mine",), **about})  # type: ignore[arg-type]
    return {finding.code: finding for finding in judge(subject, look_up_all(subject, zones))}
