"""What can the shop's staff do? Ship orders, lower prices, and publish the weekly offers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import user_passes_test
from django.db import transaction
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from demo.links import log_url, mails_url
from demo.models import OfferEdition, Order, Product
from demo.pages import show
from demo.signals import tell_offers, tell_price
from preferences.models import Contact

_LOWERED = Decimal("0.9")

_staff_only = user_passes_test(lambda user: user.is_staff, login_url=reverse_lazy("demo:sign_in"))


@_staff_only
@require_http_methods(["GET", "POST"])
def offers(request: HttpRequest) -> HttpResponse:
    """The next edition, and the button that publishes it."""
    if request.method == "POST":
        number = request.POST.get("edition", "")
        if number.isdigit():
            publish_offers(int(number))
        return redirect("demo:offers")
    return show(
        request,
        "offers",
        next_edition=(OfferEdition.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        last=OfferEdition.objects.first(),
        products=Product.objects.filter(offer_price__isnull=False),
        reader_count=len(find_readers()),
        mails_url=mails_url(""),
        log_url=log_url(""),
    )


@_staff_only
@require_http_methods(["GET", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """What things cost, and the button that makes each cheaper."""
    if request.method == "POST":
        lower_price(request.POST.get("product", ""), from_price=request.POST.get("price", ""))
        return redirect("demo:prices")
    return show(
        request, "prices", products=Product.objects.all(), reader_count=len(find_readers()), mails_url=mails_url(""),
        log_url=log_url(""),
    )  # fmt: skip


@_staff_only
@require_http_methods(["GET", "POST"])
def dispatch(request: HttpRequest) -> HttpResponse:
    """The newest orders, and for those that are still here the button that ships them."""
    if request.method == "POST":
        ship_order(request.POST.get("order", ""))
        return redirect("demo:dispatch")
    orders = Order.objects.filter(placed_at__isnull=False)[:20]
    return show(request, "dispatch", orders=orders, mails_url=mails_url(""), log_url=log_url(""))


@transaction.atomic
def ship_order(token: str) -> None:
    """Ship an order, once; pressed twice, the second time finds nothing to do."""
    waiting = Order.objects.select_for_update().filter(token=token, placed_at__isnull=False, shipped_at=None)
    if order := waiting.first():
        order.ship()


@transaction.atomic
def publish_offers(number: int) -> None:
    """Tell everyone of an edition. The number was on the button: pressed twice, it is still one edition."""
    _, is_new = OfferEdition.objects.get_or_create(number=number)
    if is_new:
        products = list(Product.objects.filter(offer_price__isnull=False))
        tell_offers(OfferEdition(number=number), products, readers=find_readers())


@transaction.atomic
def lower_price(slug: str, *, from_price: str) -> None:
    """Take a tenth off. The price was on the button: pressed twice, it is lowered once."""
    product = Product.objects.select_for_update().filter(slug=slug).first()
    if product is None or str(product.price_now) != from_price:
        return
    before = product.price_now
    product.offer_price = (before * _LOWERED).quantize(before)
    product.save(update_fields=["offer_price"])
    tell_price(product, before=before, readers=find_readers())


def find_readers() -> list[tuple[str, Any]]:
    """Customers with an account, addresses that bought without one, and who signed up for letters. Who of them wants
    it, Postrider knows."""
    users = get_user_model().objects.filter(is_active=True, is_staff=False).exclude(email="")
    readers: list[tuple[str, Any]] = [(f"user-{user.pk}", user) for user in users]
    known = {user.email.casefold() for user in users}
    named = Order.objects.filter(placed_at__isnull=False).exclude(email="")  # orders of the erased stay, without them
    guests = named.values_list("email").annotate(first=Min("pk"))
    readers += [(f"order-{first}", email) for email, first in guests if email.casefold() not in known]
    known |= {email.casefold() for email, _ in guests}
    subscribers = Contact.objects.filter(sign_ups__confirmed_at__isnull=False, erased_at=None).distinct()
    return readers + [(f"contact-{one.pk}", one) for one in subscribers if one.email.casefold() not in known]
