"""What does one message consist of, before any provider's form of it?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from uuid import UUID

from config import vault
from config.queues import Stream
from notifications.catalog.channels import EMAIL, channel_of
from notifications.compose.render import LoadedVersion, Values, join, load_version
from notifications.delivery.models import Call, Provider
from notifications.delivery.senders import identity_of
from preferences.addresses import domain_of
from tracking.links import message_token
from tracking.models import Message

_REFUSABLE = frozenset({Stream.MARKETING.value, Stream.NOTIFICATION.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One recipient of a call, with everything that differs from the others."""

    message_id: UUID
    address: str
    name: str
    values: Values
    unsubscribe_url: str  # "" where the mail cannot be refused
    token: str  # the short string in this mail's links
    leave_mailbox: str = ""  # takes the same wish by mail; "" where no mail comes in
    thread: str = ""  # mails of one order key belong together


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A call with all that is needed to make it, and to make it again byte for byte."""

    call_id: UUID
    provider: Provider
    version: LoadedVersion
    sender: str
    headers: Mapping[str, str]
    members: tuple[Member, ...]
    ip_pool: str = ""
    tag: str = ""
    channel: str = EMAIL

    def subject(self, member: Member) -> str:
        return join(self.version.subject, member.values, token=member.token)

    def html(self, member: Member) -> str:
        return join(self.version.html, member.values, token=member.token)

    def text(self, member: Member) -> str:
        return join(self.version.text, member.values, token=member.token)

    def amp(self, member: Member) -> str:
        """Empty where the template has no AMP part."""
        return join(self.version.amp, member.values, token=member.token)

    def own_headers(self, member: Member) -> dict[str, str]:
        """The headers that differ by recipient; a channel without mails has none."""
        return own_headers(member, sender=self.sender) if channel_of(self.channel).is_mail else {}


def own_headers(member: Member, *, sender: str) -> dict[str, str]:
    """A mail's headers that are for one recipient alone."""
    own = {"Message-ID": f"<{member.message_id}@{domain_of_sender(sender)}>"}
    if member.unsubscribe_url:
        own["List-Unsubscribe"] = _ways_out(member)
    if member.thread:  # RFC 5322 3.6.4: mail programs show mails with a common ancestor as one conversation
        own["References"] = f"<{member.thread}@{domain_of_sender(sender)}>"
    return own


def _ways_out(member: Member) -> str:
    """RFC 8058 3.1: one https address; a mailbox may stand beside it (RFC 2369 3.2)."""
    by_mail = f", <mailto:{member.leave_mailbox}?subject=unsubscribe>" if member.leave_mailbox else ""
    return f"<{member.unsubscribe_url}>{by_mail}"


@lru_cache(maxsize=64)
def domain_of_sender(sender: str) -> str:
    """The domain in a From header."""
    return domain_of(parseaddr(sender)[1])


def shared_headers(*, stream: str, type_key: str, source: str, topic_key: str, is_required: bool) -> dict[str, str]:
    """The headers that all recipients of such a mail share.

    Feedback-ID has no per-recipient part (Gmail's Feedback Loop); Auto-Submitted as RFC 3834 5 asks of automatic
    mail; List-Unsubscribe-Post as RFC 8058 3.1.
    """
    headers = {"Feedback-ID": f"{_feedback_part(type_key or source)}:{stream}:{topic_key or 'none'}:postrider"}
    if stream != Stream.MARKETING:
        headers["Auto-Submitted"] = "auto-generated"
    identity = identity_of(stream)
    if identity.reply_to:
        headers["Reply-To"] = identity.reply_to
    if is_refusable(stream, is_required=is_required):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if topic_key:
            headers["List-Id"] = f"<{topic_key}.{identity.domain}>"
    return in_order(headers)


def in_order(headers: Mapping[str, str]) -> dict[str, str]:
    """By name: the database forgets another order, and a repeated call must be the same byte for byte."""
    return dict(sorted(headers.items()))


