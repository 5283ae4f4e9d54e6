"""What does the shop forget when Postrider erases a person? An example for your own application.

The books need orders and their sums for years; they do not need to know who it was.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from demo.models import Cart, Order
from preferences.models import Contact
from preferences.signals import contact_erased


def connect() -> None:
    """Listen; connecting twice is harmless."""
    contact_erased.connect(on_contact_erased, dispatch_uid="demo.erasure")


def on_contact_erased(sender: type[Contact], *, address: str, user_id: int | None, **_: Any) -> None:
    """In the same transaction: orders lose their name, carts go, and the account is closed."""
    is_theirs = Q(pk=user_id) | Q(email__iexact=address) if address else Q(pk=user_id)
    accounts = list(User.objects.filter(is_theirs, is_staff=False))
    bought = Q(user__in=accounts) | Q(email__iexact=address) if address else Q(user__in=accounts)
    Order.objects.filter(bought).update(email="", name="", user=None)
    Cart.objects.filter(user__in=accounts).delete()
    for account in accounts:
        account.username, account.email, account.first_name, account.last_name = f"erased-{account.pk}", "", "", ""
        account.is_active = False
        account.set_unusable_password()
        account.save()
