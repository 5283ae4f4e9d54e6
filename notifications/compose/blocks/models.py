"""Which blocks do templates share?"""

from __future__ import annotations

from django.db import models

from config.ids import new_id


class SavedBlock(models.Model):
    """Blocks under a name, such as a header or a promotion. A version holds what they said when it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    blocks = models.JSONField(default=list)
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "notifications"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
