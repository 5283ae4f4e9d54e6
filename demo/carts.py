"""Which cart is the visitor's?"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from demo.models import Cart, CartItem, Product, put_in_cart
from demo.signals import tell_cart

_KEY = "demo_cart"


def find_cart(request: HttpRequest) -> Cart | None:
    """The visitor's cart, if they picked anything; it becomes their own as they sign in."""
    cart = Cart.objects.select_related("user").filter(pk=request.session.get(_KEY, 0)).first()
    if cart is not None and cart.user is None and isinstance(request.user, User):
        cart.user = request.user
        cart.save(update_fields=["user"])
    return cart


def find_lines(request: HttpRequest) -> list[CartItem]:
    """What is in the visitor's cart."""
    cart = find_cart(request)
    return cart.lines() if cart else []


@transaction.atomic
def add(request: HttpRequest, product: Product) -> None:
    """One more of a product in the visitor's cart."""
    cart = find_cart(request) or _make_cart(request)
    put_in_cart(cart, product)
    tell_cart(cart, cart.lines())


@transaction.atomic
def set_quantity(request: HttpRequest, item_id: int, quantity: int) -> None:
    """As many pieces of a line as wanted; none takes it out."""
    cart = find_cart(request)
    if cart is None:
        return
    line = cart.items.filter(pk=item_id)
    if quantity:
        line.update(quantity=quantity)
    else:
        line.delete()
    tell_cart(cart, cart.lines())


def _make_cart(request: HttpRequest) -> Cart:
    cart = Cart.objects.create(user=request.user if isinstance(request.user, User) else None)
    request.session[_KEY] = cart.pk
    return cart
