"""Which pictures were uploaded? In the database: any web host serves them, and a backup holds them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Picture(models.Model):
    """One picture as it was encoded by us. Mails that were sent point at it, so it is never changed."""

    digest = models.CharField(primary_key=True, max_length=32, help_text="Of its bytes; part of its address.")
    content = models.BinaryField()
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True, help_text="Of the file that was uploaded.")
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "notifications"
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name or self.digest

    @property
    def path(self) -> str:
        """Its address on our own host."""
        return f"/i/{self.digest}.{self.format}"

    @property
    def url(self) -> str:
        """Its address for a mail."""
        return f"{settings.POSTRIDER_PUBLIC_URL}{self.path}"
