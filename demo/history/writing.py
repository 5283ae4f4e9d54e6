"""How does an empty installation become a shop with a past? Once; run again it changes nothing."""

from __future__ import annotations

from random import Random

from django.db import connection, transaction

from config import clock
from demo.addresses import public_url
from demo.history.ledger import Ledger, open_ledger
from demo.history.months import Months
from demo.history.people import define_attributes, make_choices, make_people
from demo.history.sign_ups import make_sign_ups
from demo.history.topics import name_topics
from demo.models import Cart, OfferEdition, Order, Product
from notifications.delivery.simulated import ensure_simulated_providers
from preferences.choices import choose
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.suppression import suppress
from tracking.signals import event

_LUCK = 1852
_ENGAGEMENT = """
    UPDATE preferences_contact c SET last_opened_at = m.opened, last_clicked_at = m.clicked
    FROM (SELECT contact_id, max(opened_at) AS opened, max(clicked_at) AS clicked
          FROM tracking_message GROUP BY contact_id) m
    WHERE m.contact_id = c.id AND (m.opened IS NOT NULL OR m.clicked IS NOT NULL)
"""


def has_history() -> bool:
    """Whether the past was told already."""
    return OfferEdition.objects.exists() and Order.objects.exists()


@transaction.atomic
def write_history() -> dict[str, int]:
    """Customers, two months of events and mails, and what became of them; how many there are of each."""
    luck, now = Random(_LUCK), clock.now()  # noqa: S311 - the same shop every time
    name_topics()
    define_attributes()
    people = make_people(luck, now=now)
    make_sign_ups(people, now=now)
    refused = make_choices(people, luck, now=now)
    ledger = open_ledger(luck, ensure_simulated_providers(), (one.pk for one in people))
    Months(
        ledger=ledger, luck=luck, people=people, products=list(Product.objects.all()), refused=refused, now=now
    ).tell()  # fmt: skip
    ledger.write(now=now)
    _follow_up(ledger)
    return {"contacts": len(people), "events": len(ledger.events), "mails": len(ledger.messages)}


def raise_some(number: int = 6) -> None:
    """Let the shop live: a few customers come by just now, through the same door as any application's events."""
    products = list(Product.objects.all()[:number])
    people = Contact.objects.filter(address__isnull=False, suppressions=None).order_by("-created_at")[:number]
    for person, product in zip(people, products, strict=True):
        items = [{"name": product.name, "price": f"{product.price_now} EUR"}]
        payload = {"cart_url": public_url("demo:cart"), "items": items}
        event.send(sender=Cart, name="cart.abandoned", contact=person, payload=payload)


def _follow_up(ledger: Ledger) -> None:
    """What bounces, complaints, unsubscribes, opens and clicks leave behind on the contacts."""
    reasons, scopes = Suppression.Reason, Suppression.Scope
    people = Contact.objects.in_bulk({message.contact_id for message in ledger.messages})
    offers = Topic.objects.get(key="weekly-offers")
    for message in ledger.messages:
        person = people[message.contact_id]
        if message.bounced_at:
            suppress(person, reason=reasons.HARD_BOUNCE, scope=scopes.ALL, detail="550 5.1.1")
        if message.complained_at:
            suppress(person, reason=reasons.COMPLAINT, scope=scopes.MARKETING, detail="feedback loop")
        if message.unsubscribed_at:
            choose(person, Choice.Frequency.NEVER, topic=offers, source="one-click")
    with connection.cursor() as cursor:
        cursor.execute(_ENGAGEMENT)