def is_refusable(stream: str, *, is_required: bool) -> bool:
    """Whether a person can turn this mail off, so that it carries an unsubscribe link."""
    return stream in _REFUSABLE and not is_required


def has_web_version(stream: str, *, is_required: bool) -> bool:
    """Whether such a mail may be read in a browser without a login: what people cannot refuse is theirs alone."""
    return is_refusable(stream, is_required=is_required)


def _feedback_part(text: str) -> str:
    return text.replace(":", "-")[:60]


def store_call(parcel: Parcel, *, stream: str, is_tracked: bool, is_secret: bool) -> Call:
    """The row from which the parcel can be shown and repeated; not saved."""
    members = [
        {
            "m": str(member.message_id), "a": member.address, "n": member.name, "r": member.values.regions,
            "t": member.values.targets, "u": member.unsubscribe_url, **({"o": member.thread} if member.thread else {}),
            **({"l": member.leave_mailbox} if member.leave_mailbox else {}),
        }
        for member in parcel.members
    ]  # fmt: skip
    return Call(
        id=parcel.call_id, provider=parcel.provider, stream=stream, template_version_id=parcel.version.id,
        is_tracked=is_tracked, sender=parcel.sender, headers=dict(parcel.headers), size=len(members),
        ip_pool=parcel.ip_pool, tag=parcel.tag, channel=parcel.channel,
        members=None if is_secret else members,
        sealed_members=vault.seal(json.dumps(members)) if is_secret else None,
    )  # fmt: skip


def read_members(call: Call) -> tuple[Member, ...]:
    """The members of a stored call; empty once their values were erased."""
    if call.members is not None:
        listed: list[dict[str, Any]] = call.members
    elif call.sealed_members:
        listed = json.loads(vault.unseal(bytes(call.sealed_members)))
    else:
        listed = []
    return tuple(
        Member(
            message_id=UUID(one["m"]), address=one["a"], name=one["n"], unsubscribe_url=one["u"],
            token=message_token(UUID(one["m"])), thread=one.get("o", ""), leave_mailbox=one.get("l", ""),
            values=Values(regions=tuple(one["r"]), targets=tuple(one["t"])),
        )
        for one in listed
    )  # fmt: skip


def read_parcel(call: Call) -> Parcel:
    """A stored call, ready to be made again."""
    return Parcel(
        call_id=call.pk, provider=call.provider, sender=call.sender, headers=in_order(call.headers),
        version=load_version(call.template_version_id, tracked=call.is_tracked, channel=call.channel),
        members=read_members(call), ip_pool=call.ip_pool, tag=call.tag, channel=call.channel,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as its recipient got it, for screens; a text message has neither subject nor HTML nor headers."""

    subject: str
    html: str
    text: str
    sender: str
    address: str
    headers: dict[str, str]
    channel: str = EMAIL
    amp: str = ""  # empty where it had none, or where the provider carries none

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def show_mail(call: Call, message_id: UUID) -> Shown | None:
    """What `message_id` was sent in `call`; None where its values are secret, erased or not."""
    if call.members is None:
        return None
    parcel = read_parcel(call)
    for member in parcel.members:
        if member.message_id == message_id:
            return Shown(
                subject=parcel.subject(member), html=parcel.html(member), text=parcel.text(member),
                sender=parcel.sender, address=member.address,
                headers={**parcel.headers, **parcel.own_headers(member)}, channel=parcel.channel,
                amp=parcel.amp(member),
            )  # fmt: skip
    return None


def personal_target(message: Message, index: int) -> str | None:
    """The address of personal link `index`, read from what `message` was sent."""
    for call in Call.objects.filter(pk__in=message.call_ids).order_by("-created_at"):
        for member in read_members(call):
            if member.message_id == message.pk:
                return member.values.targets[index] if index < len(member.values.targets) else None
    return None
