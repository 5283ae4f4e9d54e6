"""What did somebody type into a sign-up form, and what is wrong with it? In words for the person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from preferences.addresses import BadAddress, normalise_address
from preferences.contacts import clean_name
from preferences.models import SignUpForm, Topic

#: Filled in by machines only: people do not see it.
HONEYPOT = "website"
LONGEST_NAME = 60
# A name with an address of a site in it is an advertisement that wants to be mailed to strangers.
_ADVERTISEMENT = re.compile(r"https?:|www\.|[/<>@]|\.\w{2,}\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Answers:
    """What was typed, and by field what is wrong with it."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    topic_keys: frozenset[str] = frozenset()
    topics: Sequence[Topic] = ()
    faults: dict[str, str] = field(default_factory=dict)


def read_answers(form: SignUpForm, topics: Sequence[Topic], typed: QueryDict) -> Answers:
    """The answers to `form`, which is about `topics`. Fields that it does not ask for are left alone."""
    answers = Answers(
        email=typed.get("email", "")[:320],
        first_name=typed.get("first_name", "")[:320] if form.asks_first_name else "",
        last_name=typed.get("last_name", "")[:320] if form.asks_last_name else "",
        topic_keys=frozenset(typed.getlist("topic")[:200]),
    )
    _check_email(answers)
    _check_names(answers)
    _choose_topics(answers, form, topics)
    return answers


def _check_email(answers: Answers) -> None:
    if not answers.email.strip():
        answers.faults["email"] = _("Please write your e-mail address here.")
        return
    try:
        normalise_address(answers.email)
    except BadAddress:
        answers.faults["email"] = _("This is not an e-mail address. It looks like name@example.com.")


def _check_names(answers: Answers) -> None:
    for name in ("first_name", "last_name"):
        try:
            text = clean_name(getattr(answers, name))
        except BadAddress:
            text = "/"
        if _ADVERTISEMENT.search(text) or "\ufffd" in text:
            answers.faults[name] = _("This does not look like a name. Leave it empty if you like.")
        elif len(text) > LONGEST_NAME:
            answers.faults[name] = _("This is too long. Leave it empty if you like.")


def _choose_topics(answers: Answers, form: SignUpForm, topics: Sequence[Topic]) -> None:
    is_offered = form.are_topics_offered and len(topics) > 1
    answers.topics = [topic for topic in topics if topic.key in answers.topic_keys] if is_offered else list(topics)
    if not answers.topics:
        answers.faults["topic"] = _("Please choose at least one.")
