"""Which parcels do tests hand over where no database is needed? A small template and made-up people."""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID

from config.ids import new_id
from notifications.compose.loading import LoadedVersion, load
from notifications.compose.render import render
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider

_COMPILED = {
    "subject": "Hello {{ contact.first_name }}",
    "html": "<p>Hello {{ contact.first_name }}: {{ payload.note }}</p>\n"
    "<a href='{% __click 1 https://a.example/ %}'>x</a>",
    "text": "Hello {{ contact.first_name }}: {{ payload.note }}\n",
}
_account_ids = count(10**9)  # beyond those of stored accounts


@lru_cache(maxsize=1)
def small_version() -> LoadedVersion:
    return load(
        version_id=UUID(int=1), ref="small@1", compiled=_COMPILED, defaults={}, constants={},
        public_url="https://p.example",
    )  # fmt: skip


def make_member(address: str, *, name: str = "Ada", note: str = "plain") -> Member:
    """One recipient whose mail is rendered."""
    message_id = new_id()
    values = render(small_version(), {"contact": {"first_name": name}, "payload": {"note": note}}, token="tok")
    return Member(
        message_id=message_id, address=address, name=name, values=values, token="tok",
        unsubscribe_url="https://p.example/u/1",
    )  # fmt: skip


def make_parcel(provider: Provider, *members: Member, sender: str = "Shop <shop@shop.example>") -> Parcel:
    return Parcel(
        call_id=new_id(), provider=provider, version=small_version(), sender=sender,
        headers={"Feedback-ID": "a:b:c:d"}, members=members,
    )  # fmt: skip


def make_account(kind: str, **options: Any) -> Provider:
    """An account that is not stored; each has an id of its own."""
    return Provider(pk=next(_account_ids), key=kind, kind=kind, name=kind, options=options)
