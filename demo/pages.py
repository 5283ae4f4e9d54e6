"""What do all pages of the shop show?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from demo.carts import find_cart
from preferences.models import SignUpForm


def show(request: HttpRequest, page: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the shop."""
    return render(request, f"demo/{page}.html", {**shared_context(request), **context}, status=status)


def shared_context(request: HttpRequest) -> dict[str, Any]:
    """The sender's brand, how full the cart is, and where one signs up for letters."""
    cart, letters = find_cart(request), SignUpForm.objects.filter(key="letters", is_active=True)
    return {
        "brand": settings.POSTRIDER_BRAND, "cart_count": cart.count() if cart else 0, "has_letters": letters.exists(),
    }  # fmt: skip
