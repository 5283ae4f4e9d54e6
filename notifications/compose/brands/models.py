"""Which brands are there, and which one is for templates that name none?"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Brand(models.Model):
    """Who mail looks to be from. Versions keep what it said when they were published, so it may change at any time."""

    key = models.SlugField(max_length=100, unique=True)
    content = models.JSONField(help_text=_("Name, logo, colours and so on."))
    is_default = models.BooleanField(default=False, help_text=_("For templates that name no brand."))
    author = models.CharField(max_length=200, help_text=_("Who saved last."))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("-is_default", "key")
        constraints = [
            models.UniqueConstraint(
                fields=("is_default",), condition=models.Q(is_default=True), name="one_default_brand"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As mails show it."""
        content: dict[str, Any] = self.content
        return str(content.get("name", "")) or self.key
