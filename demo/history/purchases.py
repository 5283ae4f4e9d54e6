"""What was bought in the past, and by whom?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from demo.addresses import public_url
from demo.models import Order, OrderItem, Product, new_token
from preferences.models import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order with its lines and the customer behind it."""

    order: Order
    buyer: Contact
    items: list[OrderItem]

    def payload(self) -> dict[str, Any]:
        """What the shop's event said of it."""
        return {
            "order_number": self.order.number,
            "customer_name": self.buyer.first_name,
            "items": [
                {"name": item.name, "quantity": item.quantity, "price": f"{item.price:.2f}"} for item in self.items
            ],
            "total": f"{self.order.total:.2f}",
            "currency": self.order.currency,
            "order_url": public_url("demo:order", self.order.token),
        }


def make_purchases(
    visits: Iterable[tuple[Contact, datetime]], products: Sequence[Product], luck: Random
) -> list[Purchase]:
    """An order for each visit; written in bulk, so that nobody is told a second time."""
    purchases = [_make_one(person, at, products, luck) for person, at in visits]
    Order.objects.bulk_create(one.order for one in purchases)
    for one in purchases:
        for item in one.items:
            item.order = one.order
    OrderItem.objects.bulk_create(item for one in purchases for item in one.items)
    return purchases


def _make_one(person: Contact, at: datetime, products: Sequence[Product], luck: Random) -> Purchase:
    chosen = luck.sample(products, luck.choice((1, 1, 1, 2, 2, 3)))
    items = [
        OrderItem(product=one, name=one.name, quantity=luck.choice((1, 1, 1, 2, 4)), price=one.price_now)
        for one in chosen
    ]
    order = Order(token=new_token(), email=person.email, name=person.name, created_at=at, placed_at=at)
    order.total = sum((item.total for item in items), Decimal())
    return Purchase(order=order, buyer=person, items=items)
