"""How is the owner of an address asked whether they signed up? By an event of our own, like anybody's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.notifications import SIGN_UP_REQUESTED
from preferences.models import SignUp
from preferences.sign_up_tokens import confirm_url
from tracking.events import record_event


def ask_owner(sign_up: SignUp) -> None:
    """Raise the event whose mail carries the link, in the transaction that stores the sign-up."""
    record_event(
        SIGN_UP_REQUESTED, contact=sign_up.contact, payload=_words(sign_up), key=f"sign-up-{sign_up.pk}",
        source="sign-up",
    )  # fmt: skip


def _words(sign_up: SignUp) -> dict[str, Any]:
    name = {"brand": settings.POSTRIDER_BRAND["name"]}
    with translation.override(sign_up.wording.locale):
        return {
            "subject": _("Please confirm your sign-up at %(brand)s") % name,
            "preheader": _("One press, and you are signed up."),
            "heading": _("Was it you?"),
            "text": _("Somebody signed up with this address for mail from %(brand)s about:") % name,
            "topics": [topic.name for topic in sign_up.topics.all()],
            "button": _("Confirm my sign-up"),
            "note": _("It was not you? Then there is nothing to do: without your confirmation you hear no more of it."),
            "footer": _("You get this mail because this address was typed into a sign-up form at %(brand)s.") % name,
            "confirm_url": confirm_url(sign_up.pk),
        }
