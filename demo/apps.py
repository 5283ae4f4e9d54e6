"""Where does the demo shop plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = "Demo shop"

    def ready(self) -> None:
        from demo import erasure, signals
        from demo.shelves import fill_shelves

        signals.connect()
        erasure.connect()
        post_migrate.connect(lambda **_: fill_shelves(), sender=self, weak=False)
