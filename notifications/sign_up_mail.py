"""How is the owner of an address asked whether they signed up? By an event of our own, like anybody's."""

from __future__ import annotations

from notifications.notifications import SIGN_UP_REQUESTED
from preferences.models import SignUp
from preferences.sign_up_tokens import confirm_url
from preferences.sign_up_words import confirmation_words
from tracking.events import record_event


def ask_owner(sign_up: SignUp) -> None:
    """Raise the event whose mail carries the link, in the transaction that stores the sign-up."""
    payload = {**confirmation_words(sign_up), "confirm_url": confirm_url(sign_up.pk)}
    record_event(
        SIGN_UP_REQUESTED, contact=sign_up.contact, payload=payload, key=f"sign-up-{sign_up.pk}", source="sign-up"
    )
