"""How does staff try one account with a real mail? By the gate, the stored call and the hand-over of any other mail.

It stands in the log as caused by "test:<user id>". It is never retried and takes no other account: what this one
answers is what staff wants to know.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from config import clock
from config.ids import id_floor, new_id
from config.vault import Unreadable
from notifications.catalog.channels import address_of, channel_of
from notifications.compose.render import LoadedVersion, load_version, render
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish
from notifications.delivery import breakers, outbox
from notifications.delivery.connection import find_missing
from notifications.delivery.departure import Departure, Ready, enter
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.flights import make_call
from notifications.delivery.handover import Answer, Flight
from notifications.delivery.mail import Member
from notifications.delivery.models import Attempt, Outbox, PoolMember, Provider
from notifications.delivery.outbox import Claimed, Submission
from notifications.delivery.pipeline import worker_name
from notifications.delivery.pool import Place, Road
from notifications.delivery.providers import kind_of
from notifications.delivery.sandbox import may_reach
from notifications.delivery.variables import load_people, variables_for
from preferences.contacts import ErasedAddress, upsert_contact
from preferences.facts import facts_of
from preferences.models import Contact
from tracking import lifecycle
from tracking.links import message_token
from tracking.models import Message

TEMPLATE = "postrider-test-mail"
MOST_A_MINUTE = 5
#: Should this process die before the call, a worker sends the mail in its stead, but not later than this.
LIFE = timedelta(minutes=10)

_LAYOUT = (
    '<mjml><mj-head><mj-attributes><mj-all font-family="Arial, Helvetica, sans-serif" line-height="1.5"/>'
    "</mj-attributes></mj-head><mj-body><mj-slot/></mj-body></mjml>"
)
_BODY = (
    "<mj-section><mj-column>"
    "<mj-text>This is a test mail of {{ brand.name }}. It went by the account “{{ payload.account }}” as mail of the"
    " {{ payload.stream }} stream.</mj-text>"
    "<mj-text>If you can read it, the account works. Nothing else has to be done.</mj-text>"
    "</mj-column></mj-section>"
)
_TEXT = (
    "A test message of {{ brand.name }}, by the account “{{ payload.account }}”. If you can read it, the account works."
)


class NotSendable(ValueError):
    """No test mail can be sent; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTest:
    """A test mail that is in the log. Without a verdict the gate did not let it go, for `reason`."""

    message_id: UUID
    verdict: Verdict | None
    reason: str = ""


def send_test(provider: Provider, address: str, *, stream: str, user_id: int) -> SentTest:
    """Send one mail by this very account, and say what became of it. Raises NotSendable and BadAddress.

    Calls the provider: not to be called inside a transaction.
    """
    _require_sendable(provider, address)
    version_id, version_ref = _own_version()
    row = _submit(provider, address, stream=stream, user_id=user_id, version=(version_id, version_ref))
    version = load_version(version_id, tracked=False, channel=row.channel)
    departure = Departure(call_id=new_id(), ready=[_render(row, version)], version=version, is_tracked=False)
    leased_at = time.monotonic()
    entered = enter([departure], road=_road(provider, stream))
    parcel = entered.parcels.get(departure.call_id)
    if parcel is None:
        reason = Message.objects.values_list("reason", flat=True).get(pk=row.message_id)
        return SentTest(message_id=row.message_id, verdict=None, reason=reason)
    flight = Flight(parcel=parcel, rows={row.message_id: row}, leased_at=leased_at, entered_at=entered.at)
    answer = make_call(flight)
    _record(flight, answer, row)
    if answer.verdicts[0].kind == Kind.ACCEPTED and provider.refused_at:
        breakers.mend(provider, at=clock.now())
    return SentTest(message_id=row.message_id, verdict=answer.verdicts[0])


def _require_sendable(provider: Provider, address: str) -> None:
    try:
        missing = find_missing(provider)
    except (LookupError, Unreadable, ImproperlyConfigured) as error:
        raise NotSendable(str(error)) from None
    if missing:
        raise NotSendable(f"Still missing: {', '.join(missing)}. Fill it in and save first.")
    if not may_reach(provider, address):
        raise NotSendable(
            "Outside production this address may not be reached by a real account. POSTRIDER_ALLOW_REAL_PROVIDERS and"
            " POSTRIDER_ALLOWED_RECIPIENTS say which may."
        )


