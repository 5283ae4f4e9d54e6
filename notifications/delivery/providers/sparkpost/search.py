"""Does SparkPost have these mails? Its events are asked for by recipient. https://developers.sparkpost.com/api/events/"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from notifications.delivery.mail import Member, Parcel
from notifications.delivery.providers.search import Found, Read, in_turn, searching

_API = "https://api.sparkpost.com/api/v1"
_GROUP = 20  # addresses in one filter: "The maximum URI length is 4096 characters"


def find_accepted(parcel: Parcel, options: Mapping[str, Any]) -> Found | None:
    """Injections, "message was accepted for delivery", carry our message id among the recipient's metadata."""
    api = (options.get("api_url") or _API).rstrip("/")
    with searching(api, headers={"Authorization": options["api_key"]}) as searcher:
        for members in in_turn(parcel.members, _GROUP):
            asked = {"events": "injection", "recipients": ",".join(one.address for one in members), "per_page": "1000"}
            if not searcher.ask(f"{api}/events/message", asked, _reader(members)):
                break
        return searcher.result


def _reader(members: Sequence[Member]) -> Read:
    wanted = {str(member.message_id) for member in members}

    def read(answer: Any) -> Found:
        return {
            UUID(row["rcpt_meta"]["message_id"]): str(row["transmission_id"])
            for row in answer["results"]
            if row["type"] == "injection" and (row.get("rcpt_meta") or {}).get("message_id") in wanted
        }

    return read
