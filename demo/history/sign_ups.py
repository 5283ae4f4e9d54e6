"""Who signed up for the shop's letters, through which form? Some weeks of it, in the ledger as if it had been then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from config import vault
from preferences.consent import Action, publish_wording
from preferences.models import Choice, ConsentRecord, Contact, SignUp, SignUpForm, Topic
from preferences.sign_ups import CONFIRMABLE_FOR, source_of

_LUCK = 1865
_DAYS = 55
_CONFIRMED = 0.78
_NEVER_SEEN_AGAIN = 34
_TOPICS = ("weekly-offers", "price-drops")
_FORMS: tuple[dict[str, Any], ...] = (
    {
        "key": "letters", "name": "Footer of the shop", "locale": "en", "share": 0.8,
        "heading": "Letters from the road", "intro": "New goods and better prices, a letter or two a week.",
        "wording": "I would like to get these letters from Postrider by e-mail. I can stop them at any time, by a link"
        " in each.",
        "button": "Send me letters", "asks_first_name": True, "are_topics_offered": True,
    },
    {
        "key": "briefe", "name": "German shop window", "locale": "de", "share": 0.2,
        "heading": "Briefe von unterwegs", "intro": "Neues aus dem Laden, ein- bis zweimal in der Woche.",
        "wording": "Ich möchte diese Briefe von Postrider per E-Mail bekommen. Ich kann sie jederzeit abbestellen, mit"
        " einem Link in jedem Brief.",
        "button": "Briefe bestellen", "asks_first_name": True, "are_topics_offered": False,
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One sign-up of back then."""

    form: SignUpForm
    contact: Contact
    ip: str
    asked_at: datetime
    confirmed_at: datetime | None


def make_sign_ups(people: list[Contact], *, now: datetime) -> int:
    """The forms, and what came through them; how many sign-ups are there."""
    luck = Random(_LUCK)  # noqa: S311 - the same shop every time, whatever else is told of it
    topics = list(Topic.objects.filter(key__in=_TOPICS))
    forms = [(_make_form(one, topics), one["share"]) for one in _FORMS]
    past = sorted(_draw(people, forms, luck, now=now), key=lambda one: one.asked_at)
    _write_ledger(past, topics)
    _turn_on(past, topics)
    kept = [one for one in past if one.confirmed_at or now - one.asked_at < CONFIRMABLE_FOR]
    return _write_sign_ups(kept, topics)


def _make_form(about: dict[str, Any], topics: list[Topic]) -> SignUpForm:
    fields = {name: value for name, value in about.items() if name not in {"wording", "locale", "share"}}
    wording = publish_wording(f"form-{about['key']}", about["wording"], about["locale"])
    form = SignUpForm.objects.create(**fields, wording=wording)
    form.topics.set(topics)
    return form


def _draw(
    people: list[Contact], forms: list[tuple[SignUpForm, float]], luck: Random, *, now: datetime
) -> Iterator[Past]:
    """Customers of the last weeks, and strangers who never confirmed."""
    newcomers = [one for one in people if one.created_at > now - timedelta(days=_DAYS)]
    asking = luck.sample(newcomers, min(len(newcomers), 190)) + _make_strangers(luck, now=now)
    for person in asking:
        form = luck.choices([one for one, _ in forms], weights=[share for _, share in forms])[0]
        asked_at = person.created_at + timedelta(minutes=luck.randint(1, 50))
        is_confirmed = not person.is_unconfirmed and luck.random() < _CONFIRMED + 0.15
        took = timedelta(minutes=luck.choice((1, 2, 2, 3, 5, 9, 40, 300)), seconds=luck.randint(0, 59))
        yield Past(
            form=form, contact=person, ip=_network(luck), asked_at=min(asked_at, now),
            confirmed_at=min(asked_at + took, now) if is_confirmed else None,
        )  # fmt: skip


def _make_strangers(luck: Random, *, now: datetime) -> list[Contact]:
    strangers = []
    for number in range(_NEVER_SEEN_AGAIN):
        address = f"passer.by{number}@{luck.choice(('example.com', 'example.org', 'example.net'))}"
        since = now - CONFIRMABLE_FOR * luck.random()
        strangers.append(
            Contact(
                email=address, address=address, address_digest=vault.address_digest(address), locale="en",
                is_unconfirmed=True, created_at=since,
            )
        )  # fmt: skip
    return Contact.objects.bulk_create(strangers)


def _network(luck: Random) -> str:
    """An address of those that are kept for examples."""
    if luck.random() < 0.3:
        return f"2001:db8:{luck.randint(1, 0xFFFF):x}::{luck.randint(1, 0xFFFF):x}"
    return f"{luck.choice(('192.0.2', '198.51.100', '203.0.113'))}.{luck.randint(1, 254)}"


def _write_ledger(past: list[Past], topics: list[Topic]) -> None:
    entries = []
    for one in past:
        for action, at in ((Action.ASKED, one.asked_at), (Action.CONFIRMED, one.confirmed_at)):
            if at is not None:
                entries += [_entry(one, action, topic, at) for topic in topics]
    entries.sort(key=lambda entry: entry.occurred_at)
    ConsentRecord.objects.bulk_create(entries)


def _entry(one: Past, action: ConsentRecord.Action, topic: Topic, at: datetime) -> ConsentRecord:
    return ConsentRecord(
        contact=one.contact, action=action, topic=topic, wording=one.form.wording, source=source_of(one.form),
        ip=one.ip, occurred_at=at,
    )  # fmt: skip


def _turn_on(past: list[Past], topics: list[Topic]) -> None:
    Choice.objects.bulk_create(
        [
            Choice(
                contact=one.contact, topic=topic, frequency=Choice.Frequency.IMMEDIATE, source=source_of(one.form),
                updated_at=one.confirmed_at,
            )
            for one in past if one.confirmed_at
            for topic in topics
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _write_sign_ups(kept: list[Past], topics: list[Topic]) -> int:
    rows = SignUp.objects.bulk_create(
        SignUp(
            form=one.form, contact=one.contact, wording=one.form.wording, ip=one.ip, locale=one.form.wording.locale,
            requested_at=one.asked_at, confirmed_at=one.confirmed_at,
        )
        for one in kept
    )  # fmt: skip
    through = SignUp.topics.through
    through.objects.bulk_create(through(signup=row, topic=topic) for row in rows for topic in topics)
    return len(rows)
