"""Which part of a mailing is meant? Those that went to one mailbox provider, were read in one country, and so on.

A mail is put where `tracking.figures.counting` puts it, so that a number of a report and its people are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from campaigns.segments.faults import BadRule
from campaigns.segments.pieces import Piece
from tracking.figures.families import DEVICE_NAMES, MAILBOX_NAMES, MAILBOXES, device_expression, zones

Part = Literal[
    "mailbox", "device", "country", "locale", "link", "reason", "currency", "variant", "hour", "day", "domain",
    "provider",
]  # fmt: skip

#: In words; "-" is the value of what is not known.
PARTS: dict[str, str] = {
    "mailbox": "mailbox provider", "device": "device", "country": "country", "locale": "language", "link": "link",
    "reason": "reason to unsubscribe", "currency": "currency", "variant": "variant", "hour": "hour", "day": "day",
    "domain": "domain", "provider": "account",
}  # fmt: skip
UNKNOWN = "-"

_TOUCH = "FROM tracking_messageevent e WHERE e.message_id = m.id AND e.kind"
_AGENT = (
    f"(SELECT e.detail ->> 'user_agent' {_TOUCH} IN ('opened', 'clicked')"
    " AND coalesce(e.detail ->> 'user_agent', '') <> '' ORDER BY e.is_machine, e.occurred_at, e.id LIMIT 1)"
)
_REASON = (
    f"coalesce((SELECT left(e.detail ->> 'reason', 80) {_TOUCH} = 'unsubscribed' AND e.detail ? 'reason'"
    " ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1), '')"
)
_CLICK = (
    f"(SELECT true {_TOUCH} = 'clicked' AND e.is_machine = %s AND left(e.detail ->> 'link', 12) = %s LIMIT 1)"
    " AND m.template_version_id::text = %s"
)
_PAID = "EXISTS (SELECT FROM tracking_conversion k WHERE k.message_id = m.id AND k.currency = %s)"
_VARIANT = (
    "EXISTS (SELECT FROM campaigns_campaignrecipient r WHERE 'campaign:' || r.campaign_id = m.source"
    " AND r.campaign_id = %s AND r.contact_id = m.contact_id AND r.variant = %s)"
)
_REGION = "coalesce(upper(substring(p.locale FROM '[-_]([A-Za-z]{2})$')), '')"


def match_part(by: Part, value: str, moment: str, *, source: str, is_machine: bool) -> Piece:
    """The test that a mail `m` to `p` is of this part; `moment` is when what was asked for happened. Raises BadRule."""
    wanted = "" if value == UNKNOWN else value
    columns = {"locale": "p.locale", "domain": "m.recipient_domain", "provider": "m.provider", "reason": _REASON}
    if by in columns:
        return Piece(f"{columns[by]} = %s", (wanted,))
    match by:
        case "device":
            return Piece(f"{device_expression(_AGENT)} = %s", (wanted,))
        case "currency":
            return Piece(_PAID, (wanted,))
        case "variant":
            return Piece(_VARIANT, (_number_of(source), wanted))
        case "link":
            version, _, number = wanted.partition("/")
            return Piece(_CLICK, (is_machine, number, version))
    placed: dict[str, Callable[[str], Piece]] = {"mailbox": _in_mailbox, "country": _in_country}
    return placed[by](wanted) if by in placed else _at_time(by, wanted, moment)


def say_part(by: Part, value: str) -> str:
    """ "mailbox provider: Gmail"."""
    names = {"mailbox": MAILBOX_NAMES, "device": DEVICE_NAMES}.get(by, {})
    key = "" if value == UNKNOWN else value
    if by == "link":
        return f"link no. {value.partition('/')[2] or value}"
    return f"{PARTS[by]}: {names.get(key, key) or 'unknown'}"


def _in_mailbox(name: str) -> Piece:
    if name == "other":
        known = [domain for domains in MAILBOXES.values() for domain in domains]
        return Piece("m.recipient_domain <> ALL(%s::text[]) AND m.recipient_domain <> ''", (known,))
    return Piece("m.recipient_domain = ANY(%s::text[])", (list(MAILBOXES.get(name, ("",))),))


def _in_country(code: str) -> Piece:
    """By the time zone, else by the region of the language."""
    names, countries = zones()
    there = [zone for zone, country in zip(names, countries, strict=True) if country == code.upper()]
    sql = f"CASE WHEN p.time_zone = ANY(%s::text[]) THEN p.time_zone = ANY(%s::text[]) ELSE {_REGION} = %s END"
    return Piece(sql, (names, there, code.upper()))


def _at_time(by: str, value: str, moment: str) -> Piece:
    try:
        begin = datetime.strptime(value, "%Y-%m-%dT%H" if by == "hour" else "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadRule(f"Say which {PARTS[by]}.") from None
    bounds: tuple[Any, ...] = (begin, begin + timedelta(hours=1 if by == "hour" else 24))
    return Piece(f"{moment} >= %s AND {moment} < %s", bounds)


def _number_of(source: str) -> int:
    number = source.removeprefix("campaign:")
    return int(number) if number.isdecimal() and len(number) < 19 else 0
