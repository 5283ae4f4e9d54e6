"""How does Mailgun forward a mail that came in? As a form, signed among its fields.

https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.letters import Letter
    from notifications.simulator.shapes import Headers


def bring(letter: Letter, account: Account, at: float) -> tuple[Headers, bytes]:
    """The headers and the body of the POST."""
    timestamp = str(int(at))
    token = hashlib.sha256(letter.message_id.encode()).hexdigest()[:50]
    signature = hmac.new(account.webhook_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    form = {
        "recipient": letter.recipient,
        "sender": letter.sender,
        "subject": letter.subject,
        "from": letter.sender,
        "body-plain": letter.text,
        "message-headers": json.dumps(letter.all_headers),
        "timestamp": timestamp,
        "token": token,
        "signature": signature,
    }
    return (("content-type", "application/x-www-form-urlencoded"),), urlencode(form).encode()
