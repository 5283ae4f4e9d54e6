"""How do tests make sign-up forms, and fill them in?"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from config import clock
from preferences.consent import publish_wording
from preferences.models import SignUpForm, Topic
from preferences.sign_up_tokens import Shown, sign_form

WORDING = "I would like to get the newsletter by e-mail. I can stop it at any time."


def make_form(key: str = "newsletter", *, topics: tuple[str, ...] = ("news",), **fields: Any) -> SignUpForm:
    """A form that is open, about topics that nobody gets unasked."""
    locale = fields.pop("locale", "en")
    form = SignUpForm.objects.create(
        key=key, name=key.capitalize(), heading=f"The {key}",
        wording=publish_wording(f"form-{key}", WORDING, locale), **fields,
    )  # fmt: skip
    form.topics.set(make_topic(topic) for topic in topics)
    return form


def make_topic(key: str) -> Topic:
    """A topic for those who ask."""
    return Topic.objects.get_or_create(key=key, defaults={"name": key.capitalize(), "is_default_on": False})[0]


def token_of(form: SignUpForm, *, age: timedelta = timedelta(seconds=10)) -> str:
    """What the form carries that somebody opened so long ago."""
    return sign_form(Shown(form_id=form.pk, wording_id=form.wording_id, at=clock.now() - age))


def fill_in(client: Client, form: SignUpForm, email: str, *, ip: str = "203.0.113.7", **typed: Any) -> Any:
    """Send the form as somebody's browser does who took ten seconds."""
    fields = {"email": email, "token": token_of(form), **typed}
    return client.post(f"/s/{form.key}", fields, REMOTE_ADDR=ip)


def confirm_path(text: str) -> str:
    """The path of the confirmation link in a mail."""
    found = re.search(r"/confirm/[\w-]+", text)
    assert found, text
    return found.group()
