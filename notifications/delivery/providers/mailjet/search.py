"""Does Mailjet have these mails? Its messages are asked for by our id, one at a time.

https://dev.mailjet.com/email/reference/messages/: "Retrieves only messages tagged with the specified CustomID"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifications.delivery.mail import Member, Parcel
from notifications.delivery.providers.search import Found, Read, in_turn, searching

_API = "https://api.mailjet.com/v3.1"


def find_accepted(parcel: Parcel, options: Mapping[str, Any]) -> Found | None:
    """The CustomID of a message is its id here."""
    url = rest_url(options, "message")
    with searching(url, auth=(options["api_key"], options["secret_key"])) as searcher:
        for (member,) in in_turn(parcel.members):
            asked = {"CustomID": str(member.message_id), "ShowCustomID": "true", "Limit": "2"}
            if not searcher.ask(url, asked, _reader(member)):
                break
        return searcher.result


def rest_url(options: Mapping[str, Any], resource: str) -> str:
    """Where everything but sending is: beside the Send API's v3.1, as v3."""
    root = (options.get("api_url") or _API).rstrip("/").removesuffix("/v3.1")
    return f"{root}/v3/REST/{resource}"


def _reader(member: Member) -> Read:
    def read(answer: Any) -> Found:
        rows = answer["Data"]
        if len(rows) == 1 and rows[0].get("CustomID", str(member.message_id)) == str(member.message_id):
            return {member.message_id: str(rows[0]["ID"])}
        return {}  # none, or a filter that was overlooked shows other mail

    return read
