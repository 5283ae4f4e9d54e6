"""How does Postmark forward a mail that came in? As JSON. https://postmarkapp.com/developer/webhooks/inbound-webhook"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from notifications.simulator.wording import JSON_TYPE, basic_header

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.letters import Letter
    from notifications.simulator.shapes import Headers


def bring(letter: Letter, account: Account, at: float) -> tuple[Headers, bytes]:
    """The headers and the body of the POST; From, To and Subject are no headers for Postmark."""
    person = {"Name": "", "MailboxHash": ""}
    headers = [("Return-Path", f"<{letter.sender}>"), ("Message-ID", f"<{letter.message_id}>"), *letter.headers]
    event = {
        "FromFull": {"Email": letter.sender, **person},
        "ToFull": [{"Email": letter.recipient, **person}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": letter.recipient,
        "Subject": letter.subject,
        "MessageID": letter.message_id.partition("@")[0],
        "TextBody": letter.text,
        "HtmlBody": "",
        "Headers": [{"Name": name, "Value": value} for name, value in headers],
        "Attachments": [],
    }
    return (JSON_TYPE, *basic_header(account.webhook_key)), json.dumps(event).encode()
