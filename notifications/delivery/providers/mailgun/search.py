"""Does Mailgun have these mails? Its events are asked for by recipient.

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/events/get-v3-domain_name-events
https://documentation.mailgun.com/docs/mailgun/user-manual/events/filter-expressions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from notifications.delivery.mail import Member, Parcel, domain_of_sender
from notifications.delivery.providers.search import Found, Read, in_turn, searching

_US = "https://api.mailgun.net/v3"
_GROUP = 20  # addresses in one filter, so that no address of a question grows past what servers take
_MOST_ITEMS = "300"  # "300 max"


def find_accepted(parcel: Parcel, options: Mapping[str, Any]) -> Found | None:
    """Events named "accepted" carry our message id among the user variables."""
    api = (options.get("api_url") or _US).rstrip("/")
    domain = options.get("sender_domain") or domain_of_sender(parcel.sender)
    with searching(api, auth=("api", options["api_key"])) as searcher:
        for members in in_turn(parcel.members, _GROUP):
            if not searcher.ask(f"{api}/{quote(domain, safe='')}/events", _filter(members), _reader(members)):
                break
        return searcher.result


def _filter(members: Sequence[Member]) -> dict[str, str]:
    addresses = " OR ".join(member.address for member in members)
    return {"event": "accepted", "recipient": addresses, "ascending": "no", "limit": _MOST_ITEMS}


def _reader(members: Sequence[Member]) -> Read:
    wanted = {str(member.message_id) for member in members}

    def read(answer: Any) -> Found:
        return {
            UUID(item["user-variables"]["message_id"]): f"<{item['message']['headers']['message-id']}>"
            for item in answer["items"]
            if item["event"] == "accepted" and item.get("user-variables", {}).get("message_id") in wanted
        }

    return read
