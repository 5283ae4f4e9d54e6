"""What does the shop sell, and who bought what?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F, Sum
from django.utils import timezone

CURRENCY = "EUR"


def new_token() -> str:
    """The part of an address that nobody can guess."""
    return secrets.token_urlsafe(16)


class Product(models.Model):
    """Something to buy. `slug` also names its picture, `demo/art/<slug>.svg`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    offer_price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def price_now(self) -> Decimal:
        """What it costs today."""
        return self.price if self.offer_price is None else self.offer_price

    @property
    def art(self) -> str:
        """The template that draws it."""
        return f"demo/art/{self.slug}.svg"


class Cart(models.Model):
    """What a visitor has picked so far."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"cart {self.pk}"

    def lines(self) -> list[CartItem]:
        """What is in it, with the products."""
        return list(self.items.select_related("product"))

    def count(self) -> int:
        """How many pieces it holds."""
        return self.items.aggregate(pieces=Sum("quantity"))["pieces"] or 0


class CartItem(models.Model):
    """A product in a cart."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["cart", "product"], name="cart_product_once")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    @property
    def total(self) -> Decimal:
        return self.quantity * self.product.price_now


class Order(models.Model):
    """A purchase. It is written with its items first; placing it is the change that the customer hears of."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    email = models.EmailField()
    name = models.CharField(max_length=150)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    created_at = models.DateTimeField(default=timezone.now)
    placed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How customer and shop call it."""
        return f"P-{10000 + self.pk}"

    @property
    def currency(self) -> str:
        return CURRENCY

    def customer(self) -> User | str:
        """Who is to hear of it: the account, unless another address was given for this order."""
        is_own = self.user is not None and self.user.email.casefold() == self.email.casefold()
        return self.user if self.user is not None and is_own else self.email

    def place(self) -> None:
        """Make it binding; `demo.signals` turns this save into an event."""
        self.placed_at = timezone.now()
        self.save(update_fields=["placed_at"])

    def ship(self) -> None:
        """Hand it to the carrier; `demo.signals` turns this save into an event, too."""
        self.shipped_at = timezone.now()
        self.save(update_fields=["shipped_at"])


class OrderItem(models.Model):
    """A line of an order, at the price of that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True)
    name = models.CharField(max_length=80)
    quantity = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def total(self) -> Decimal:
        return self.quantity * self.price


class OfferEdition(models.Model):
    """One week's offers, once they are out. Its number keeps a button pressed twice from sending them twice."""

    number = models.PositiveIntegerField(unique=True)
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"offers no. {self.number}"


@transaction.atomic
def put_in_cart(cart: Cart, product: Product) -> None:
    """One more of a product."""
    item, is_new = CartItem.objects.get_or_create(cart=cart, product=product)
    if not is_new:
        CartItem.objects.filter(pk=item.pk, quantity__lt=99).update(quantity=F("quantity") + 1)


@transaction.atomic
def buy(lines: Sequence[CartItem], *, email: str, name: str, user: User | None) -> Order:
    """An order of a cart's lines, placed; the cart is used up. Order and event are committed together or not at all."""
    order = Order.objects.create(user=user, email=email, name=name, total=sum(line.total for line in lines))
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order,
            product=line.product,
            name=line.product.name,
            quantity=line.quantity,
            price=line.product.price_now,
        )
        for line in lines
    )
    order.place()
    Cart.objects.filter(pk__in={line.cart_id for line in lines}).delete()
    return order
