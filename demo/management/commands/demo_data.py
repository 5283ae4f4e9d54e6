"""What does `manage.py demo_data` do? It gives the demo shop a past, and you a login to look at it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import clock
from demo.addresses import public_url
from demo.history.campaigns import has_campaigns, write_campaigns
from demo.history.segments import make_segments
from demo.history.writing import has_history, raise_some, write_history
from demo.shelves import fill_shelves

LOGIN = "admin"
PASSWORD = "postrider-demo"  # noqa: S105 - of a developer's machine, which is all this command runs on


class Command(BaseCommand):
    help = "Fill the demo shop with customers, orders and two months of mail. Safe to run again."

    def handle(self, **options: Any) -> None:
        if settings.POSTRIDER_ENV == "production":
            raise CommandError("Made-up customers and a well-known password are not for production.")
        fill_shelves()
        if has_history():
            self.stdout.write("the shop has its history already")
        else:
            call_command("sync_templates", stdout=self.stderr)
            counts = write_history()
            self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
        if not has_campaigns():
            self.stdout.write(f"{write_campaigns(now=clock.now())} campaigns")
        raise_some()
        make_segments(now=clock.now())
        self.stdout.write(f"shop: {public_url('demo:catalogue')}")
        self.stdout.write(_login())  # the last line: `up` shows it


def _login() -> str:
    """Name and password of a superuser, made when there is none; a password changed since is not told."""
    user, is_new = get_user_model().objects.get_or_create(
        username=LOGIN,
        defaults={
            "is_staff": True,
            "is_superuser": True,
            "first_name": "Demo",
            "last_name": "Admin",
            "email": "admin@shop.example",
        },
    )
    if is_new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    is_ours = is_new or user.check_password(PASSWORD)
    return f"{LOGIN} / {PASSWORD}" if is_ours else f"{LOGIN}, with the password that you gave it"
