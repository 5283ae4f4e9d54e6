"""How does a parcel travel by Anymail? What all HTTP providers share."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, ClassVar
from urllib.parse import urlsplit

from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused
from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from notifications.delivery.failures import Kind, Verdict, judge_exception
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers.base import ProviderKind, digest_options
from notifications.delivery.providers.kept import Kept
from notifications.delivery.providers.recipients import is_recipient, recipient

#: An idle connection may be closed by the provider just as we write to it, which looks like an ambiguous failure.
#: Providers keep idle connections for at least five seconds.
IDLE_SECONDS = 3.0

#: https://amp.dev/documentation/guides-and-tutorials/learn/email-spec/amp-email-structure
AMP_TYPE = "text/x-amp-html"

#: Mails that go one by one stop after this; with the last call's 25 seconds they stay well inside a lease.
APART_SECONDS = 30.0

_VERDICTS: dict[str | None, Kind] = {
    "sent": Kind.ACCEPTED,
    "queued": Kind.ACCEPTED,
    "invalid": Kind.PERMANENT_RECIPIENT,
    "rejected": Kind.PERMANENT_RECIPIENT,
    "failed": Kind.PERMANENT_MESSAGE,
}


_kept: Kept[AnymailRequestsBackend] = Kept(idle_seconds=IDLE_SECONDS, close=lambda backend: backend.close())


class Envelope(EmailMultiAlternatives):
    """Django's message with the attributes that Anymail and our payloads read; unset ones must stay unset."""

    metadata: dict[str, str]
    merge_data: dict[str, dict[str, str]]
    merge_headers: dict[str, dict[str, str]]
    merge_metadata: dict[str, dict[str, str]]
    tags: list[str]
    esp_extra: dict[str, Any]
    track_opens: bool
    track_clicks: bool
    anymail_status: AnymailStatus
    #: Our call's id, the idempotency key where a provider takes one.
    call_id: str
    #: Each address's own subject, text and HTML, where a provider takes finished mails in batches.
    bodies: Mapping[str, tuple[str, str, str]]


