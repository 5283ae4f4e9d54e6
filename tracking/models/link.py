"""Which address does a tracked link lead to?"""

from __future__ import annotations

from django.db import models


class Link(models.Model):
    """Link `number` of a template version. A null URL is personal: it is read from what was sent to the person."""

    version_id = models.UUIDField(help_text="The template version, a plain value: templates live in an upper app.")
    number = models.PositiveIntegerField()
    url = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version_id", "number"], name="link_once")]

    def __str__(self) -> str:
        return self.url or f"personal link {self.number}"
