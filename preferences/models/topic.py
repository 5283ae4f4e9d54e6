"""What may a person subscribe to?"""

from __future__ import annotations

from django.db import models


class Topic(models.Model):
    """A subject in plain words ("Weekly offers") that a contact turns on or off."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    is_default_on = models.BooleanField(default=True, help_text="Off: only people who asked for it get it.")
    is_listed = models.BooleanField(default=True, help_text="Shown on the preference page.")
    translations = models.JSONField(
        default=dict, blank=True, help_text='Name and description by language: {"de": {"name": "…"}}.'
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Its name in a language ("de"), else as it was written."""
        return self.said_in(language, "name") or self.name

    def description_in(self, language: str) -> str:
        """Its description in a language, else as it was written."""
        return self.said_in(language, "description") or self.description

    def said_in(self, language: str, field: str) -> str:
        """Its "name" or "description" as translated into a language; "" where it is not."""
        said = self.translations.get(language) if isinstance(self.translations, dict) else None
        return str(said.get(field) or "") if isinstance(said, dict) else ""
