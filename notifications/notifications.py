"""Which mails does Postrider itself send to people?"""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel

from notifications.catalog import NotificationType, SecretStr, Stream
from preferences.sign_up_words import DESCRIPTION, NAME

SIGN_UP_REQUESTED = "sign_up.requested"


class SignUpRequested(BaseModel):
    """Somebody typed an address into a sign-up form. The words come in the form's language, and none of them was typed
    by whoever filled it in: a stranger's mailbox is no place for an unknown person's text."""

    subject: str
    preheader: str
    heading: str
    text: str
    topics: list[str]
    button: str
    note: str
    footer: str
    confirm_url: SecretStr


class SignUpConfirmation(NotificationType):
    key = "sign-up-confirmation"
    name = NAME
    description = DESCRIPTION
    stream = Stream.TRANSACTIONAL
    event = SIGN_UP_REQUESTED
    payload = SignUpRequested
    template = "sign-up-confirmation"
    expires_after = timedelta(days=7)
    is_tracked = False  # nobody has agreed to anything yet
