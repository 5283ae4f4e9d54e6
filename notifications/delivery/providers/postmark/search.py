"""Does Postmark have these mails? Its sent messages are asked for by metadata, one at a time.

https://postmarkapp.com/developer/api/messages-api#outbound-message-search
https://postmarkapp.com/support/article/1125-custom-metadata-faq
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifications.delivery.mail import Member, Parcel
from notifications.delivery.providers.search import Found, Read, in_turn, searching

_API = "https://api.postmarkapp.com"


def find_accepted(parcel: Parcel, options: Mapping[str, Any]) -> Found | None:
    """`metadata_message_id` names a message; "you can currently only search by a single metadata field"."""
    api = (options.get("api_url") or _API).rstrip("/")
    with searching(api, headers={"X-Postmark-Server-Token": options["server_token"]}) as searcher:
        for (member,) in in_turn(parcel.members):
            asked = {"count": "1", "offset": "0", "metadata_message_id": str(member.message_id)}
            if not searcher.ask(f"{api}/messages/outbound", asked, _reader(member)):
                break
        return searcher.result


def _reader(member: Member) -> Read:
    def read(answer: Any) -> Found:
        ids = [str(row["MessageID"]) for row in answer["Messages"] if _is_ours(row, member)]
        return {member.message_id: ids[0]} if ids else {}

    return read


def _is_ours(row: Mapping[str, Any], member: Member) -> bool:
    """A filter that was overlooked would show somebody else's mail."""
    named = (row.get("Metadata") or {}).get("message_id", str(member.message_id))
    recipients = [str(address).lower() for address in row["Recipients"]]
    return named == str(member.message_id) and member.address.lower() in recipients
