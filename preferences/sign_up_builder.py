"""How does a sign-up form come into being, and change? Its consent wording is a version of its own each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from preferences.consent import publish_wording
from preferences.models import ConsentWording, SignUpForm, Topic
from preferences.sign_up_answers import Answers
from preferences.sign_up_page import SignUpPage
from preferences.sign_up_tokens import Shown, sign_form

_PLAIN = (
    "name", "heading", "intro", "are_topics_offered", "asks_first_name", "asks_last_name", "button", "thanks",
    "welcome", "is_active",
)  # fmt: skip


def beginning() -> dict[str, Any]:
    """What a new form says before anybody has written a word."""
    return {
        "heading": _("Our newsletter"), "intro": _("What is new with us, about once a month."),
        "wording": _("I would like to get this by e-mail, and I know that I can stop it at any time."),
        "button": _("Sign up"), "is_active": True, "locale": "en",
    }  # fmt: skip


def written_of(form: SignUpForm) -> dict[str, Any]:
    """A form as the builder's fields hold it."""
    return {
        **{name: getattr(form, name) for name in _PLAIN},
        "wording": form.wording.text, "locale": form.wording.locale,
        "topics": list(form.topics.values_list("key", flat=True)),
    }  # fmt: skip


@transaction.atomic
def save_form(form: SignUpForm | None, written: Mapping[str, Any], *, by: int) -> SignUpForm:
    """Make a form, or change one; `by` is a user's id."""
    saved = form or SignUpForm(key=written["key"])
    for name in _PLAIN:
        setattr(saved, name, written[name])
    saved.wording = publish_wording(f"form-{saved.key}", written["wording"], written["locale"])
    saved.save()
    saved.topics.set(written["topics"])
    LogEntry.objects.create(
        user_id=by, action_flag=CHANGE if form else ADDITION, object_id=str(saved.pk), object_repr=saved.key,
        content_type=ContentType.objects.get_for_model(SignUpForm),
        change_message=f"Consent wording: version {saved.wording.version}.",
    )  # fmt: skip
    return saved


def preview_page(typed: Mapping[str, Any], topics: Sequence[Topic]) -> SignUpPage:
    """The page as it would be with what the builder holds now, right or wrong; nothing is stored."""
    form = SignUpForm(**{name: typed.get(name, "") for name in _PLAIN if name not in {"name", "is_active"}})
    form.wording = ConsentWording(text=typed.get("wording", ""), locale=typed.get("locale", "en"))
    answers = Answers(topic_keys=frozenset(topic.key for topic in topics))
    return SignUpPage(form=form, topics=tuple(topics), answers=answers, token="")


def snippet_page(form: SignUpForm) -> SignUpPage:
    """The form as it is put into somebody's site, with a token that says which wording stands in it."""
    topics = tuple(form.topics.all())
    token = sign_form(Shown(form_id=form.pk, wording_id=form.wording_id, at=None))
    answers = Answers(topic_keys=frozenset(topic.key for topic in topics))
    return SignUpPage(form=form, topics=topics, answers=answers, token=token)
