"""What does the shop tell Postrider? Each thing that happens, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import post_save

from demo.addresses import public_url
from demo.models import CURRENCY, Cart, CartItem, OfferEdition, Order, Product
from tracking.signals import event


def connect() -> None:
    """Listen to the shop's own models; connecting twice is harmless."""
    post_save.connect(on_order_saved, sender=Order, dispatch_uid="demo.order")


def on_order_saved(
    sender: type[Order], *, instance: Order, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    """Of all saves of an order, one places it and one ships it. The key makes each event the same one however often
    it is told."""
    if update_fields and "shipped_at" in update_fields:
        _tell_shipped(instance)
    if not update_fields or "placed_at" not in update_fields:
        return
    event.send(
        sender=Order,
        name="order.placed",
        contact=instance.customer(),
        payload={
            "order_number": instance.number,
            "customer_name": instance.name.split(" ")[0],
            "items": list(instance.items.values("name", "quantity", "price")),
            "total": instance.total,
            "currency": instance.currency,
            "order_url": public_url("demo:order", instance.token),
        },
        key=f"order-{instance.pk}",
    )


def _tell_shipped(order: Order) -> None:
    payload = {
        "order_number": order.number,
        "customer_name": order.name.split(" ")[0],
        "carrier": "Postkutsche",
        "order_url": public_url("demo:order", order.token),
    }
    event.send(
        sender=Order, name="order.shipped", contact=order.customer(), payload=payload, key=f"order-{order.pk}-shipped"
    )


def tell_sign_up(user: User) -> None:
    """A new customer."""
    event.send(sender=type(user), name="customer.signed_up", contact=user, payload={}, key=f"user-{user.pk}")


def tell_reset(user: User, *, token: str) -> None:
    """Somebody wants a new password. Without a key: each request is a new one."""
    payload = {"reset_url": public_url("demo:reset", token), "minutes": 60}
    event.send(sender=type(user), name="password.reset_requested", contact=user, payload=payload)


def tell_cart(cart: Cart, lines: Sequence[CartItem]) -> None:
    """A cart has changed. Whether it stays behind is for the type to see: it waits, and an order withdraws it."""
    if cart.user is None or not cart.user.email or not lines:
        return
    items = [{"name": line.product.name, "price": _price(line.total)} for line in lines]
    payload = {"cart_url": public_url("demo:cart"), "items": items}
    event.send(sender=Cart, name="cart.abandoned", contact=cart.user, payload=payload)


def tell_offers(edition: OfferEdition, products: Sequence[Product], *, readers: Sequence[tuple[str, Any]]) -> None:
    """An edition of the offers is out; `readers` are (a name for the key, user or address) pairs."""
    offers = [
        {"name": one.name, "price": _price(one.price_now), "url": public_url("demo:product", one.slug)}
        for one in products
    ]
    for key, contact in readers:
        event.send(
            sender=OfferEdition,
            name="offers.published",
            contact=contact,
            payload={"edition": edition.number, "offers": offers},
            key=f"offers-{edition.number}-{key}",
        )


def tell_price(product: Product, *, before: Decimal, readers: Sequence[tuple[str, Any]]) -> None:
    """A product costs less than before; `readers` as for the offers."""
    payload = {
        "name": product.name, "price": _price(product.price_now), "price_before": _price(before),
        "url": public_url("demo:product", product.slug),
    }  # fmt: skip
    for key, contact in readers:
        event.send(
            sender=Product, name="price.lowered", contact=contact, payload=payload,
            key=f"price-{product.pk}-{product.price_now}-{key}",
        )  # fmt: skip


def _price(amount: Decimal) -> str:
    return f"{amount:.2f} {CURRENCY}"