class ApiKind(ProviderKind):
    """A provider spoken to over HTTP by one of Anymail's backends."""

    backend_class: ClassVar[type[AnymailRequestsBackend]]
    #: Where the simulator answers as this provider, below its address.
    simulator_path: ClassVar[str]
    #: Whether the API can be told not to track opens and clicks itself.
    can_switch_tracking_off: ClassVar[bool] = True
    #: Field of a call that names the provider's pool of addresses; empty where it takes none.
    ip_pool_field: ClassVar[str] = ""
    #: Field of a JSON answer that holds the provider's own error code.
    error_field: ClassVar[str] = ""

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """Make the call, in batch where there are several members."""
        if len(parcel.members) > 1 and (alone := self.must_go_alone(parcel)):
            return self._send_apart(parcel, alone)
        return self._send_together(parcel)

    def must_go_alone(self, parcel: Parcel) -> set[int]:
        """Indexes of members that cannot share a call (their values would be taken for the provider's syntax)."""
        return set()

    def _send_apart(self, parcel: Parcel, alone: set[int]) -> list[Verdict]:
        """The sharing members in one call, each other one in its own.

        After an uncertain answer, or when time is up, the rest is not tried: it goes back into the queue.
        """
        deadline = time.monotonic() + APART_SECONDS
        together = tuple(member for index, member in enumerate(parcel.members) if index not in alone)
        verdicts: dict[int, Verdict] = {}
        if together:
            answers = iter(self._send_together(replace(parcel, members=together)))
            verdicts = {index: next(answers) for index in range(len(parcel.members)) if index not in alone}
        for index in sorted(alone):
            is_uncertain = any(verdict.kind == Kind.AMBIGUOUS for verdict in verdicts.values())
            if is_uncertain or time.monotonic() > deadline:
                verdicts[index] = Verdict(kind=Kind.NOT_TRIED)
            else:
                verdicts[index] = self._send_together(replace(parcel, members=(parcel.members[index],)))[0]
        return [verdicts[index] for index in range(len(parcel.members))]

    def _send_together(self, parcel: Parcel) -> list[Verdict]:
        try:
            message = self.build(parcel)
        except AnymailInvalidAddress:
            return self._send_to_recipients(parcel)
        try:
            self._send(parcel.provider, message)
        except Exception as error:  # noqa: BLE001 - every error becomes a verdict
            return [judge_exception(error, self.failures, provider_code=self.error_code(error))] * len(parcel.members)
        return _verdicts(message, parcel.members)

    def _send_to_recipients(self, parcel: Parcel) -> list[Verdict]:
        """Leave out members to whom mail cannot be addressed: they must not cost the others theirs."""
        fit = [is_recipient(member) for member in parcel.members]
        members = tuple(compress(parcel.members, fit))
        answers = iter(self._send_together(replace(parcel, members=members)) if members else [])
        unfit = Verdict(kind=Kind.PERMANENT_RECIPIENT, code="invalid_address")
        return [next(answers) if is_fit else unfit for is_fit in fit]

    def _send(self, provider: Provider, message: Envelope) -> None:
        """Send through a kept session. One on which something broke is closed; a whole answer broke nothing."""
        options = self.backend_options(provider)
        key = provider.pk, digest_options(options)
        backend = _kept.take(key, lambda: self._open(options))
        is_sound = False
        try:
            backend.send_messages([message])
            is_sound = True
        except AnymailRecipientsRefused:
            is_sound = True  # each recipient's status says so
        except Exception as error:
            is_sound = getattr(error, "response", None) is not None
            raise
        finally:
            if is_sound:
                _kept.give_back(key, backend)
            else:
                backend.close()

    def error_code(self, error: Exception) -> str:
        """The provider's own error code in an exception's response, for the failure table."""
        response = getattr(error, "response", None)
        if not self.error_field or response is None:
            return ""
        try:
            return str(response.json()[self.error_field])
        except (ValueError, KeyError, TypeError):
            return ""

    def build(self, parcel: Parcel) -> Envelope:
        """The message as Anymail takes it: joined for one member, in the provider's batch form for several."""
        if len(parcel.members) == 1:
            return self._build_single(parcel, parcel.members[0])
        return self.build_batch(parcel)

    @abstractmethod
    def build_batch(self, parcel: Parcel) -> Envelope:
        """One message for several members."""

    def _build_single(self, parcel: Parcel, member: Member) -> Envelope:
        subject, text, html = parcel.subject(member), parcel.text(member), parcel.html(member)
        message = self.blank(parcel, subject=subject, text=text, html=html)
        self.add_amp(message, parcel.amp(member))
        message.extra_headers.update(parcel.own_headers(member))
        message.metadata = {"message_id": str(member.message_id)}
        return message

    def blank(self, parcel: Parcel, *, subject: str, text: str, html: str) -> Envelope:
        """A message with what every form of it needs. Its recipients' names are left out of batches' keys."""
        message = Envelope(
            subject=subject, body=text, from_email=parcel.sender,
            to=[recipient(member) for member in parcel.members], headers=dict(parcel.headers),
        )  # fmt: skip
        message.attach_alternative(html, "text/html")
        if self.can_switch_tracking_off:
            message.track_opens = message.track_clicks = False
        if parcel.tag:
            message.tags = [parcel.tag]
        if parcel.ip_pool and self.ip_pool_field:
            message.esp_extra = {self.ip_pool_field: parcel.ip_pool}
        message.call_id = str(parcel.call_id)
        return message

    def add_amp(self, message: Envelope, amp: str) -> None:
        """Put an AMP part before the HTML, where the provider takes one: some mail programs show the last part only."""
        if amp and self.takes_amp:
            message.attach_alternative(amp, AMP_TYPE)
            message.alternatives.insert(0, message.alternatives.pop())

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """Options and credentials; a simulated account always speaks to the simulator, whatever it is told."""
        options = {**provider.settings(), "timeout": settings.ANYMAIL["REQUESTS_TIMEOUT"]}
        if provider.is_simulated:
            options["api_url"] = f"{settings.POSTRIDER_SIMULATOR_URL}/{self.simulator_path}/"
        return options

    def _open(self, options: Mapping[str, Any]) -> AnymailRequestsBackend:
        """A backend with an open session."""
        aside = {*self.webhook_credentials, *self.inbound_credentials}
        wanted = {name: value for name, value in options.items() if name not in aside}
        backend = self.backend_class(**wanted)
        backend.open()
        if urlsplit(backend.api_url).hostname in {"127.0.0.1", "localhost", "::1"}:
            backend.session.trust_env = False  # no proxy stands between us and ourselves
        return backend


def _verdicts(message: Envelope, members: Iterable[Member]) -> list[Verdict]:
    """One verdict a member; those who share a status share their verdict."""
    statuses = message.anymail_status.recipients
    known: dict[int, Verdict] = {}
    verdicts = []
    for member in members:
        status = statuses.get(member.address)
        if id(status) not in known:
            known[id(status)] = _verdict(status)
        verdicts.append(known[id(status)])
    return verdicts


def _verdict(status: AnymailRecipientStatus | None) -> Verdict:
    if status is None:
        return Verdict(kind=Kind.AMBIGUOUS, code="no_status")
    kind = _VERDICTS.get(status.status, Kind.AMBIGUOUS)
    code = getattr(status, "code", "") or ("" if kind == Kind.ACCEPTED else str(status.status))
    return Verdict(
        kind=getattr(status, "kind", kind), code=code, answer=getattr(status, "answer", ""),
        provider_message_id=status.message_id or "",
    )  # fmt: skip
