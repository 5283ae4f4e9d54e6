"""Which domains is our mail from, and which accounts send for each?"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from config.queues import STREAMS
from notifications.delivery.domains.asking import Account, Blocklists, Subject
from notifications.delivery.domains.names import spelt
from notifications.delivery.models import PoolMember, Provider, SenderDomain, WarmupPlan
from notifications.delivery.senders import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The streams whose mail is from a domain, and the real accounts in their pools."""

    streams: tuple[str, ...]
    accounts: tuple[Provider, ...]


def read_uses() -> dict[str, Use]:
    """Every From domain in use. Simulated accounts need no DNS records and are left out."""
    streams: dict[str, list[str]] = defaultdict(list)
    for stream in STREAMS:
        if domain := spelt(identity_of(stream).domain):
            streams[domain].append(stream)
    members = PoolMember.objects.filter(provider__is_enabled=True, provider__is_simulated=False)
    pools: dict[str, list[Provider]] = defaultdict(list)
    for member in members.select_related("provider").order_by("priority", "id"):
        pools[member.stream].append(member.provider)
    return {
        domain: Use(streams=tuple(names), accounts=_once(one for name in names for one in pools[name]))
        for domain, names in streams.items()
    }


def uses_of(domain: str) -> list[str]:
    """In words, what mail is or would be sent from a domain: streams, accounts of any kind, warm-up plans."""
    named = [account.name for account in Provider.objects.order_by("key") if _envelope_domain(account) == domain]
    plans = WarmupPlan.objects.filter(from_domain=domain).select_related("provider").order_by("provider__key")
    return [
        *(f"the sender of {stream} mail" for stream in STREAMS if spelt(identity_of(stream).domain) == domain),
        *(f"the account {name}" for name in named),
        *(f"the warm-up plan of {plan.provider.name}" for plan in plans),
    ]


def subject_of(row: SenderDomain) -> Subject:
    """What a check of this domain is about, as things are set up now."""
    use = read_uses().get(row.domain)
    accounts = use.accounts if use else ()
    return Subject(
        domain=row.domain, selectors=tuple(row.dkim_selectors),
        accounts=tuple(Account(kind=one.kind, envelope_domain=_envelope_domain(one)) for one in accounts),
        sending_ips=tuple(dict.fromkeys(ip for one in accounts for ip in _sending_ips(one.options))),
        blocklists=Blocklists(
            addresses=tuple(settings.POSTRIDER_IP_BLOCKLISTS), domains=tuple(settings.POSTRIDER_DOMAIN_BLOCKLISTS)
        ),
    )  # fmt: skip


def _once(accounts: Iterable[Provider]) -> tuple[Provider, ...]:
    return tuple({account.pk: account for account in accounts}.values())


def _envelope_domain(provider: Provider) -> str:
    """Mailgun puts the domain that it sends by into the envelope; others choose their own."""
    return spelt(str(provider.options.get("sender_domain", "")))


def _sending_ips(options: dict[str, Any]) -> list[str]:
    """An account's own addresses, from its option `sending_ips`; what is none is left out."""
    listed = options.get("sending_ips")
    found = []
    for one in listed if isinstance(listed, list) else []:
        try:
            found.append(str(ipaddress.ip_address(str(one))))
        except ValueError:
            continue
    return found