def _own_version() -> tuple[UUID, str]:
    """The built-in template, published when it is missing or has changed."""
    source = TemplateSource(
        key=TEMPLATE, layout_name="built-in", subject=_piece("Test mail of {{ brand.name }}"), preheader=_piece(""),
        body=_piece(_BODY), layout=_piece(_LAYOUT), sms=_piece(_TEXT),
    )  # fmt: skip
    version = publish(TEMPLATE, source, author="postrider", note="Built in: sent from an account's page.")
    return version.pk, version.ref


def _piece(text: str) -> Piece:
    return Piece(text=text, file=f"{TEMPLATE}.mjml")


@transaction.atomic
def _submit(provider: Provider, address: str, *, stream: str, user_id: int, version: tuple[UUID, str]) -> Claimed:
    """Message and outbox row, in our hands from the start: no worker ever sees it queued."""
    at, source = clock.now(), f"test:{user_id}"
    _count_against_limit(source, at=at)
    channel = kind_of(provider).channel
    contact = _contact(channel, address)
    submission = Submission(
        contact_id=contact.pk, address=address_of(channel, facts_of(contact)) or address, channel=channel,
        source=source, part=str(new_id()), stream=stream,
        template_version_id=version[0], template_ref=version[1], due_at=at, expires_at=at + LIFE,
        payload={"account": provider.name, "stream": stream}, is_required=True, is_tracked=False,
        trail=[["test", "asked_by_staff"]],
    )  # fmt: skip
    [message_id] = outbox.submit([submission])
    row = Outbox.objects.get(message_id=message_id)
    row.state, row.lease_owner, row.lease_until = Outbox.State.CLAIMED, worker_name()[:80], at + outbox.lease_time()
    row.fence = row.crashes = 1
    row.save(update_fields=["state", "lease_owner", "lease_until", "fence", "crashes"])
    return outbox.as_claimed(row)


def _contact(channel: str, address: str) -> Contact:
    """Who is written to: a new contact for a new mailbox; a number must be somebody's already. Raises NotSendable."""
    if channel_of(channel).is_mail:
        try:
            return upsert_contact(address)
        except ErasedAddress as erased:
            raise NotSendable(f"No mail goes there: {erased}.") from None
    contact = Contact.objects.filter(phone=address, erased_at=None).order_by("pk").first()
    if contact is None:
        raise NotSendable("No contact has this number. Write it on a contact's page first, then send once more.")
    return contact


def _count_against_limit(source: str, *, at: datetime) -> None:
    """At most so many a minute and person; the lock lets two presses at once count each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [source])
    recent = Message.objects.filter(source=source, pk__gte=id_floor(at - timedelta(minutes=1)))
    if recent.count() >= MOST_A_MINUTE:
        raise NotSendable(f"That were {MOST_A_MINUTE} test mails in a minute. Wait a moment before the next one.")


def _render(row: Claimed, version: LoadedVersion) -> Ready:
    person = load_people([row.contact_id])[row.contact_id]
    variables, _ = variables_for(row, person)
    token = message_token(row.message_id)
    member = Member(
        message_id=row.message_id, address=address_of(row.channel, person), name=person.name,
        unsubscribe_url="", token=token, values=render(version, variables, token=token),
    )  # fmt: skip
    return Ready(row=row, member=member)


def _road(provider: Provider, stream: str) -> Road:
    """This account as it stands in the stream's pool, if it does; its breaker does not matter here."""
    member = PoolMember.objects.filter(provider=provider, stream=stream).first() or PoolMember(stream=stream)
    member.provider = provider
    return Road(place=Place(member=member), most=1)


@transaction.atomic
def _record(flight: Flight, answer: Answer, row: Claimed) -> None:
    """Commit what became of it: sent, failed, or unknown, and in each case done with."""
    at, [verdict], parcel = clock.now(), answer.verdicts, flight.parcel
    ours = Outbox.objects.filter(message_id=row.message_id, call_id=parcel.call_id).delete()
    if ours[0] and verdict.kind == Kind.ACCEPTED:
        sent = [(row.message_id, verdict.provider_message_id)]
        lifecycle.mark_sent(sent, at=at, provider=parcel.provider.key, call_id=parcel.call_id)
    elif ours[0]:
        lifecycle.add_call([row.message_id], parcel.call_id, provider=parcel.provider.key)
        state = Message.State.UNKNOWN if verdict.kind == Kind.AMBIGUOUS else Message.State.FAILED
        lifecycle.move([row.message_id], state, at=at, reason=verdict.kind.value)
    Attempt.objects.create(
        call_id=parcel.call_id, provider_key=parcel.provider.key, stream=row.stream, started_at=answer.started_at,
        milliseconds=answer.milliseconds, kind=verdict.kind.value, code=verdict.code[:64], answer=verdict.answer[:500],
    )  # fmt: skip
