"""Which story do the two months tell? Offers every week, orders every day, carts left behind, passwords forgotten."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import Any

from demo.addresses import public_url
from demo.history.fates import draw_fate
from demo.history.ledger import Ledger
from demo.history.people import HISTORY
from demo.history.purchases import Purchase, make_purchases
from demo.models import CURRENCY, OfferEdition, Product
from demo.notifications import AbandonedCart, OrderConfirmation, PasswordReset, WeeklyOffers, Welcome
from notifications.catalog import NotificationType
from preferences.models import Contact
from tracking.models import Event, Message, MessageEvent

_PROVIDERS = {"critical": "resend", "transactional": "postmark", "notification": "sendgrid", "marketing": "mailgun"}
_BOUGHT_IN_TIME = 0.35  # of the carts, before the reminder was due
_BUYS_AFTER_CLICK = 0.3
_COMES_BACK = 0.06
_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 10, 11, 10, 9, 9, 9, 10, 11, 12, 12, 9, 5, 2)
#: What of a mail's fate keeps the next offers away.
_REFUSALS = {
    MessageEvent.Kind.BOUNCED: "suppressed_hard_bounce",
    MessageEvent.Kind.COMPLAINED: "suppressed_complaint",
    MessageEvent.Kind.UNSUBSCRIBED: "topic_off",
}
_FAULTS = (
    ("order.place", "name", "no event of this name is declared; did you mean 'order.placed'?"),
    ("order.placed", "payload.total", "Field required"),
    ("order.placed", "contact", "the address has no @ between a name and a domain"),
    ("cart.abandoned", "payload.items", "List should have at least 1 item after validation, not 0"),
)


@dataclass(slots=True, kw_only=True)
class Months:
    """The story, told into a ledger. `refused` says why somebody gets no offers; it grows as the story goes on."""

    ledger: Ledger
    luck: Random
    people: list[Contact]
    products: list[Product]
    refused: dict[int, str]
    now: datetime

    def tell(self) -> None:
        """Everything, day by day."""
        for number, at in enumerate(self._thursdays(), start=1):
            self._publish_offers(number, at)
        for purchase in make_purchases(self._visits(10), self.products, self.luck):
            assert purchase.order.placed_at is not None
            self._tell(OrderConfirmation, purchase.buyer, purchase.payload(), at=purchase.order.placed_at)
        for person in self.people:
            if person.created_at > self.now - HISTORY:
                self._tell(Welcome, person, {"coupon": ""}, at=person.created_at)
        for at in self._moments(5):
            self._leave_cart(at)
        for at in self._moments(1.4):
            payload = {"reset_url": "**********", "minutes": 60}
            self._tell(PasswordReset, self._somebody(at), payload, at=at)
        self._refuse_some()
        self._buy_after_clicks()

    def _tell(self, kind: type[NotificationType], person: Contact, payload: dict[str, Any], *, at: datetime) -> Message:
        """An event, its mail and what became of it."""
        event = self.ledger.add_event(kind, person.pk, payload, at=at)
        message = self.ledger.add_message(kind, event, at=at + timedelta(milliseconds=40))
        return self._send(kind, message, event, at=at + kind.delay)

    def _send(self, kind: type[NotificationType], message: Message, event: Event, *, at: datetime) -> Message:
        sent_at = at + timedelta(milliseconds=self.luck.randint(60, 400))
        self.ledger.send(kind, [(message, event)], by=_PROVIDERS[kind.stream], at=sent_at)
        self._report(kind, message)
        return message

    def _report(self, kind: type[NotificationType], message: Message) -> None:
        assert message.sent_at is not None
        happenings = draw_fate(self.luck, stream=kind.stream, sent_at=message.sent_at, until=self.now)
        self.ledger.report(message, happenings)
        for one in happenings:
            if reason := _REFUSALS.get(one.kind):
                self.refused.setdefault(message.contact_id, reason)

    def _publish_offers(self, number: int, at: datetime) -> None:
        """One edition: those who want it in one call, the others as skipped, with the reason."""
        OfferEdition.objects.get_or_create(number=number)
        payload = {"edition": number, "offers": self._offers()}
        going = []
        for person in self.people:
            if not person.attributes["is_subscriber"] or person.created_at > at:
                continue
            event = self.ledger.add_event(WeeklyOffers, person.pk, payload, at=at, key=f"offers-{number}-{person.pk}")
            if reason := self.refused.get(person.pk):
                fields = {"state": Message.State.SKIPPED, "reason": reason}
                self.ledger.add_message(WeeklyOffers, event, at=at + timedelta(seconds=1), **fields)
            else:
                going.append((self.ledger.add_message(WeeklyOffers, event, at=at + timedelta(seconds=1)), event))
        for message in self.ledger.send(WeeklyOffers, going, by="mailgun", at=at + timedelta(seconds=3)):
            self._report(WeeklyOffers, message)

    def _offers(self) -> list[dict[str, str]]:
        chosen = self.luck.sample(self.products, 3)
        return [
            {
                "name": one.name,
                "price": f"{one.price * Decimal('0.8'):.2f} {CURRENCY}",
                "url": public_url("demo:product", one.slug),
                "image_url": "",
            }
            for one in chosen
        ]

    def _leave_cart(self, at: datetime) -> None:
        """A cart that somebody filled: reminded of it, or bought before the reminder was due."""
        person = self._somebody(at)
        items = [
            {"name": one.name, "price": f"{one.price_now} {CURRENCY}"} for one in self.luck.sample(self.products, 2)
        ]
        payload = {"cart_url": public_url("demo:cart"), "items": items}
        event = self.ledger.add_event(AbandonedCart, person.pk, payload, at=at)
        queued_at = at + timedelta(milliseconds=40)
        if at + AbandonedCart.delay > self.now:
            return  # its reminder would still wait: the living shop has such carts of its own
        if self.luck.random() < _BOUGHT_IN_TIME:
            fields = {"state": Message.State.CANCELLED, "reason": "event:order.placed"}
            self.ledger.add_message(AbandonedCart, event, at=queued_at, **fields)
        else:
            message = self.ledger.add_message(AbandonedCart, event, at=queued_at)
            self._send(AbandonedCart, message, event, at=at + AbandonedCart.delay)

    def _refuse_some(self) -> None:
        """Events that a developer got wrong on the way."""
        for at, (name, path, reason) in zip(self._moments(0.2), cycle(_FAULTS), strict=False):
            fields = {"state": Event.State.REFUSED, "faults": [{"path": path, "reason": reason}]}
            event = self.ledger.add_event(OrderConfirmation, self._somebody(at).pk, {}, at=at, **fields)
            event.name, event.contact_id, event.routed_at, event.stream = name, None, None, ""

    def _buy_after_clicks(self) -> None:
        """Some of those who clicked an offer or a reminder buy, and some of that comes back: the reports show it."""
        people = {person.pk: person for person in self.people}
        kinds = {WeeklyOffers.key, AbandonedCart.key}
        clicked = [one for one in self.ledger.messages if one.clicked_at and one.type_key in kinds]
        visits = []
        for message in clicked:
            at = (message.clicked_at or self.now) + timedelta(minutes=self.luck.uniform(3, 600))
            if self.luck.random() < _BUYS_AFTER_CLICK and at < self.now - timedelta(hours=1):
                visits.append((people[message.contact_id], at))
        for purchase in make_purchases(visits, self.products, self.luck):
            assert purchase.order.placed_at is not None
            self._tell(OrderConfirmation, purchase.buyer, purchase.payload(), at=purchase.order.placed_at)
            if self.luck.random() < _COMES_BACK:
                self._refund(purchase)

    def _refund(self, purchase: Purchase) -> None:
        """A few days later, if those days are over."""
        assert purchase.order.placed_at is not None
        at = purchase.order.placed_at + timedelta(days=self.luck.uniform(2, 6))
        if at < self.now:
            payload = {
                "order_number": purchase.order.number, "amount": str(purchase.order.total), "currency": CURRENCY,
            }  # fmt: skip
            event = self.ledger.add_event(OrderConfirmation, purchase.buyer.pk, payload, at=at)
            event.name = "order.refunded"

    def _visits(self, a_day: float) -> list[tuple[Contact, datetime]]:
        return [(self._somebody(at), at) for at in self._moments(a_day)]

    def _somebody(self, at: datetime) -> Contact:
        """A customer who was there already, and whose mailbox exists."""
        low, high = 0, bisect_right(self.people, at, key=lambda one: one.created_at)
        while True:
            person = self.people[self.luck.randrange(low, max(high, 1))]
            if not self.refused.get(person.pk, "").startswith("suppressed_"):
                return person

    def _moments(self, a_day: float) -> list[datetime]:
        """Times over the two months, in order: so many a day on average, fewer at night and more of late."""
        days = HISTORY.days
        found = []
        for _ in range(int(a_day * days)):
            age = timedelta(days=days * (1 - self.luck.random() ** 0.8))
            at = (self.now - age).replace(hour=self.luck.choices(range(24), weights=_HOURS)[0])
            found.append(min(at, self.now - timedelta(minutes=self.luck.uniform(2, 50))))
        return sorted(found)

    def _thursdays(self) -> Iterator[datetime]:
        day = (self.now - HISTORY).replace(hour=9, minute=0, second=0, microsecond=0)
        while day < self.now:
            if day.weekday() == 3:
                yield day
            day += timedelta(days=1)
