"""Does Brevo have these mails? Its events are asked for by the tag that all mails of a call carry.

https://developers.brevo.com/reference/get-email-event-report
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from notifications.delivery.mail import Parcel
from notifications.delivery.providers.search import Found, Read, searching

_API = "https://api.brevo.com/v3"
_MOST_ITEMS = "2500"  # the default; a call has no more than 1,000


def find_accepted(parcel: Parcel, options: Mapping[str, Any]) -> Found | None:
    """Events named "requests" are of mails that were accepted."""
    api = (options.get("api_url") or _API).rstrip("/")
    asked = {"tags": json.dumps([str(parcel.call_id)]), "event": "requests", "days": "2", "limit": _MOST_ITEMS}
    with searching(api, headers={"api-key": options["api_key"]}) as searcher:
        searcher.ask(f"{api}/smtp/statistics/events", asked, _reader(parcel))
        return searcher.result


def _reader(parcel: Parcel) -> Read:
    wanted = {member.address.lower(): member.message_id for member in parcel.members}
    tag = str(parcel.call_id)

    def read(answer: Any) -> Found:
        return {
            wanted[row["email"].lower()]: str(row["messageId"])
            for row in answer.get("events", ())  # left out where there are none
            if row["event"] == "requests" and tag in str(row["tag"]) and row["email"].lower() in wanted
        }

    return read
