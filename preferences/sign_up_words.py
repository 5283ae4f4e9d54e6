"""In which words is the owner of an address asked whether it was them? In the language of the form."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from preferences.branding import public_brand
from preferences.models import SignUp

#: How the preference page calls this kind of mail.
NAME = gettext_noop("Sign-up confirmation")
DESCRIPTION = gettext_noop("Asks whether it was really you who signed up.")


def confirmation_words(sign_up: SignUp) -> dict[str, Any]:
    """What the confirmation mail says, by the names of its template."""
    name = {"brand": public_brand().name}
    locale = sign_up.wording.locale
    with translation.override(locale):
        return {
            "subject": _("Please confirm your sign-up at %(brand)s") % name,
            "preheader": _("One press, and you are signed up."),
            "heading": _("Was it you?"),
            "text": _("Somebody signed up with this address for mail from %(brand)s about:") % name,
            "topics": [topic.name_in(locale) for topic in sign_up.topics.all()],
            "button": _("Confirm my sign-up"),
            "note": _("It was not you? Then there is nothing to do: without your confirmation you hear no more of it."),
            "footer": _("You get this mail because this address was typed into a sign-up form at %(brand)s.") % name,
        }
