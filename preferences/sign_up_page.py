"""What does a sign-up form show, and what becomes of what was sent? Whoever can be in the right loses no typing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.http import QueryDict

from config.tokens import BadToken
from preferences.models import ConsentWording, SignUpForm, Topic
from preferences.sign_up_answers import HONEYPOT, Answers, read_answers
from preferences.sign_up_limits import PER_FORM, PER_NETWORK, PER_NETWORK_ELSEWHERE, network_of, take_place
from preferences.sign_up_tokens import Shown, is_plausible, read_form, sign_form
from preferences.sign_ups import Asked, request_sign_up


class Outcome(Enum):
    """What became of it."""

    SHOWN = "shown"
    ASKED = "asked"  # look into your mailbox; also said to machines, and for addresses that get no mail
    FAULTY = "faulty"
    PRESS_AGAIN = "press again"  # too quick, too late, or from a site whose form proves nothing
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpPage:
    """A form with what was typed into it."""

    form: SignUpForm
    topics: tuple[Topic, ...]
    answers: Answers
    token: str
    outcome: Outcome = Outcome.SHOWN

    @property
    def offers_topics(self) -> bool:
        """Whether there is something to choose."""
        return self.form.are_topics_offered and len(self.topics) > 1

    @property
    def honeypot(self) -> str:
        """The name of the field that people do not see."""
        return HONEYPOT


def show(form: SignUpForm, *, at: datetime) -> SignUpPage:
    """The empty form."""
    topics = tuple(form.topics.all())
    return _page(form, topics, Answers(topic_keys=frozenset(topic.key for topic in topics)), Outcome.SHOWN, at=at)


def answer(form: SignUpForm, typed: QueryDict, *, ip: str | None, at: datetime) -> SignUpPage:
    """Do what was asked for, or show the form again with what was typed."""
    topics = tuple(form.topics.all())
    answers = read_answers(form, topics, typed)
    if typed.get(HONEYPOT):
        return _page(form, topics, answers, Outcome.ASKED, at=at)
    outcome = _try(form, answers, typed.get("token", ""), ip=ip, at=at)
    return _page(form, topics, answers, outcome, at=at)


def _try(form: SignUpForm, answers: Answers, token: str, *, ip: str | None, at: datetime) -> Outcome:
    network = network_of(ip)
    if not take_place(PER_NETWORK, network, at=at):
        return Outcome.TOO_MANY
    if answers.faults:
        return Outcome.FAULTY
    wording = _shown_wording(form, token, network=network, at=at)
    if wording is None:
        return Outcome.PRESS_AGAIN
    if not take_place(PER_FORM, str(form.pk), at=at):
        return Outcome.TOO_MANY
    asked = Asked(
        form=form, wording=wording, topics=answers.topics, email=answers.email, first_name=answers.first_name,
        last_name=answers.last_name, ip=ip, locale=wording.locale,
    )  # fmt: skip
    request_sign_up(asked, at=at)
    return Outcome.ASKED


def _shown_wording(form: SignUpForm, token: str, *, network: str, at: datetime) -> ConsentWording | None:
    """The wording that the person had before them; None when the form proves nothing of the kind."""
    try:
        shown = read_form(token)
    except BadToken:
        return None
    if shown.form_id != form.pk or not is_plausible(shown, at=at):
        return None
    if shown.at is None and not take_place(PER_NETWORK_ELSEWHERE, network, at=at):
        return None
    if shown.wording_id == form.wording_id:
        return form.wording
    return ConsentWording.objects.filter(pk=shown.wording_id).first()


def _page(
    form: SignUpForm, topics: tuple[Topic, ...], answers: Answers, outcome: Outcome, *, at: datetime
) -> SignUpPage:
    token = sign_form(Shown(form_id=form.pk, wording_id=form.wording_id, at=at))
    return SignUpPage(form=form, topics=topics, answers=answers, token=token, outcome=outcome)
